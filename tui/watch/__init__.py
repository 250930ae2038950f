"""Keeps the store fresh: whom to ask, how often, how many at once, and what to do on failure."""
