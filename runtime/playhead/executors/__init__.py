"""Where the bodies of plain functions run."""
