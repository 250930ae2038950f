"""The pretended fleet: planned by arithmetic, alive by simulation, made where it is looked at."""
