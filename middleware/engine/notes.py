"""Duties to tell: who must be told about which marker, from when, and when no more (N3, N7)."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

import orjson

from middleware.engine.checks import PASSING, sure, sure_matches
from middleware.engine.entry import Taken
from middleware.engine.ladder import enter_rung
from middleware.engine.reach import Crew, crew_of, ladder_for
from middleware.engine.state import ACTIVE, Incident, Note, Phase, Sent, State, Writing
from middleware.engine.suppression import still_shown
from middleware.engine.withdrawal import withdraw
from schemas.check import Outcome
from schemas.decision import (
    Decision,
    Ended,
    Matched,
    NoteIssued,
    TimerSet,
)
from schemas.frequent import PlanSaid
from schemas.incident import AddressChanged, IncidentOpened
from schemas.markers_in import RecheckDue

SHOWN = ("scope", "category", "severity", "what", "happened_on", "review_on", "source")
"""The fields of a marker that a note is made of (middleware.domain.wording)."""


def note_id(incident: str, marker: str, sent: Sent) -> str:
    """Follows from incident, marker and resource (a crew on its device), so that every path that
    makes the note makes the same one."""
    name = f"{incident}\x1f{marker}\x1f{sent.callsign}\x1f{sent.device}".encode()
    return "n" + blake2b(name, digest_size=10).hexdigest()


def content(json: bytes) -> bytes:
    """Tells one wording of a note from another: of the marker, what a crew is shown of it."""
    marker = orjson.loads(json)
    shown = orjson.dumps([marker[name] for name in SHOWN])
    return blake2b(shown, digest_size=8).digest()


def reconcile(
    state: State, taken: Taken, incident: Incident, resources: Mapping[str, Sent]
) -> list[Decision]:
    """After a new check: issue what is newly true, withdraw what is true no longer. Where it
    could not be made, what was told stays: too much is said rather than too little."""
    unsure = taken.answer is None or taken.answer.reason in PASSING
    matches = _told(state, incident) if unsure else sure_matches(state, taken.answer)
    still = {m.marker for m in matches}
    decisions: list[Decision] = []
    for note in (state.notes[n] for n in incident.notes):
        reason = _untrue(state, note, still, resources)
        if reason is not None and note.phase is not Phase.WITHDRAWN:
            decisions += withdraw(state, note, reason)
    return decisions + tell(state, taken, incident.id, matches, resources.values())


def _untrue(
    state: State, note: Note, still: set[str], resources: Mapping[str, Sent]
) -> Ended | None:
    if state.markers.get(note.matched.marker) is None:
        return Ended.MARKER_ENDED
    if note.matched.marker not in still:
        return Ended.ADDRESS_CHANGED
    sent = resources.get(note.callsign)
    return None if sent is not None and sent.device == note.device else Ended.STOOD_DOWN


def tell(
    state: State,
    taken: Taken,
    incident: str,
    matches: Iterable[Matched],
    resources: Iterable[Sent],
) -> list[Decision]:
    """A duty for each active resource and each sure match that has none in force yet."""
    active = {sent.callsign: sent for sent in resources if sent.stage in ACTIVE}
    decisions: list[Decision] = []
    for matched in matches:
        for sent in active.values():
            decisions += _tell_one(state, taken, incident, matched, sent)
    return decisions


def tell_known(state: State, taken: Taken, known: Incident, sent: Sent) -> list[Decision]:
    """A crew that comes later gets what is in force (N3)."""
    return tell(state, taken, known.id, in_force(state, known), [sent])


def in_force(state: State, known: Incident) -> tuple[Matched, ...]:
    """What is known of the place; where the last check could not be made, that is what the crews
    before were told."""
    checked = known.checked
    if checked is not None and checked.outcome is Outcome.FOUND:
        return sure(state, still_shown(state, known.place, checked.matches))
    if checked is not None and checked.reason in PASSING:
        return _told(state, known)
    return ()


def _told(state: State, known: Incident) -> tuple[Matched, ...]:
    """What the crews at the incident were told and is in force."""
    notes = (state.notes[name] for name in known.notes)
    told = {n.matched.marker: n.matched for n in notes if n.phase is not Phase.WITHDRAWN}
    return sure(state, told.values())


def _tell_one(
    state: State, taken: Taken, incident: str, matched: Matched, sent: Sent
) -> list[Decision]:
    key = note_id(incident, matched.marker, sent)
    before = state.notes.get(key)
    if before is not None and not _changed(state, taken, before, matched):
        return []
    issued = NoteIssued(
        note=key,
        revision=before.revision + 1 if before else 1,
        incident=incident,
        callsign=sent.callsign,
        device=sent.device,
        matched=matched,
        expires_at=taken.received_at + state.rules.keep_for,
        ladder=ladder_for(sent),
    )
    crew = Crew(key, sent.device, sent, issued.ladder)
    return [issued, _expiry(issued, taken), *enter_rung(state.rules, crew, 0, taken)]


def _changed(state: State, taken: Taken, before: Note, matched: Matched) -> bool:
    """Whether the crew must be told anew: withdrawn before, other relation, other content. That
    some marker changed somewhere (a recheck) does not bring back a note whose time was over; and
    where no check was made, nobody knows whether the new content is about this place."""
    lapsed = before.ended is Ended.EXPIRED and isinstance(taken.event, RecheckDue)
    if before.phase is Phase.WITHDRAWN and not lapsed:
        return True
    if taken.answer is None or taken.answer.reason in PASSING:
        return False
    kept = state.markers.get(matched.marker)
    other = kept is not None and content(kept.json) != before.content
    otherwise = says_otherwise(state, taken, before)
    return other or otherwise or before.matched.relation is not matched.relation


def says_otherwise(state: State, taken: Taken, told: Note | Writing) -> bool:
    """Whether it says another plan of a frequent caller than the one of who rings now (M6)."""
    if told.plan is None and not state.frequent.by_phone:
        return False
    known, event = state.incidents[told.incident], taken.event
    place = known.place
    if isinstance(event, IncidentOpened | AddressChanged) and event.number == known.number:
        place = event.place if event.revision >= known.place_revision else place
    return state.frequent.said_of(place.phone) != told.plan


def retell(
    state: State, taken: Taken, known: Incident, said: PlanSaid | None
) -> Iterator[Decision]:
    """The caller's plan is another one: whoever was told otherwise hears it."""
    for note in (state.notes[name] for name in known.notes):
        if note.phase is not Phase.WITHDRAWN and note.plan != said:
            yield from _tell_again(state, taken, note, 0)


