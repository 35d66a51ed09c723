"""What people do with a run: start it, answer it, step through it, rewind it, fork it, cancel it."""
