"""How the outside speaks: one file an adapter, one line in one table."""
