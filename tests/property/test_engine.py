"""Whatever is said, in whatever order, the engine holds (O4, E3, N5, N7, C4)."""

import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from middleware.engine.decide import decide
from middleware.engine.entry import Taken
from middleware.engine.mistakes import Phase as Told
from middleware.engine.mistakes import address_of
from middleware.engine.state import ACTIVE, Checked, Incident, Note, Phase, State
from middleware.engine.suppression import suppressing
from middleware.flow.index import live_subjects
from schemas import call, incident
from schemas import decision as d
from schemas.check import NotChecked, Outcome
from schemas.event import Event
from schemas.mistake import Mistaken, Verdict
from tests import said
from tests.matching import NOT_AN_ADDRESS
from tests.mistaken import HERE, crew_says, decides, says
from tests.room import Room, made, refold, timer
from tests.said import MILL_LANE, START, marker, resource

Step = tuple[str, int, int, int]
"""What happens, and three numbers that choose to whom, where and how."""

ADDRESSES = (HERE, MILL_LANE, NOT_AN_ADDRESS, None)
CALLSIGNS = ("A1", "A2", "A3")
DEVICES = ("A1", "A2", "T1")
STAGES = (
    incident.ResourceMobile,
    incident.ResourceAtScene,
    incident.ResourceStoodDown,
    incident.ResourceCleared,
)
LAST_DAYS = (None, said.DAY - timedelta(days=1), said.DAY, said.DAY + timedelta(days=400))


def pick(options: Any, number: int) -> Any:
    return options[number % len(options)]


def some_note(room: Room, number: int) -> Note | None:
    notes = list(room.state.notes.values())
    return pick(notes, number) if notes else None


def opened(room: Room, a: int, b: int, c: int) -> Event:
    sent = tuple(resource(pick(CALLSIGNS, n), pick((None, "T1"), n + c)) for n in range(c % 4))
    return room.cad.opened(pick(ADDRESSES, b), sent, pick("12", a), room.now)


def stage(room: Room, a: int, b: int, c: int) -> Event:
    return room.cad.stage(pick(STAGES, c), pick(CALLSIGNS, b), pick("12", a), room.now)


def assigned(room: Room, a: int, b: int, c: int) -> Event:
    device = pick((None, "T1"), c)
    return room.cad.assigned(pick(CALLSIGNS, b), device, pick("12", a), room.now)


def receipt(room: Room, a: int, b: int, c: int) -> Event:
    note = some_note(room, a)
    name, revision = (note.id, max(1, note.revision - c % 3)) if note else ("nobody", 1)
    device = note.device if note and b % 3 else pick(DEVICES, b)
    if c % 2:
        return said.acknowledged(device, name, revision, at=room.now)
    return said.displayed(device, name, revision, room.now)


def mistaken(room: Room, a: int, b: int, c: int) -> Event:
    """Said by a crew of its note, or at the console of an incident or call."""
    note, what = some_note(room, a), pick(tuple(Mistaken), b)
    if note and c % 2:
        return crew_says(note, what, device=pick((note.device, "A9"), b), at=room.now)
    subject = pick([*room.state.incidents, *room.state.calls, "i999"], a)
    return says(subject, pick(("M1", "M2"), b), what, pick("XY", c), room.now)


def judged(room: Room, a: int, b: int, _: int) -> Event:
    pair = pick([*room.state.mistakes.pairs, "m999"], a)
    return decides(pair, pick(tuple(Verdict), b), at=room.now)


def about_call(room: Room, a: int, b: int, c: int) -> Event:
    about = {"source": "telephony", "occurred_at": room.now, "call": pick("12", a)}
    kinds: tuple[Callable[[], Event], ...] = (
        lambda: said.rang(pick(("07700 900123", None), b), pick("12", a), room.now),
        lambda: call.CallAnswered(id=f"answered/{c}", handler="Kim", **about),
        lambda: call.CallEnded(id=f"ended/{c}", **about),
        lambda: call.AbuseWarned(id=f"warned/{c}", warning=1, **about),
    )
    return pick(kinds, c)()


