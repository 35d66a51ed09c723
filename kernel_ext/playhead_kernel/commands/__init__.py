"""What ``%workflow`` can do, one module per group of commands."""
