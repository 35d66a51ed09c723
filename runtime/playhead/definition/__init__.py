"""What may be said: steps, the workflow builder, mappings, checks and schemas. Pure."""