def some_timer(room: Room, a: int, b: int, _: int) -> Event:
    name = pick([*room.state.timers, "rung:nobody"], a)
    kept = room.state.timers.get(name)
    return timer(name, kept.revision if kept and b % 2 else b + 1, room.now)


def decided(room: Room, a: int, b: int, c: int) -> Event:
    one = marker(pick(("M1", "M2"), a), pick(ADDRESSES[:2], b), ends_on=pick(LAST_DAYS, c))
    batch = pick(("b1", "b2"), b)
    return pick(
        (
            room.team.put(one, room.now),
            room.team.ended(one.id, room.now),
            room.team.staged(batch, one, at=room.now),
            room.team.activated(batch, room.now),
            room.team.discarded(batch, room.now),
        ),
        c,
    )


SAID: dict[str, Callable[[Room, int, int, int], Event]] = {
    "opened": opened,
    "address": lambda room, a, b, _: room.cad.address_changed(
        pick(ADDRESSES, b), pick("12", a), room.now
    ),
    "closed": lambda room, a, *_: room.cad.closed(pick("12", a), room.now),
    "updated": lambda room, a, *_: room.cad.updated("fall", pick("12", a), room.now),
    "assigned": assigned,
    "stage": stage,
    "receipt": receipt,
    "seen": lambda room, a, b, _: said.seen(pick(DEVICES, a), f"s{b}", room.now),
    "asked": lambda room, a, b, _: said.asked(pick(DEVICES, a), f"q{b}", room.now),
    "taken": lambda room, a, *_: said.taken(f"t-{getattr(some_note(room, a), 'id', 'x')}"),
    "call": about_call,
    "mistaken": mistaken,
    "judged": judged,
    "timer": some_timer,
    "decided": decided,
}


def happens(room: Room, step: Step) -> None:
    what, a, b, c = step
    if what == "waits":
        room.not_checked = None  # else a check is made every two seconds of it
        room.wait(seconds=a * 13, minutes=b if b % 2 else 0, hours=0 if c else 14)
    elif what == "checks":
        room.not_checked = pick((None, None, *NotChecked), a)
    elif what == "follows":
        room.index_follows(room.state.position)
        for subject in [*room.state.incidents, *room.state.calls]:
            room.recheck(subject)
    elif what == "starts":
        room.starts()
    else:
        room.happens(SAID[what](room, a, b, c))


numbers = st.integers(0, 11)
USUAL = (
    "opened", "stage", "assigned", "receipt", "receipt", "waits", "follows", "closed", "mistaken",
    "judged", "judged",
)  # fmt: skip
steps = st.tuples(st.sampled_from([*USUAL, *SAID, "checks", "starts"]), numbers, numbers, numbers)
histories = st.lists(steps, min_size=10, max_size=50)
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def begun() -> Room:
    """Two crews were told about the marker at 14 High Street."""
    room = Room()
    room.marker_put(marker("M1", HERE))
    room.incident_opened(HERE, "A1", "A2")
    return room


def lived(history: list[Step]) -> Room:
    """A room in which all of it happened."""
    room = begun()
    for step in history:
        happens(room, step)
    return room


@many
@given(histories)
def test_e3_folding_the_records_gives_the_live_state(history: list[Step]) -> None:
    room = lived(history)

    assert refold(room.entries) == room.state


@many
@given(histories)
def test_e3_the_same_history_makes_the_same_records(history: list[Step]) -> None:
    assert lived(history).entries == lived(history).entries


@many
@given(histories)
def test_n5_n7_every_note_is_where_it_belongs(history: list[Step]) -> None:
    """After every step: in force only for who is on the way to a live incident; a duty that is
    open has a timer that goes on with it; one that ended has none."""
    room = begun()
    for step in history:
        happens(room, step)
        for note in room.state.notes.values():
            holds(room.state, note)


