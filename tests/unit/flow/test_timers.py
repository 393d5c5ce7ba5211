"""Time turns what was decided into events: never early, and nothing is lost at a restart (N5)."""

from datetime import timedelta

import pytest

from middleware.domain.rules import Rules, Rung
from middleware.flow import core as flow_core
from middleware.flow import timers as flow_timers
from middleware.flow.timers import AFTER_A_FAULT
from schemas import decision as d
from schemas.delivery import TimerDue
from schemas.event import Event
from tests.flowing import Running, records, start
from tests.room import RULES, made
from tests.said import HIGH_STREET, Cad, Team, marker, resource
from tests.virtual import virtual


async def told(running: Running) -> None:
    submit = running.service.core.submit
    await submit(Team().put(marker("M1", HIGH_STREET)))
    await running.wait(1)
    await submit(Cad().opened(HIGH_STREET, (resource("A1"),)))


def rungs(running: Running) -> list[Event]:
    return [
        e.event
        for e in records(running.disk)
        if isinstance(e.event, TimerDue) and e.event.timer.startswith("rung:")
    ]


@virtual
async def test_n5_a_timer_fires_on_time_and_never_early() -> None:
    running = await start()
    await told(running)
    await running.wait(59.999)
    assert not rungs(running)
    await running.wait(0.002)

    assert len(rungs(running)) == 1


@pytest.mark.parametrize("step", [timedelta(hours=1), -timedelta(hours=1)])
@virtual
async def test_n5_a_step_of_the_clock_moves_no_timer(step: timedelta) -> None:
    running = await start()
    await told(running)
    running.clock.offset += step
    await running.wait(59.999)
    assert not rungs(running)
    await running.wait(0.002)

    assert len(rungs(running)) == 1


@virtual
async def test_n5_a_sooner_timer_set_later_fires_first() -> None:
    quick = Rules(ladder=(Rung(channel="mdt", wait=timedelta(seconds=5)), *RULES.ladder[1:]))
    running = await start(rules=quick)
    await running.wait(10)
    await told(running)
    await running.wait(5.5)

    assert len(rungs(running)) == 1


@virtual
async def test_n5_after_a_restart_what_is_overdue_fires_at_once_the_longest_overdue_first() -> None:
    running, cad = await start(), Cad()
    await running.service.core.submit(Team().put(marker("M1", HIGH_STREET)))
    await running.wait(1)
    for number in range(3):
        opened = cad.opened(HIGH_STREET, (resource(f"A{number}"),), str(number))
        await running.service.core.submit(opened)
        await running.wait(10)
    await running.stop()
    await running.wait(300)
    again = await start(running.disk)
    await again.wait(0.001)

    entered = made(again.entries, d.RungEntered)
    order = [again.state.notes[one.note].callsign for one in entered]
    assert order == ["A0", "A1", "A2"]


@virtual
async def test_n5_after_a_restart_what_is_not_due_waits_for_its_time() -> None:
    running = await start()
    await told(running)
    await running.wait(20)
    await running.stop()
    again = await start(running.disk)
    await again.wait(39)
    assert not rungs(again)
    await again.wait(1.1)

    assert len(rungs(again)) == 1


@virtual
async def test_n5_a_fault_of_ours_ends_no_duty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer on which nothing could be decided fires again."""
    running = await start()
    await told(running)
    usual = flow_core.decide

    def broken(state: object, taken: object) -> tuple[d.Decision, ...]:
        raise ZeroDivisionError

    monkeypatch.setattr(flow_core, "decide", broken)
    await running.wait(61)
    monkeypatch.setattr(flow_core, "decide", usual)
    await running.wait(AFTER_A_FAULT.total_seconds())

    assert len(made(records(running.disk), d.Failed)) == 1
    assert [r.rung for r in made(records(running.disk), d.RungEntered)] == [0, 1]


@virtual
async def test_o4_timers_that_were_stopped_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_timers, "STALE_KEPT", 10)
    running = await start()
    cad, submit = Cad(), running.service.core.submit
    await submit(Team().put(marker("M1", HIGH_STREET)))
    await running.wait(1)
    for number in range(50):
        await submit(cad.opened(HIGH_STREET, (resource("A1"),), number=str(number)))
        await submit(cad.closed(str(number)))

    set_now = len(running.service.state.timers)
    assert running.service.timers.depth <= 2 * set_now + 10
