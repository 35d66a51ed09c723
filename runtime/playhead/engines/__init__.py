"""What drives a run: effects, and the two drivers."""
