"""A cut anywhere loses no end of a call and tells nothing twice, whatever the exchange (C2, O4)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from middleware.ops.clock import SystemClock
from middleware.ports import World
from schemas.call import CallAnswered, CallEnded, CallEvent, CallRang
from schemas.service import SourceConnected, SourceLost
from tests.exchanges import (
    NUMBER,
    SECRET,
    Simulated,
    briefly,
    connected,
    listening,
    live,
    pinged,
    running,
    source_to,
    tried,
    until,
    write_secret,
)
from tests.fakes import FakeIntake


async def test_a_hang_up_missed_in_a_cut_closes_the_call_afterwards(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    """O4: nothing stays open for ever; and people saw that there was a gap."""
    async with listening(exchange, intake, world):
        call = exchange.ring(NUMBER)
        call.answer()
        await until(intake, CallAnswered)
        exchange.cut()
        call.hang_up("caller")
        (ended,) = await until(intake, CallEnded)
        await until(intake, SourceConnected, 2)
    assert (ended.by, ended.missed) == ("unknown", True)
    order = [type(event) for event in intake.events[-3:]]
    assert order == [SourceLost, CallEnded, SourceConnected]
    (lost,) = intake.of(SourceLost)
    assert isinstance(lost, SourceLost)
    assert (lost.reason, lost.gap) == ("closed", True)


async def test_a_call_that_began_in_a_cut_is_found_with_its_handler(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        exchange.cut()
        call = exchange.ring(NUMBER)
        call.answer("handler3")
        await until(intake, SourceConnected, 2)
        assert briefly(intake) == [
            f"rang number={NUMBER} line=999",
            "answered handler=handler3",
        ]
        call.hang_up("handler")
        await until(intake, CallEnded)


@pytest.mark.parametrize("after", [1, 100, 400, 700, 1_000, 2_000, 3_000, 5_000, 9_000])
async def test_cut_in_the_middle_of_a_message_the_call_is_told_once_and_closed(
    exchange: Simulated, intake: FakeIntake, world: World, after: int
) -> None:
    async with listening(exchange, intake, world):
        exchange.cut(after)
        call = exchange.ring(NUMBER)
        call.answer("handler1")
        await until(intake, SourceConnected, 2)
        call.hang_up("caller")
        await until(intake, CallEnded)
    told_once = [event.id for event in intake.events if isinstance(event, CallEvent)]
    assert len(told_once) == len(set(told_once))
    assert briefly(intake)[0] == f"rang number={NUMBER} line=999"
    assert "answered handler=handler1" in briefly(intake)
    assert not intake.refused


@pytest.mark.parametrize("seed", range(5))
async def test_cut_again_and_again_every_call_that_rang_ends_and_each_only_once(
    exchange: Simulated, intake: FakeIntake, world: World, seed: int
) -> None:
    """O4: whatever was cut when, nothing is told twice and nothing stays open."""
    dice = Random(seed)
    async with listening(exchange, intake, world):
        for _ in range(150):
            await play_a_step(exchange, dice)
        for call in exchange.calls.values():
            call.hang_up("handler")
        exchange.cut()
        while told_of(intake, CallRang) != told_of(intake, CallEnded):
            await intake.until(events=len(intake.events) + 1)
    ids = [event.id for event in intake.events if isinstance(event, CallEvent)]
    assert len(ids) == len(set(ids))
    assert len(intake.of(SourceLost)) > 1
    assert len(intake.of(CallAnswered)) > 1
    assert not intake.conflicts
    assert not intake.refused


async def play_a_step(exchange: Simulated, dice: Random) -> None:
    """Something happens: a call rings, is answered, ends, or the line is cut mid-message."""
    waiting = [call for call in exchange.calls.values() if not call.handler and not call.over]
    up = [call for call in exchange.calls.values() if not call.over]
    what = dice.choice(["ring", "answer", "hang up", "cut", "pause"])
    if what == "ring":
        exchange.ring(f"07700900{dice.randrange(1000):03}")
    elif what == "answer" and waiting:
        dice.choice(waiting).answer(dice.choice(["handler1", "handler2"]))
    elif what == "hang up" and up:
        dice.choice(up).hang_up(dice.choice(["caller", "handler"]))
    elif what == "cut":
        exchange.cut(after=dice.randrange(6_000))
    elif what == "pause":
        await exchange.signed_in()
        await asyncio.sleep(dice.random() / 50)


def told_of(intake: FakeIntake, kind: type[CallEvent]) -> set[str]:
    return {event.call for event in intake.events if isinstance(event, kind)}


async def test_hang_ups_never_said_are_found_at_the_next_connect(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    exchange.faults.drop_hang_ups = True
    async with listening(exchange, intake, world) as source:
        call = exchange.ring(NUMBER)
        call.answer()
        call.hang_up()
        await until(intake, CallAnswered)
        assert live(source)
        exchange.cut()
        (ended,) = await until(intake, CallEnded)
    assert ended.missed


async def test_a_call_that_ended_while_the_service_was_down_is_closed(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    """O4: what the journal has as live is told to the source before it runs."""
    async with listening(exchange, intake, world):
        gone, stays = exchange.ring(NUMBER), exchange.ring("07700900102")
        await until(intake, CallRang, 2)
    gone.hang_up("caller")
    source = source_to(exchange, world)
    source.believe_live([event.call for event in intake.of(CallRang)])  # type: ignore[attr-defined]
    async with running(source, intake):
        await until(intake, SourceConnected, 2)
        ended = intake.of(CallEnded)
        assert [event.call for event in ended] == [f"pbx/{gone.id}"]  # type: ignore[attr-defined]
        stays.hang_up("caller")
        await until(intake, CallEnded, 2)
    assert len(intake.of(CallRang)) == 2


async def test_a_link_that_falls_silent_is_a_dead_link(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world) as source:
        assert connected(world, source) == 1
        exchange.faults.silent = True
        (lost,) = await until(intake, SourceLost)
        assert lost.reason == "silent"
        assert connected(world, source) == 0
        exchange.faults.silent = False
        await until(intake, SourceConnected, 2)
        assert connected(world, source) == 1


async def test_a_quiet_exchange_that_answers_pings_is_no_dead_link(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        await pinged(exchange, 5)
        exchange.ring(NUMBER)
        await until(intake, CallRang)
    assert not intake.of(SourceLost)


class Hurrying(SystemClock):
    """Sleeps no time at all, and remembers for how long it was asked to."""

    def __init__(self) -> None:
        self.asked: list[timedelta] = []
        self.often = asyncio.Event()

    async def sleep(self, delay: timedelta) -> None:
        self.asked.append(delay)
        if len(self.asked) >= 6:
            self.often.set()
        await asyncio.sleep(0)


WAITS = {"retry_first": timedelta(seconds=1), "retry_most": timedelta(seconds=8)}


async def test_it_waits_longer_and_longer_and_starts_anew_after_a_session(
    simulator: type[Simulated], intake: FakeIntake, world: World
) -> None:
    clock = Hurrying()
    async with simulator(secret=SECRET) as gone:
        source = source_to(gone, replace(world, clock=clock), **WAITS)
    async with running(source, intake):
        await clock.often.wait()
        async with simulator(secret=SECRET, port=gone.port) as exchange:
            await until(intake, SourceConnected)
            before = len(clock.asked)
            exchange.cut()
            await until(intake, SourceConnected, 2)
    full = [timedelta(seconds=n) for n in (1, 2, 4, 8, 8, 8)]
    for asked, most in zip(clock.asked, full, strict=False):
        assert most / 2 <= asked <= most
    assert len(set(clock.asked[3:6])) == 3  # jitter
    assert clock.asked[before] <= full[0]


async def test_a_refused_login_is_tried_again_slowly(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    """Quick attempts with a wrong secret would have us banned by the exchange's firewall."""
    clock, slowly = Hurrying(), timedelta(minutes=10)
    wrong = world.state / "wrong"
    write_secret(wrong, "wrong")
    here = replace(world, clock=clock)
    source = source_to(exchange, here, password_file=wrong, retry_refused=slowly)
    async with running(source, intake):
        await tried(exchange, 3)
    assert len(clock.asked) >= 2
    assert all(slowly / 2 <= asked <= slowly for asked in clock.asked)
