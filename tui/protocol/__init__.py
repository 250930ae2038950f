"""Session Manager's wire protocol without any I/O: bytes in, events and bytes out. Never waits."""
