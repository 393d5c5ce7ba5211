"""Whether the service is up (/healthz) and whether it can do its work (/readyz) (O1)."""

from collections.abc import Iterable
from enum import StrEnum


class Part(StrEnum):
    """What has to be in place before the service can do its work."""

    JOURNAL = "journal"
    STATE = "state"
    INDEX = "index"
    ADAPTERS = "adapters"


LEASE = "lease"
"""In a pair, beside these: whether this instance is still sure that it is the one that writes."""
WAITING = "not started yet"


class Health:
    """Readiness part by part. That /healthz is answered at all says that the loop turns.

    Reasons are fixed words with codes; they hold nothing personal.
    """

    def __init__(self, parts: Iterable[str] = tuple(Part)) -> None:
        self._reasons: dict[str, str | None] = {str(part): WAITING for part in parts}

    def ready(self, part: str) -> None:
        """The part can do its work."""
        self._tell(part, None)

    def not_ready(self, part: str, reason: str) -> None:
        """The part cannot do its work, and why."""
        self._tell(part, reason)

    def _tell(self, part: str, reason: str | None) -> None:
        if part not in self._reasons:
            raise KeyError(f"no such part: {part}")
        self._reasons[str(part)] = reason

    @property
    def is_ready(self) -> bool:
        return all(reason is None for reason in self._reasons.values())

    def report(self) -> dict[str, str]:
        """Each part and `ready`, or why it is not: the body of /readyz."""
        return {part: reason or "ready" for part, reason in self._reasons.items()}
