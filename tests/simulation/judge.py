"""When the storm is over and time has passed: what must be so in the end (O4, N3, N5, N7, C3)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from middleware.domain.calendar import london_day
from middleware.engine.apply import fold
from middleware.engine.checks import PASSING
from middleware.engine.entry import Entry
from middleware.engine.state import Note, Phase, State
from middleware.flow.spooling import Stand
from middleware.ports import Standing
from schemas.event import Event
from schemas.service import Refused
from tests.simulation.alarm_judge import wrong_with_alarms
from tests.simulation.attempts import judge_cad
from tests.simulation.caller_judge import wrong_with_callers
from tests.simulation.duty_judge import wrong_with_duties
from tests.simulation.mistake_judge import left_out, wrong_with_mistakes
from tests.simulation.plan import LATE
from tests.simulation.police_judge import wrong_with_back_ups
from tests.simulation.sayings import Acknowledged
from tests.simulation.stand_off_judge import wrong_with_stand_offs

if TYPE_CHECKING:
    from tests.simulation.world import World


def judge(world: World) -> None:
    """Everything that is not as it must be, told to the witness."""
    if world.machine.service is None:
        world.witness.complain("the service is not there")
        return
    if world.machine.stand is not Stand.JOURNAL or world.store.disk.spool.records:
        world.witness.complain("something still lies beside the journal")
    entries = world.entries()
    _fold(world, entries)
    _acknowledged(world, entries)
    _duties(world)
    _checks(world)
    for wrong in wrong_with_mistakes(world.state):
        world.witness.complain(wrong)
    for wrong in (*wrong_with_alarms(world, entries), *wrong_with_duties(world, entries)):
        world.witness.complain(wrong)
    for wrong in wrong_with_back_ups(world, entries):
        world.witness.complain(wrong)
    for wrong in wrong_with_callers(world, entries):
        world.witness.complain(wrong)
    for wrong in wrong_with_stand_offs(world, entries):
        world.witness.complain(wrong)
    world.witness.attempts.in_the_end(world.state)
    judge_cad(world.state, world.far, world.witness.complain)
    for device in world.devices.values():
        _screen(world, device.name)


def _fold(world: World, entries: list[Entry]) -> None:
    state = State()
    for entry in entries:
        fold(state, entry)
    if state != world.state:
        world.witness.complain("the state is not the fold of the whole journal")
    late = [
        name
        for name, timer in world.state.timers.items()
        if timer.due_at < world.machine.service.stamps.now() - LATE  # type: ignore[union-attr]
    ]
    if late and not world.plan.clock_steps:
        world.witness.complain(f"timers never fired: {late}")


def _acknowledged(world: World, entries: list[Entry]) -> None:
    said = Counter(
        (e.event.source, e.event.id, e.event.revision)
        for e in entries
        if isinstance(e.event, Event) and not e.event.ours
    )
    for one in world.sayings.acknowledged:
        wrong = _lost(one, entries, said)
        if wrong:
            world.witness.complain(f"acknowledged as {one.submitted.standing}, {wrong}")
    if world.sayings.open:
        world.witness.complain("something was never acknowledged")


def _lost(one: Acknowledged, entries: list[Entry], said: Counter[tuple[str, str, int]]) -> str:
    at = one.submitted.position
    if not 0 < at <= len(entries):
        return f"and position {at} is not in the journal"
    event = entries[at - 1].event
    if one.submitted.standing in (Standing.CONFLICT, Standing.REFUSED):
        kept = isinstance(event, Refused) and event.raw == one.raw
        return "" if kept else f"and position {at} holds something else"
    assert one.said is not None
    if event != one.said:
        return f"and position {at} holds another event"
    count = said[one.said.source, one.said.id, one.said.revision]
    return "" if count == 1 else f"and it is in the journal {count} times"


def _duties(world: World) -> None:
    state, complain = world.state, world.witness.complain
    for note in state.notes.values():
        if note.phase is Phase.OPEN:
            complain(f"the note {note.id} was neither acknowledged nor withdrawn nor taken")
    numbers = {known.id: known.number for known in state.incidents.values()}
    in_force = {
        (numbers[n.incident], n.callsign, n.device, n.matched.marker) for n in _in_force(state)
    }
    wanted = world.people.truth.duties(london_day(world.machine.clock.now()))
    wanted -= left_out(state)
    for missing in sorted(wanted - in_force):
        complain(f"nobody was told: {missing}")
    for wrong in sorted(in_force - wanted):
        complain(f"told and not true: {wrong}")


def _checks(world: World) -> None:
    state, complain = world.state, world.witness.complain
    for known in (*state.incidents.values(), *state.calls.values()):
        if known.finished_at is not None:
            continue
        if known.checked is None or known.checked.reason in PASSING:
            complain(f"{known.id} was never checked in the end")
        elif known.checked.index_position < state.markers.position:
            complain(f"{known.id} was not checked again after the last change of a marker")


def _screen(world: World, name: str) -> None:
    state, complain, device = world.state, world.witness.complain, world.devices[name]
    for note_id, body in device.shown.items():
        note = state.notes.get(note_id)
        if note is None or note.phase is Phase.WITHDRAWN:
            complain(f"{name} still shows the withdrawn note {note_id}")
        elif body["revision"] != note.revision:
            complain(f"{name} shows an old revision of {note_id}")
    for note in _in_force(state):
        if note.device == name and note.id not in device.shown:
            complain(f"{name} does not show the note {note.id} that is in force")
    for line in device.log.violations:
        complain(line)
    for note_id, earlier, later in device.same_again:
        if not world.witness.is_news(note_id, earlier, later):
            complain(f"{name}: note {note_id} came as new again in {later}, and nothing was new")


def _in_force(state: State) -> list[Note]:
    return [note for note in state.notes.values() if note.phase is not Phase.WITHDRAWN]
