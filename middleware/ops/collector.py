"""The collector of cyclic garbage: the process has one, whatever rooms it serves.

Markers and state stay, and walking them all stops everything for a third of a second: only what is
young is collected while a room is served, and what stays is looked at once. Almost nothing here is
cyclic.
"""

import gc

YOUNG = 5_000
"""New objects after which they are looked at: for two milliseconds."""
NEVER = 1_000_000


class Collector:
    """Off until a first room has what stays: rebuilding makes nothing to collect."""

    def __init__(self) -> None:
        gc.disable()
        self._served: set[str] = set()

    def settle(self, room: str) -> None:
        """What is there stays, and is not walked again."""
        self._served.add(room)
        gc.freeze()
        gc.enable()
        gc.set_threshold(YOUNG, NEVER, NEVER)

    def let_go(self, room: str) -> None:
        """Collect what was this room's. Other rooms wait for it once, and what is theirs is not
        walked again; without any, it stays away from work until one is settled."""
        self._served.discard(room)
        gc.unfreeze()
        gc.collect()
        if self._served:
            gc.freeze()
        else:
            gc.disable()
