"""What each AWS operation answers, one module for each service."""
