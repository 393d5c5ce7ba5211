"""A recording made anonymous: the same pseudonym for the same thing, all else masked (O2)."""