def renew(state: State, taken: Taken, note: Note) -> list[Decision]:
    """Its time is over and nobody answered: told again on the rung it had reached, so that the
    crew's screen and the task of the EOC stay (N5)."""
    last = len(state.rules.rungs(note.ladder)) - 1
    return _tell_again(state, taken, note, min(note.rung, last))


def reword(state: State, taken: Taken, markers: Mapping[str, bytes]) -> list[Decision]:
    """These markers (id to JSON) were put: whoever has a note about one hears what changed, so
    that a revision never says two things. Whether it still covers the place, a check says."""
    decisions: list[Decision] = []
    for note in state.notes.values():
        json = markers.get(note.matched.marker)
        if json is None or note.phase is Phase.WITHDRAWN or content(json) == note.content:
            continue
        decisions += _tell_again(state, taken, note, 0)
    return decisions


def _tell_again(state: State, taken: Taken, note: Note, rung: int) -> list[Decision]:
    issued = NoteIssued(
        note=note.id,
        revision=note.revision + 1,
        incident=note.incident,
        callsign=note.callsign,
        device=note.device,
        matched=note.matched,
        expires_at=taken.received_at + state.rules.keep_for,
        ladder=note.ladder,
    )
    entered = enter_rung(state.rules, crew_of(state, note), rung, taken)
    return [issued, _expiry(issued, taken), *entered]


def _expiry(issued: NoteIssued, taken: Taken) -> TimerSet:
    name = f"expire:{issued.note}"
    return TimerSet(timer=name, revision=taken.position, due_at=issued.expires_at)
