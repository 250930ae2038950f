"""Hatchway: a terminal session browser for AWS."""
