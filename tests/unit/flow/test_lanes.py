"""Every queue has a bound; man-down is never behind anything (O4, D1, DESIGN)."""

import asyncio

import pytest

from middleware.flow.lanes import Lane, Lanes, Waiting, lane_of
from middleware.ops.metrics import Metrics
from schemas.event import Event
from schemas.markers_in import IndexFollowed, RecheckDue
from tests import alarms, said
from tests.room import timer
from tests.said import START, Cad, Team, marker
from tests.virtual import virtual


def waiting(event: Event) -> Waiting:
    return Waiting(event, b"", asyncio.get_running_loop().create_future())


def live(number: int) -> Event:
    return said.rang(None, str(number))


def bulk(number: int) -> Event:
    return Team().staged(f"b{number}", marker())


def names(batch: list[Waiting]) -> list[str]:
    return [one.event.id for one in batch]


@pytest.mark.parametrize(
    ("event", "lane"),
    [
        (Cad().opened(), Lane.LIVE),
        (said.rang(None), Lane.LIVE),
        (said.displayed("A1", "n1", 1), Lane.LIVE),
        (Team().activated("b1"), Lane.LIVE),
        (Team().staged("b1", marker()), Lane.IMPORT),
        (IndexFollowed(source="self", id="index", occurred_at=START), Lane.BULK),
        (RecheckDue(source="self", id="r", occurred_at=START, subject="i1"), Lane.BULK),
        (alarms.pressed(), Lane.MAN_DOWN),
        (alarms.cancelled(), Lane.MAN_DOWN),
        (alarms.unreadable(), Lane.MAN_DOWN),
        (alarms.accepted("a1"), Lane.MAN_DOWN),
        (alarms.ended("a1"), Lane.MAN_DOWN),
        (alarms.positioned(), Lane.LIVE),
        (timer("alarm:a1", 1, START), Lane.MAN_DOWN),
        (timer("rung:n1", 1, START), Lane.LIVE),
    ],
)
def test_what_is_live_does_not_wait_behind_what_is_many(event: Event, lane: Lane) -> None:
    assert lane_of(event) is lane


@virtual
async def test_within_a_lane_the_order_is_kept() -> None:
    lanes = Lanes(100, Metrics())
    for number in range(7):
        await lanes.put(waiting(live(number)))

    assert names(await lanes.take(4)) == [f"{n}/rang" for n in range(4)]
    assert names(await lanes.take(4)) == [f"{n}/rang" for n in range(4, 7)]


@virtual
async def test_live_goes_before_bulk_and_man_down_before_both() -> None:
    lanes, down = Lanes(100, Metrics()), alarms.pressed()
    for event in (bulk(1), live(1), down):
        await lanes.put(waiting(event))

    assert names(await lanes.take(10)) == [down.id, "1/rang", "decision/1"]


@virtual
async def test_d1_a_full_room_takes_a_man_down_at_once() -> None:
    lanes, down = Lanes(4, Metrics()), alarms.pressed()
    doors = [asyncio.create_task(lanes.put(waiting(live(n)))) for n in range(40)]
    await asyncio.sleep(0)
    await lanes.put(waiting(down))

    assert names(await lanes.take(4))[0] == down.id
    for door in doors:
        door.cancel()


@virtual
async def test_a_button_that_is_stuck_does_not_stop_the_room() -> None:
    lanes = Lanes(100, Metrics())
    for _ in range(50):
        await lanes.put(waiting(alarms.pressed()))
    for number in range(50):
        await lanes.put(waiting(live(number)))

    assert names(await lanes.take(32))[-8:] == [f"{n}/rang" for n in range(8)]


@virtual
async def test_what_is_live_shares_a_batch_with_little_of_what_is_many() -> None:
    """M1: an import does not slow a live incident."""
    lanes = Lanes(100, Metrics())
    for number in range(50):
        await lanes.put(waiting(bulk(number)))
    await lanes.put(waiting(live(1)))

    batch = [one.event for one in await lanes.take(32)]
    assert [lane_of(event) for event in batch] == [Lane.LIVE] + 8 * [Lane.IMPORT]
    assert len(await lanes.take(1)) == 1


@virtual
async def test_a_batch_is_bounded_in_bytes_too() -> None:
    lanes = Lanes(100, Metrics())
    for number in range(10):
        await lanes.put(Waiting(bulk(number), bytes(100_000), waiting(bulk(0)).done))

    assert len(await lanes.take(32)) == 3


@virtual
async def test_a_full_lane_pushes_back_and_lets_in_by_turns() -> None:
    lanes = Lanes(2, Metrics())
    putting = [asyncio.create_task(lanes.put(waiting(live(n)))) for n in range(5)]
    await asyncio.sleep(0)
    assert [task.done() for task in putting] == [True, True, False, False, False]

    first = await lanes.take(2)
    late = asyncio.create_task(lanes.put(waiting(live(9))))
    await asyncio.sleep(0)
    taken = [*first, *await lanes.take(2), *await lanes.take(2)]
    await late

    assert names(taken) == [f"{n}/rang" for n in (0, 1, 2, 3, 4, 9)]


@virtual
async def test_a_full_lane_holds_up_no_other() -> None:
    lanes = Lanes(1, Metrics())
    await lanes.put(waiting(bulk(1)))
    stuck = asyncio.create_task(lanes.put(waiting(bulk(2))))
    await lanes.put(waiting(live(1)))

    assert names(await lanes.take(10)) == ["1/rang", "decision/1"]
    await stuck


@virtual
async def test_who_gives_up_at_the_door_blocks_nobody() -> None:
    lanes = Lanes(1, Metrics())
    await lanes.put(waiting(live(1)))
    second, third = (asyncio.create_task(lanes.put(waiting(live(n)))) for n in (2, 3))
    await asyncio.sleep(0)
    second.cancel()
    assert names(await lanes.take(1)) == ["1/rang"]
    await third

    assert names(await lanes.take(1)) == ["3/rang"]


@virtual
async def test_who_gives_up_after_being_let_in_blocks_nobody() -> None:
    """What was let in stays in, so nobody loses a turn."""
    lanes = Lanes(1, Metrics())
    await lanes.put(waiting(live(1)))
    second, third = (asyncio.create_task(lanes.put(waiting(live(n)))) for n in (2, 3))
    await asyncio.sleep(0)
    await lanes.take(1)
    second.cancel()

    assert names(await lanes.take(1)) == ["2/rang"]
    assert names(await lanes.take(1)) == ["3/rang"]
    await third


@virtual
async def test_o1_every_lane_has_a_bound_and_a_depth_to_watch() -> None:
    metrics = Metrics()
    lanes = Lanes(7, metrics)
    for number in range(3):
        await lanes.put(waiting(live(number)))
    await lanes.take(1)

    value = metrics.registry.get_sample_value
    assert value("forewarn_queue_bound", {"queue": "live"}) == 7
    assert value("forewarn_queue_depth", {"queue": "live"}) == 2


@virtual
async def test_o4_a_closed_lane_waits_and_is_served_when_it_opens() -> None:
    """While the journal is away an import pushes back; what is live goes on."""
    lanes = Lanes(100, Metrics())
    lanes.open_to(Lane.BULK)
    await lanes.put(waiting(bulk(1)))
    taking = asyncio.create_task(lanes.take(10))
    await asyncio.sleep(1)
    assert not taking.done()
    await lanes.put(waiting(live(1)))
    assert names(await taking) == ["1/rang"]
    taking = asyncio.create_task(lanes.take(10))
    lanes.open_to(Lane.IMPORT)

    assert names(await taking) == ["decision/1"]
