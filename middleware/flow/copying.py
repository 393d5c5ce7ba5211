"""A journal moved to another store, or backed up: the same bytes at the same positions (E1, O4).

Called by `forewarn journal copy` and `backup`. Nothing in the source is changed. A copy that was
interrupted is gone on with; a destination that holds anything else is left as it is.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from middleware.flow.header import take_apart
from middleware.flow.tokens import acquire_beyond
from middleware.ops.errors import Trouble
from middleware.ports import Fenced, Journal, OutOfPlace

GROUP = 500
"""Records that are made durable together, at most."""
GROUP_BYTES = 2_000_000
STOP = "stop the service that writes there, then run the same again: it goes on where it ended"

Progress = Callable[[int, int], None]
"""Told (records done, records in all)."""


@dataclass(frozen=True, slots=True)
class Copied:
    """`before` lay in the destination already, the same bytes; `records` are there now."""

    before: int
    records: int


async def copy(
    source: Journal, target: Journal, progress: Progress = lambda done, of: None, *, beyond: int = 0
) -> Copied:
    """Bring the target all that the source has, which nobody may write to meanwhile. Who writes the
    copy gets a token behind `beyond` too. Raises Trouble, and has then written nothing but records
    of the source in their order."""
    copied = await back_up(source, target, progress, beyond=beyond)
    if await source.head() != copied.records:
        raise Trouble("the source was written to meanwhile", STOP)
    return copied


async def back_up(
    source: Journal, target: Journal, progress: Progress = lambda done, of: None, *, beyond: int = 0
) -> Copied:
    """As `copy`, but of one moment: what the source had when this began."""
    head, before = await source.head(), await target.head()
    if before > head:
        raise _not_empty(f"it has {before} records, the source {head}")
    await _demand_beginning(source, target, before)
    token = await _become_writer(target, max(beyond, await _last_token(source, head)))
    done = before
    progress(done, head)
    try:
        async for group in _groups(source, before, head):
            await target.append(done, token, group)
            done += len(group)
            progress(done, head)
    except OSError as fault:
        remedy = "mend that, then run the same again: it goes on there"
        raise Trouble(f"the copy stopped after position {done}: {fault}", remedy) from fault
    except (Fenced, OutOfPlace) as refusal:
        raise Trouble(f"somebody else writes to the destination: {refusal}", STOP) from refusal
    return Copied(before, done)


async def demand_same(source: Journal, target: Journal, until: int, progress: Progress) -> None:
    """Read both up to there, byte by byte. Raises Trouble with the first position at which they
    differ, or where the target ends elsewhere."""
    if await target.head() != until:
        raise Trouble(f"the copy ends at {await target.head()}, and not at {until}", STOP)
    position = await _first_difference(source, target, until, progress)
    if position is not None:
        raise Trouble(
            f"position {position} of the copy is not what the source has there",
            "do not use the copy; look at the disk or memory of its machine, and copy anew",
        )


async def _demand_beginning(source: Journal, target: Journal, before: int) -> None:
    position = await _first_difference(source, target, before)
    if position is not None:
        raise _not_empty(f"at position {position} lies another record than in the source")


async def _first_difference(
    source: Journal, target: Journal, until: int, progress: Progress = lambda done, of: None
) -> int | None:
    """The first of the positions up to `until` at which not both have the same bytes."""
    async with aclosing(_rows(source, until)) as ours, aclosing(_rows(target, until)) as theirs:
        for position in range(1, until + 1):
            one, other = await anext(ours, None), await anext(theirs, None)
            if one is None or one != other or one[0] != position:
                return position
            if not position % GROUP or position == until:
                progress(position, until)
    return None


async def _rows(journal: Journal, until: int) -> AsyncGenerator[tuple[int, bytes], None]:
    async for row in journal.read(0, until):
        yield row


async def _last_token(source: Journal, head: int) -> int:
    """Of the writer of the last record; Tampered where that cannot be read."""
    async for position, record in source.read(max(0, head - 1), 1):
        return take_apart(record, position)[1].token
    raise Trouble("the source holds no record", "name the journal that is to be copied")


async def _become_writer(target: Journal, last: int) -> int:
    """Behind everybody who wrote before."""
    try:
        return await acquire_beyond(target, last)
    except OSError as fault:
        raise Trouble(
            f"the destination cannot be written: {fault}", "mend that, try again"
        ) from fault


async def _groups(source: Journal, after: int, until: int) -> AsyncIterator[list[bytes]]:
    group: list[bytes] = []
    size = 0
    async for position, record in source.read(after, until - after):
        if position != after + len(group) + 1:
            raise Trouble(
                f"position {after + len(group) + 1} is missing in the source",
                "run `forewarn journal verify`, and copy from a backup that is sound",
            )
        group.append(record)
        size += len(record)
        if len(group) >= GROUP or size >= GROUP_BYTES:
            yield group
            after, group, size = after + len(group), [], 0
    if group:
        yield group


def _not_empty(why: str) -> Trouble:
    return Trouble(
        f"the destination is not empty, and no beginning of this journal: {why}",
        "nothing was written; name an empty destination, or move away what lies there",
    )
