"""Views: a run, a definition or a value as plain data and pictures. Pure: no widgets, no clock, no I/O."""
