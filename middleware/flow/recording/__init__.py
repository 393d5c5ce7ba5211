"""What a running service heard and answered, kept in a file of its own (O2)."""
