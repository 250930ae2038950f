"""A terminal with no window: bytes from the remote become cells, keys become bytes."""
