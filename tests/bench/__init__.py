"""Benchmarks: they print ratios and never pass or fail."""
