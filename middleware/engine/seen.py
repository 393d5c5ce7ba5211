"""What was said before: (source, id, revision) and a digest of the content (O4)."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from schemas.event import ENDING, Event

REVISIONS_KEPT = 256
"""Of one thing; an older one said again counts as superseded, which changes nothing either."""


class Again(StrEnum):
    """How a message stands to what was said before."""

    NEW = "new"
    SAME = "same"
    OLDER = "older"
    CONFLICT = "conflict"


def digest(event: Event) -> bytes:
    """16 bytes that differ when the content does; our own time of arrival is no content."""
    exclude = {"occurred_at"} if event.timed_on_arrival else None
    return blake2b(event.model_dump_json(exclude=exclude).encode(), digest_size=16).digest()


@dataclass(slots=True)
class Heard:
    """What one source said of one thing: revision to (digest, position)."""

    at: datetime
    latest: dict[str, int]
    """The latest revision of each aspect."""
    revisions: dict[int, tuple[bytes, int]]


@dataclass(slots=True)
class Seen:
    """Bounded by time: what was not mentioned for `window` is forgotten."""

    heard: OrderedDict[tuple[str, str], Heard] = field(default_factory=OrderedDict)

    def look_up(self, event: Event, content: bytes) -> tuple[Again, int]:
        """How the event stands, and the position of the earlier one (0 when new)."""
        known = self.heard.get((event.source, event.id))
        if known is None:
            return Again.NEW, 0
        before = known.revisions.get(event.revision)
        if before is not None:
            return (Again.SAME if before[0] == content else Again.CONFLICT), before[1]
        if event.revision < max(known.latest.get(aspect, 0) for aspect in (event.aspect, ENDING)):
            return Again.OLDER, 0
        return Again.NEW, 0

    def note(
        self, event: Event, content: bytes, position: int, at: datetime, window: timedelta
    ) -> None:
        """Remember the event and drop what is older than the window."""
        key = (event.source, event.id)
        known = self.heard.get(key)
        if known is None:
            latest, said = {event.aspect: event.revision}, {event.revision: (content, position)}
            self.heard[key] = Heard(at, latest, said)
        else:
            known.at = at
            known.latest[event.aspect] = max(known.latest.get(event.aspect, 0), event.revision)
            known.revisions[event.revision] = (content, position)
            if len(known.revisions) > REVISIONS_KEPT:
                del known.revisions[min(known.revisions)]
            self.heard.move_to_end(key)
        while self.heard and next(iter(self.heard.values())).at < at - window:
            self.heard.popitem(last=False)
