"""Directories are asked about whoever rings, once the ring is in the journal (C2, C3)."""

from collections.abc import Iterable, Sequence

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.ports import Directory
from schemas.call import CallRang


class Asking:
    """Each ring with a number is asked about once; a number that became known later again. What had
    no answer when the service ended is asked again when it starts: there is one, or it is on record
    that there is none (C4)."""

    def __init__(self, directories: Sequence[Directory]) -> None:
        self._directories = directories

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        for entry in entries if self._directories else ():
            event = entry.event
            if isinstance(event, CallRang) and event.number:
                for directory in self._directories:
                    about = f"{event.source}/{event.id}/{event.revision}"
                    directory.ask(about[-MOST:], event.number)

    def unanswered(self, state: State) -> list[tuple[str, str]]:
        """At a start: live calls without an answer on record, as (id of the answer, number). The id
        is another at each start, so that an answer never contradicts an earlier one."""
        live = (call for call in state.calls.values() if call.finished_at is None)
        return [
            (f"again/{call.id}/{state.position}", call.number)
            for call in live
            if call.number and call.looked_up is None
        ]

    def ask_again(self, unanswered: Iterable[tuple[str, str]]) -> None:
        """When the sources run: a look-up that waits for long has failed."""
        for about, number in unanswered:
            for directory in self._directories:
                directory.ask(about, number)


MOST = 200
"""Characters of an id."""
