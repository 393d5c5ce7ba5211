"""State rebuilt from the journal before any source is opened (O4, E3)."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import structlog

from middleware.domain.matching import MarkerIndex
from middleware.engine.apply import fold
from middleware.engine.state import State
from middleware.flow.chain import Chain
from middleware.flow.index import catch_up
from middleware.flow.records import GENESIS
from middleware.flow.sealing import frame, open_part, seal_part, unframe
from middleware.ops.errors import Trouble
from middleware.ops.redaction import Fixed
from middleware.ports import Journal, Keys, Snapshot

SNAPSHOT_VERSION = f"state/13 {MarkerIndex.version}"
"""Changes with whatever the pickled classes look like; another version is built anew."""
Part = Literal["snapshot", "index"]
PARTS: tuple[Part, ...] = get_args(Part)
"""How a snapshot's parts lie in it: the pickle of (hash of the last record, State), the index."""

log = structlog.get_logger()


@dataclass(slots=True)
class Restored:
    """The state as far as the journal was read, and the chain up to there."""

    state: State
    chain: Chain
    folded: int = 0

    @property
    def previous(self) -> bytes:
        """The hash that the next record must carry."""
        return self.chain.previous


async def restore(
    journal: Journal, keys: Keys, room: str, progress: Callable[[int], None] = lambda _: None
) -> Restored:
    """The last snapshot that this build can read, then every record after it. Raises Tampered
    when a record is not the one that was written there."""
    restored = await begin(journal, keys, room)
    await go_on(restored, journal, progress)
    return restored


async def begin(journal: Journal, keys: Keys, room: str) -> Restored:
    """As of the last snapshot, or of nothing."""
    kept = await _kept(journal, keys, "snapshot")
    state, previous = State(), GENESIS
    if kept is not None:
        previous, state = pickle.loads(kept)  # noqa: S301 - sealed by us, opened with our key
    return Restored(state, Chain(room, keys, state.position, previous))


async def go_on(
    restored: Restored, journal: Journal, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Fold what came after. Broken off by a store that fails, it may be said again."""
    async for position, record in journal.read(restored.state.position):
        fold(restored.state, restored.chain.open(position, record).entry)
        restored.folded += 1
        if restored.folded % 1000 == 0:
            progress(restored.folded)


async def load_index(journal: Journal, keys: Keys) -> MarkerIndex:
    """The index as of the last snapshot, or an empty one; the follower brings it up to date."""
    kept = await _kept(journal, keys, "index")
    if kept is None:
        return MarkerIndex()
    try:
        return MarkerIndex.load(kept)
    except ValueError:
        log.warning(
            "index_snapshot_unreadable", remedy=Fixed("the index is built from the markers")
        )
        return MarkerIndex()


async def take_snapshot(journal: Journal, keys: Keys, room: str) -> int:
    """Fold to the head and keep state and index, sealed; returns the position. Run apart from
    the service: it needs nothing but the journal and the keys. Trouble where it cannot be read
    back as it was."""
    restored = await restore(journal, keys, room)
    state, index = restored.state, await load_index(journal, keys)
    catch_up(index, state.markers)
    place, name = (0, state.position), keys.current
    plain = pickle.dumps((restored.previous, state), protocol=pickle.HIGHEST_PROTOCOL)
    parts: dict[Part, bytes] = {"snapshot": plain, "index": index.dump()}
    sealed = (seal_part(parts[part], keys.key(name), b"", (*place, part)) for part in PARTS)
    data = frame((name.encode(), *sealed))
    await journal.save_snapshot(Snapshot(state.position, SNAPSHOT_VERSION, data))
    kept = await journal.load_snapshot(SNAPSHOT_VERSION)
    if kept is None or {part: _opened(kept, keys, part) for part in PARTS} != parts:
        remedy = "see the disk or memory of the store; the journal itself has everything"
        raise Trouble("the snapshot could not be read back as it was", remedy)
    return state.position


async def _kept(journal: Journal, keys: Keys, part: Part) -> bytes | None:
    """One part of the last snapshot; the other stays sealed, for that is dear. None also where the
    key is gone, the bytes are damaged or the journal is shorter (put back from a backup): a
    snapshot is only a cache."""
    snapshot = await journal.load_snapshot(SNAPSHOT_VERSION)
    if snapshot is None or snapshot.position > await journal.head():
        return None
    return _opened(snapshot, keys, part)


def _opened(snapshot: Snapshot, keys: Keys, part: Part) -> bytes | None:
    try:
        name, *sealed = unframe(snapshot.data)
        place = (0, snapshot.position, part)
        return open_part(sealed[PARTS.index(part)], keys.key(name.decode()), b"", place)
    except (KeyError, ValueError, IndexError):
        log.warning("snapshot_unreadable", part=part, remedy=Fixed("it is built from the journal"))
        return None
