"""One contract for every lease of a pair (DESIGN, "Stores"; O4): on Redis and in memory."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.stores.memory import Disk, MemoryJournal, MemoryLease
from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from middleware.ports import Fenced, Held, Journal, Lease
from tests.redis_server import journal_on, redis_server

Two = tuple[Lease, Lease, Journal]
LASTS = timedelta(seconds=3)


@pytest.fixture(params=["memory", "redis"])
async def two(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Two]:
    """The leases of a and b, and the journal that they share."""
    if request.param == "memory":
        disk = Disk()
        leases = (MemoryLease(disk, name, LASTS) for name in "ab")
        yield next(leases), next(leases), MemoryJournal(disk)
        return
    async with redis_server(tmp_path / "redis") as server:
        told = journal_on(server.port, tmp_path)
        a, b = (
            RedisJournal(
                RedisSettings(**told, pair=True, name=name, address=f"http://{name}"), "eoc1"
            )
            for name in "ab"
        )
        assert a.lease
        assert b.lease
        yield a.lease, b.lease, a
        await a.close()
        await b.close()


async def test_o4_nobody_has_it_at_first_and_only_one_of_two_gets_it(two: Two) -> None:
    a, b, _ = two
    seen = await b.look()
    assert seen == Held()
    assert await a.take(seen) == 1
    assert await b.take(seen) is None
    held = await b.look()
    assert (held.token, held.beat, held.name) == (1, 1, "a")


async def test_o4_each_renewal_is_seen_and_what_was_seen_before_is_too_late(two: Two) -> None:
    a, b, _ = two
    token = await a.take(await a.look()) or 0
    seen = await b.look()
    await a.renew(token)
    assert await b.look() != seen
    assert await b.take(seen) is None
    assert await b.take(await b.look()) == token + 1


async def test_o4_who_was_taken_over_is_refused_at_everything(two: Two) -> None:
    a, b, journal = two
    first = await a.take(await a.look()) or 0
    await journal.append(0, first, [b"one"])
    second = await b.take(await b.look()) or 0
    with pytest.raises(Fenced):
        await a.renew(first)
    with pytest.raises(Fenced):
        await a.taken_in(first, 1)
    with pytest.raises(Fenced):
        await journal.append(1, first, [b"two"])
    await a.release(first)
    assert (await b.look()).token == second
    assert (await b.look()).beat > 0
    await b.renew(second)
    await journal.append(1, second, [b"two"])


async def test_o4_what_was_given_back_is_free_at_once(two: Two) -> None:
    a, b, _ = two
    token = await a.take(await a.look()) or 0
    await a.renew(token)
    await a.release(token)
    seen = await b.look()
    assert seen.beat == 0
    assert await b.take(seen) == token + 1


async def test_o4_a_writer_that_takes_the_journal_without_a_lease_ends_it_too(two: Two) -> None:
    a, _, journal = two
    token = await a.take(await a.look()) or 0
    await journal.acquire()
    with pytest.raises(Fenced):
        await a.renew(token)


async def test_o4_who_stands_by_is_seen_with_a_beat_and_a_place(two: Two) -> None:
    a, b, _ = two
    assert await a.followers() == {}
    await b.stand_by(7)
    (_, before), *_ = (await a.followers()).items()
    await b.stand_by(9)
    [(name, after)] = (await a.followers()).items()
    assert (name, before[1], after[1]) == ("b", 7, 9)
    assert before[0] != after[0]


async def test_o4_what_was_handed_on_stays_until_it_is_taken_in(two: Two) -> None:
    a, b, _ = two
    token = await b.take(await b.look()) or 0
    assert await b.handed_on() == []
    await a.hand_on([])
    await a.hand_on([b"one", b"\0two\xff"])
    await a.hand_on([b"three"])
    assert list(await b.handed_on()) == [b"one", b"\0two\xff", b"three"]
    await b.taken_in(token, 2)
    assert list(await b.handed_on()) == [b"three"]


async def test_o4_it_says_where_people_find_the_one_that_writes(two: Two) -> None:
    a, b, _ = two
    await a.take(await a.look())
    assert (await b.look()).where in ("", "http://a")
