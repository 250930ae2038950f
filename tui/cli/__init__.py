"""The front door: flags are read, the rooms are joined, and one verb runs."""
