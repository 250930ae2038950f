"""An embedded AWS on loopback: HTTP APIs over a living fleet, a message gateway, agents."""
