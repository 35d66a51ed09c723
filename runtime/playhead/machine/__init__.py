"""What follows: events, snapshot, fold, decide. Pure: no I/O, no clock, no randomness."""
