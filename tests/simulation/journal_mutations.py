"""What goes on while the journal is away, broken on purpose in every way that the simulation must
be able to see (O4, D1)."""

from datetime import timedelta
from typing import Any

from middleware.flow.backlog import Backlog
from middleware.flow.core import Core
from middleware.flow.spooling import Spooling, Stand

Patch = tuple[object, str, Any]

_FILE, _OFFER, _ADOPT = Spooling._file, Spooling._offer, Spooling._adopt
_COMMIT = Core._commit


async def _waits(self: Spooling, expected: int, token: int, records: Any) -> bool:
    """Everything waits until the journal can be written again."""
    while True:
        try:
            await self._journal.append(expected, token, records)
        except OSError:
            await self._clock.sleep(timedelta(seconds=1))
        else:
            return True


async def _from_memory(self: Spooling) -> bool:
    """What is in memory alone counts as kept."""
    await _FILE(self)
    self.kept = self._backlog.last
    return True


async def _forgets(self: Spooling, left: Any) -> None:
    """The start does not look into the spool."""
    self.kept = await self._journal.head()


async def _too_soon(self: Spooling) -> bool:
    """The spool is emptied when the first of it is in the journal."""
    done = await _OFFER(self)
    if done:
        await self._shelf.clear()
    return done


def _other_groups(self: Backlog) -> list[bytes]:
    """What may have come is offered together with what came later."""
    self._offered = len(self)
    return list(self._records)


async def _in_the_dark(self: Core, batch: list[Any]) -> None:
    """Listeners are told only of what the journal itself has."""
    listeners = list(self.listeners)
    if self.journal.stand is not Stand.JOURNAL:
        self.listeners.clear()
    await _COMMIT(self, batch)
    self.listeners[:] = listeners


JOURNAL_MUTATIONS: dict[str, tuple[Patch, ...]] = {
    "everything waits for the journal": ((Spooling, "_written", _waits),),
    "memory counts as kept": ((Spooling, "_file", _from_memory),),
    "the spool is not read at the start": ((Spooling, "_adopt", _forgets),),
    "the spool is emptied too soon": ((Spooling, "_offer", _too_soon),),
    "what may have come is offered with more": ((Backlog, "offer", _other_groups),),
    "nobody is told while the journal is away": ((Core, "_commit", _in_the_dark),),
}
