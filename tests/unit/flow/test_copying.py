"""A journal moved to another store: the same bytes, or a clear refusal (E1, O4)."""

from collections.abc import AsyncIterator

import pytest

from adapters.stores.memory import Disk, MemoryJournal
from middleware.engine.entry import Entry
from middleware.flow import copying
from middleware.flow.copying import Copied, back_up, copy, demand_same
from middleware.flow.records import Writer
from middleware.ops.errors import Trouble
from tests.golden.examples import ANSWER, AT, event
from tests.golden.files import GoldenKeys

TOKEN = 5
RECORDS = 1_203


def written(count: int, token: int = TOKEN) -> list[bytes]:
    """The sealed records of a room, by the writer of that token."""
    writer = Writer("eoc1", token, GoldenKeys())
    entries = (Entry(n, AT, event("call.rang"), ANSWER, ()) for n in range(1, count + 1))
    return [writer.seal(entry) for entry in entries]


SEALED = written(RECORDS)


def store(records: list[bytes], token: int = TOKEN) -> MemoryJournal:
    return MemoryJournal(Disk(records=list(records), token=token))


def nobody(done: int, of: int) -> None:
    """Is told."""


async def test_o4_the_copy_is_the_source_byte_for_byte_and_tells_how_far_it_is() -> None:
    source, target = store(SEALED), store([], token=0)
    told: list[tuple[int, int]] = []
    done = await copy(source, target, lambda n, of: told.append((n, of)))
    assert done == Copied(before=0, records=RECORDS)
    assert target.disk.records == source.disk.records == SEALED
    assert told == [(0, RECORDS), (500, RECORDS), (1_000, RECORDS), (RECORDS, RECORDS)]
    await demand_same(source, target, RECORDS, nobody)


async def test_o4_who_writes_the_copy_comes_behind_every_writer_of_the_source() -> None:
    """Tokens order what devices hear."""
    target = store([], token=0)
    await copy(store(SEALED), target)
    assert await target.acquire() > TOKEN + 1


@pytest.mark.parametrize("there", [1, 500, 777, RECORDS])
async def test_o4_an_interrupted_copy_is_gone_on_with(there: int) -> None:
    target = store(SEALED[:there], token=9)
    assert await copy(store(SEALED), target) == Copied(before=there, records=RECORDS)
    assert target.disk.records == SEALED


@pytest.mark.parametrize(
    ("records", "said"),
    [
        pytest.param([b"other"], "at position 1 lies another record", id="another journal"),
        pytest.param(
            [*SEALED[:600], SEALED[601]], "at position 601 lies another record", id="other later"
        ),
        pytest.param([*SEALED, SEALED[0]], "has 1204 records, the source 1203", id="longer"),
    ],
)
async def test_o4_a_destination_with_anything_else_is_refused_and_left(
    records: list[bytes], said: str
) -> None:
    target = store(records, token=3)
    with pytest.raises(Trouble, match=said) as refused:
        await copy(store(SEALED), target)
    assert "nothing was written" in refused.value.remedy
    assert (target.disk.records, target.disk.token) == (records, 3)


async def test_an_empty_source_is_refused() -> None:
    with pytest.raises(Trouble, match="holds no record"):
        await copy(store([]), store([]))


async def test_o4_a_destination_that_fails_says_how_far_it_came() -> None:
    target = store([], token=0)
    writes = 0

    def fail(stage: str) -> None:
        nonlocal writes
        writes += stage == "before"
        if writes == 2:
            raise OSError("no room")

    failing = MemoryJournal(target.disk, fault=fail)
    with pytest.raises(Trouble, match="stopped after position 500: no room") as stopped:
        await copy(store(SEALED), failing)
    assert "run the same again" in stopped.value.remedy
    assert await copy(store(SEALED), target) == Copied(before=500, records=RECORDS)


async def test_o4_another_writer_at_the_destination_stops_the_copy() -> None:
    target = store([], token=0)

    def take_over(stage: str) -> None:
        target.disk.token += stage == "after"

    with pytest.raises(Trouble, match="somebody else writes to the destination"):
        await copy(store(SEALED), MemoryJournal(target.disk, fault=take_over))


class Growing(MemoryJournal):
    """A service goes on writing while it is read."""

    async def read(self, after: int, limit: int | None = None) -> AsyncIterator[tuple[int, bytes]]:
        async for row in super().read(after, limit):
            yield row
        self.disk.records.append(SEALED[len(self.disk.records)])


async def test_o4_a_source_that_is_written_to_meanwhile_is_no_copy() -> None:
    with pytest.raises(Trouble, match="the source was written to meanwhile"):
        await copy(Growing(Disk(records=SEALED[:600])), store([]))


async def test_o4_a_back_up_is_one_moment_of_a_source_that_is_written_to_meanwhile() -> None:
    source, target = Growing(Disk(records=SEALED[:600])), store([], token=0)
    assert await back_up(source, target) == Copied(before=0, records=600)
    assert len(source.disk.records) > 600
    again = await back_up(source, target)
    assert (again.before, target.disk.records) == (600, SEALED[: again.records])
    assert again.records > 600, "what came since is added"
    await demand_same(source, target, again.records, nobody)


async def test_o4_who_writes_a_restored_journal_comes_behind_who_wrote_after_the_back_up() -> None:
    target = store([], token=0)
    await copy(store(SEALED), target, beyond=70)
    assert await target.acquire() > 71


async def test_a_gap_in_the_source_stops_the_copy_with_its_position() -> None:
    class Gap(MemoryJournal):
        async def read(
            self, after: int, limit: int | None = None
        ) -> AsyncIterator[tuple[int, bytes]]:
            async for row in super().read(after, limit):
                if row[0] != 700:
                    yield row

    with pytest.raises(Trouble, match="position 700 is missing"):
        await copy(Gap(Disk(records=list(SEALED))), store([]))


@pytest.mark.parametrize("position", [1, 500, 501, RECORDS])
async def test_e1_a_copy_with_a_changed_byte_is_found_at_its_position(position: int) -> None:
    changed = list(SEALED)
    changed[position - 1] = changed[position - 1][:-1] + b"\0"
    with pytest.raises(Trouble, match=f"position {position} of the copy"):
        await demand_same(store(SEALED), store(changed), RECORDS, nobody)


async def test_groups_are_bounded_by_their_size_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "GROUP_BYTES", 1)
    told: list[int] = []
    await copy(store(SEALED[:5]), store([]), lambda n, of: told.append(n))
    assert told == [0, 1, 2, 3, 4, 5]
