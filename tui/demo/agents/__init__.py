"""The agents of the embedded AWS: real shells, real commands and real ports behind each session."""
