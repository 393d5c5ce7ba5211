"""Ids of what begins: from the message that begins it, never from where it came to lie.

Two instances of a pair that were parted take the same in at different places, and different things
at the same place. What one of them told a crew must be known again by the other, and must never be
taken for something else (DESIGN, "The record"; O4, N3).
"""

from hashlib import blake2b

from schemas.event import Event


def begun_by(kind: str, event: Event) -> str:
    """What this message begins, one of a kind. Numbers and revisions start again, so it counts
    when it was said."""
    said = (event.source, event.kind, event.id, event.revision, event.occurred_at)
    return kind + blake2b("\x1f".join(map(str, said)).encode(), digest_size=8).hexdigest()
