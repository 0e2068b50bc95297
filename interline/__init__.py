"""What is true whatever runs it: rules, wire shapes, names, signatures, settings."""
