"""Where logs are kept, behind one port."""
