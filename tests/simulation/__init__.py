"""The seeded simulation: the real service on virtual time, in a world that goes wrong (O4)."""
