"""Asks AWS, and turns its dicts into our dataclasses at the door."""
