"""Directories are asked about whoever rings, once the ring is in the journal (C2, C3)."""

from collections.abc import Sequence

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.ports import Directory
from schemas.call import CallRang


class Asking:
    """Each ring with a number is asked about once; a number that became known later again."""

    def __init__(self, directories: Sequence[Directory]) -> None:
        self._directories = directories

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        for entry in entries if self._directories else ():
            event = entry.event
            if isinstance(event, CallRang) and event.number:
                for directory in self._directories:
                    about = f"{event.source}/{event.id}/{event.revision}"
                    directory.ask(about[-MOST:], event.number)


MOST = 200
"""Characters of an id."""
