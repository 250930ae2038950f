"""What exists: resources, sessions and forwards, in one store. Never waits."""
