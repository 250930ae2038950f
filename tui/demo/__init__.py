"""An embedded AWS on loopback: HTTP APIs over a living pretended fleet, a message gateway, agents."""
