"""Live connections: every data channel and every local port. Outlives the screens."""
