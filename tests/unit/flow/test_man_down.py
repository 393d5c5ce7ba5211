"""Man-down on the straight line: never hidden by an id, never behind anything (D1, D2, O4)."""

import asyncio
from datetime import timedelta

import pytest

from middleware.engine.alarm import AlarmPhase
from middleware.engine.state import Timer
from middleware.flow.lanes import is_urgent
from middleware.flow.stamps import Stamps
from middleware.flow.timers import Timers
from middleware.ops.metrics import Metrics
from middleware.ports import Standing
from schemas import alarm as a
from schemas.delivery import TimerDue
from tests import alarms
from tests.alarms import RULES
from tests.flowing import Running, records, start
from tests.room import Room, made
from tests.virtual import VirtualClock, virtual


def stepped(running: Running) -> list[int]:
    return [one.times for one in made(records(running.disk), a.AlarmStepped)]


@virtual
async def test_o4_the_same_signal_said_again_is_known() -> None:
    running = await start(rules=RULES)
    press = alarms.pressed()
    await running.service.core.submit(press)
    again = await running.service.core.submit(press)

    assert again.standing is Standing.KNOWN
    (alarm,) = running.state.alarms.values()
    assert alarm.signals.total() == 1


@pytest.mark.parametrize("revision", [1, 7, 3])
@virtual
async def test_d1_an_id_that_a_gateway_uses_twice_hides_no_press(revision: int) -> None:
    """Other content under an id that came before, older or newer, is a man-down all the same."""
    running = await start(rules=RULES)
    core = running.service.core
    first = alarms.pressed(id="1", revision=3)
    await core.submit(first)
    (alarm,) = running.state.alarms
    await core.submit(alarms.ended(alarm))
    later = first.occurred_at + timedelta(minutes=9)
    again = await core.submit(alarms.pressed(id="1", revision=revision, at=later))

    assert again.standing is Standing.TAKEN
    assert len(running.state.open_alarms) == 1
    assert running.state.refused == 0


@virtual
async def test_d2_an_alarm_outlives_a_restart_and_is_told_on_where_it_was() -> None:
    running = await start(rules=RULES)
    await running.service.core.submit(alarms.pressed())
    await running.wait(16)
    assert stepped(running) == [1, 2]
    await running.stop()
    again = await start(running.disk, rules=RULES)
    await again.wait(14.5)

    assert stepped(again) == [1, 2, 3]
    (alarm,) = again.state.alarms.values()
    assert alarm.phase is AlarmPhase.RAISED


@virtual
async def test_d2_a_step_that_came_due_while_nothing_ran_is_told_at_once() -> None:
    running = await start(rules=RULES)
    await running.service.core.submit(alarms.pressed())
    await running.stop()
    await running.wait(3600)
    again = await start(running.disk, rules=RULES)
    await again.wait(0.01)

    assert stepped(again) == [1, 2]


@virtual
async def test_d2_the_timers_of_alarms_wait_behind_no_other_timer() -> None:
    """A full lane holds up who posts into it: alarms have a heap of their own."""
    clock, fired = VirtualClock(), list[str]()
    stamps = Stamps(clock, Metrics())

    async def post(event: TimerDue) -> None:
        fired.append(event.timer)
        if not is_urgent(event.timer):
            await asyncio.Event().wait()

    room = Room(RULES, clock.now())
    for name in ("rung:n1", "alarm:a1"):
        room.state.timers[name] = _timer(room, name)
    heaps = [
        Timers(clock, stamps, post, lambda name: not is_urgent(name)),
        Timers(clock, stamps, post, is_urgent),
    ]
    for heap in heaps:
        heap.restore(room.state)
    running = [asyncio.create_task(heap.run(room.state)) for heap in heaps]
    await asyncio.sleep(3)
    for task in running:
        task.cancel()

    assert fired == ["rung:n1", "alarm:a1"]


def _timer(room: Room, name: str) -> Timer:
    wait = timedelta(seconds=1 if name.startswith("rung") else 2)
    return Timer(1, room.now + wait)
