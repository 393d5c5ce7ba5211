"""State rebuilt from the journal before any source is opened (O4, E3)."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass

from middleware.engine.apply import fold
from middleware.engine.state import State
from middleware.flow.records import GENESIS, digest, open_record
from middleware.flow.sealing import open_part, seal_part
from middleware.ports import Journal, Keys, Snapshot

STATE_VERSION = "state/1"


@dataclass(slots=True)
class Restored:
    """The state at the head of the journal, and the hash its next record must carry."""

    state: State
    previous: bytes
    folded: int


async def restore(
    journal: Journal, keys: Keys, progress: Callable[[int], None] = lambda _: None
) -> Restored:
    """The last snapshot that this build can read, then every record after it."""
    state, previous = await _from_snapshot(journal, keys)
    folded = 0
    async for position, record in journal.read(state.position):
        fold(state, open_record(record, keys, position=position).entry)
        previous = digest(record)
        folded += 1
        if folded % 1000 == 0:
            progress(folded)
    return Restored(state, previous, folded)


async def _from_snapshot(journal: Journal, keys: Keys) -> tuple[State, bytes]:
    snapshot = await journal.load_snapshot(STATE_VERSION)
    if snapshot is None:
        return State(), GENESIS
    name, _, sealed = snapshot.data.partition(b"\n")
    try:
        key = keys.key(name.decode())
    except KeyError:
        return State(), GENESIS
    place = (0, snapshot.position, "snapshot")
    previous, state = pickle.loads(open_part(sealed, key, name, place))  # noqa: S301 - sealed by us
    return state, previous


async def take_snapshot(journal: Journal, keys: Keys) -> int:
    """Fold to the head and keep the result, sealed; returns its position. Run apart from the
    service: the fold needs nothing but the journal and the keys."""
    restored = await restore(journal, keys)
    position, name = restored.state.position, keys.current.encode()
    plain = pickle.dumps((restored.previous, restored.state), protocol=5)
    sealed = seal_part(plain, keys.key(keys.current), name, (0, position, "snapshot"))
    await journal.save_snapshot(Snapshot(position, STATE_VERSION, name + b"\n" + sealed))
    return position
