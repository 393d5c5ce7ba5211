"""What was told to people before the journal had it (E3): see flow/spooling.py."""

from schemas.service import JournalAway, JournalBack

MARK = " (told before the journal had it)"


class Unwritten:
    """Learns from the journal itself which of its records were kept beside it at first."""

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int]] = []
        self._open: int | None = None

    def hear(self, event: object) -> None:
        """Every event, in order."""
        if isinstance(event, JournalAway) and self._open is None:
            self._open = event.after
        elif isinstance(event, JournalBack):
            after = event.after if self._open is None else min(self._open, event.after)
            self._ranges.append((after, event.until))
            self._open = None

    def mark(self, position: int) -> str:
        """What the words of that record end with."""
        still = self._open is not None and position > self._open
        return MARK if still or any(a < position <= b for a, b in self._ranges) else ""
