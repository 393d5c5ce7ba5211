"""What must be so of man-down, whatever went wrong: no alarm lost, doubled or closed by itself,
told on until a person accepts (D1, D2, O4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from middleware.engine.alarm import AlarmPhase
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.lanes import is_urgent
from middleware.ports import Standing
from schemas import alarm as a
from schemas.decision import TimerSet
from schemas.delivery import TimerDue
from schemas.safety import AlarmAct, AlarmEnded, ManDownSignalled, UnreadableEmergency
from schemas.service import BuildStarted
from tests.simulation.plan import LATE, RULES
from tests.simulation.radios import ABANDONED

if TYPE_CHECKING:
    from tests.simulation.world import World

QUICK = 0.01
AT_ONCE = timedelta(seconds=3)
SIGNALS = (ManDownSignalled, UnreadableEmergency)


def wrong_with_alarms(world: World, entries: Sequence[Entry]) -> Iterator[str]:
    """One line for everything that is not as it must be."""
    yield from _signals(world, entries)
    yield from _course(entries)
    yield from _end(world.state, world.people_of_radios.ended)
    if not world.plan.clock_steps:
        yield from _told_on(world)
        if _is_quick(world):
            yield from _late(entries)


def _signals(world: World, entries: Sequence[Entry]) -> Iterator[str]:
    for one in world.sayings.acknowledged:
        if isinstance(one.said, SIGNALS) and one.submitted.standing is Standing.CONFLICT:
            yield f"a man-down of {one.said.radio} was hidden by its id"
    for entry in entries:
        grew = any(isinstance(made, a.AlarmGrew) for made in entry.decisions)
        if isinstance(entry.event, SIGNALS) and not grew:
            yield f"the man-down at position {entry.position} raised nothing"


def _course(entries: Sequence[Entry]) -> Iterator[str]:
    """Alarms in their order: one open a radio, ended and accepted by persons alone."""
    opened: dict[str, str | None] = {}
    for entry in entries:
        for made in entry.decisions:
            match made:
                case a.AlarmRaised():
                    if made.radio is not None and made.radio in opened.values():
                        yield f"two alarms of radio {made.radio} were open, {made.alarm} too"
                    opened[made.alarm] = made.radio
                case a.AlarmClosed():
                    opened.pop(made.alarm, None)
                    if not isinstance(entry.event, AlarmEnded):
                        yield f"alarm {made.alarm} closed by itself"
                case a.AlarmTaken() if not isinstance(entry.event, AlarmAct):
                    yield f"alarm {made.alarm} was accepted by nobody"


def _is_quick(world: World) -> bool:
    """Whether nothing but crashes keeps a step from its moment."""
    plan = world.plan
    hindered = plan.append_fails or plan.append_slow or plan.check_slow or plan.append_takes > QUICK
    return not hindered and not plan.starts_off


def _late(entries: Sequence[Entry]) -> Iterator[str]:
    """Steps that come long after their moment, or after the start where that was later."""
    due: dict[tuple[str, int], datetime] = {}
    started = entries[0].received_at
    for entry in entries:
        event = entry.event
        if isinstance(event, BuildStarted):
            started = entry.received_at
        elif isinstance(event, TimerDue) and is_urgent(event.timer):
            moment = max(due.get((event.timer, event.revision), started), started)
            if entry.received_at - moment > AT_ONCE:
                yield f"the step {event.timer} came {entry.received_at - moment} late"
        due |= {(m.timer, m.revision): m.due_at for m in entry.decisions if isinstance(m, TimerSet)}


def _end(state: State, ended: set[str]) -> Iterator[str]:
    open_radios = Counter(one.radio for one in state.alarms.values() if one.is_open)
    if doubled := [radio for radio, times in open_radios.items() if times > 1 and radio]:
        yield f"more than one open alarm of {doubled}"
    for alarm in state.alarms.values():
        if alarm.phase is AlarmPhase.RAISED and f"alarm:{alarm.id}" not in state.timers:
            yield f"alarm {alarm.id} is not accepted and nothing goes on with it"
        if not alarm.is_open and alarm.id not in ended:
            yield f"alarm {alarm.id} is ended and nobody ended it"


def _told_on(world: World) -> Iterator[str]:
    """The alarm that nobody ever accepts is told to everybody, again and again."""
    alarms = [one for one in world.state.alarms.values() if one.radio == ABANDONED]
    if len(alarms) != 1:
        yield f"{len(alarms)} alarms of the radio whose alarm nobody accepts"
        return
    (alarm,) = alarms
    assert world.machine.service is not None
    now, steps = world.machine.service.stamps.now(), RULES.man_down.steps
    due = world.state.timers[f"alarm:{alarm.id}"].due_at
    if now - due > LATE or due - now > steps[-1].wait + timedelta(hours=2):
        yield f"alarm {alarm.id} is not told on"
    if alarm.audience is not steps[-1].to:
        yield f"alarm {alarm.id} did not come to everybody"
