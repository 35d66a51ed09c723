"""The behaviour catalogues as tests: every case runs on each engine and store set-up."""
