"""Sources whose messages do not say the service day of an incident (C1)."""

from collections.abc import Iterable
from datetime import date


class RemembersDays:
    """Told before `run` under which service days the journal has its incidents, so that after a
    restart they are the same ones."""

    def __init__(self, said_by: str) -> None:
        self.said_by = said_by
        self._believed: list[tuple[str, date]] = []

    def believe_open(self, incidents: Iterable[tuple[str, date]]) -> None:
        """Number and service day of each that the journal has of `said_by`."""
        self._believed = list(incidents)
