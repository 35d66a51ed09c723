"""The player: a live view of a run in one output cell, and the pure views it is made of."""