@many
@given(histories)
def test_c4_n7_what_is_suppressed_is_left_out_openly_and_nothing_else_is(
    history: list[Step],
) -> None:
    """What was checked after the last decision names a marker apart exactly where that decision
    says so, and nobody has a note about it there."""
    room = begun()
    for step in history:
        happens(room, step)
        for known in room.state.incidents.values():
            if known.checked and known.checked.position > room.state.mistakes.position:
                left_out_openly(room.state, known, known.checked)


def left_out_openly(state: State, known: Incident, checked: Checked) -> None:
    hidden = {left_out.marker for left_out in checked.not_shown}
    address = address_of(known.place)
    pairs = [p for p in state.mistakes.pairs.values() if p.address == address]
    decided = {pair.marker for pair in pairs if pair.phase is Told.SUPPRESSED}
    assert hidden <= decided
    assert hidden.isdisjoint(match.marker for match in checked.matches)
    assert all(suppressing(state, known.place, match) is None for match in checked.matches)
    about = (state.notes[name] for name in known.notes)
    assert all(n.phase is Phase.WITHDRAWN for n in about if n.matched.marker in hidden)


@many
@given(histories)
def test_o4_nothing_live_is_forgotten(history: list[Step]) -> None:
    room = begun()
    for step in history:
        before = len(room.entries)
        live = set(live_subjects(room.state))
        happens(room, step)
        new = room.entries[before:]
        over = {f.incident for f in made(new, d.IncidentFinished)}
        over |= {f.call for f in made(new, d.CallFinished)}
        assert live - over <= set(live_subjects(room.state))


def holds(state: State, note: Note) -> None:
    known = state.incidents[note.incident]
    sent = known.resources[note.callsign]
    rung = f"rung:{note.id}" in state.timers
    assert rung == (note.phase is Phase.OPEN)
    assert note.id in state.by_device[note.device]
    assert (note.phase is Phase.WITHDRAWN) == (note.ended is not None)
    if note.phase is not Phase.WITHDRAWN:
        assert known.finished_at is None
        assert sent.stage in ACTIVE
        assert sent.device == note.device
        assert state.markers.get(note.matched.marker) is not None
        assert f"expire:{note.id}" in state.timers
    assert all(revision <= note.revision for revision in note.shown.values())


@many
@given(histories)
def test_c4_what_is_live_has_an_answer_and_not_checked_has_a_reason(history: list[Step]) -> None:
    state = lived(history).state
    for known in (*state.incidents.values(), *state.calls.values()):
        assert known.checked is not None
        not_checked = known.checked.outcome is Outcome.NOT_CHECKED
        assert not_checked == (known.checked.reason is not None)


@many
@given(histories, st.data())
def test_decide_reads_only_its_arguments_and_changes_nothing(
    history: list[Step], data: st.DataObject
) -> None:
    room = lived(history)
    what = data.draw(st.sampled_from(sorted(SAID)))
    event = SAID[what](room, *(data.draw(numbers) for _ in range(3)))
    before = pickle.dumps(room.state)
    taken = Taken(room.state.position + 1, room.now, event, room.answer_to(event))
    first = decide(room.state, taken)

    assert pickle.dumps(room.state) == before
    assert decide(room.state, taken) == first


@many
@given(histories)
def test_o4_everything_live_is_let_go_of_in_the_end(history: list[Step]) -> None:
    """Closed, ended and waited for long enough, nothing is left but markers and the day."""
    room = lived(history)
    room.not_checked = None
    for number in "12":
        room.closed(number)
        room.happens(said.ended(number, START))
    room.wait(days=3)

    state = room.state
    assert not (state.incidents)
    assert not (state.calls)
    assert not (state.notes)
    assert not (state.by_device)
    assert not (state.by_number)
    assert not (state.by_call)
    assert state.timers.keys() == {"day"}
