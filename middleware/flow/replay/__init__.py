"""A recording played again to the real flow, and what came out compared (O2)."""
