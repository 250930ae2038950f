"""The parts that screens are made of, each drawn by one module."""
