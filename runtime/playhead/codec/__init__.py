"""Values, errors and events to bytes and back."""
