"""What follows when people say that a marker is not about this place, and from what the marking
team decides on it (M2, C3, N6, N7)."""

from itertools import chain

from middleware.engine.checks import order_recheck
from middleware.engine.entry import Taken
from middleware.engine.ids import begun_by
from middleware.engine.mistakes import Mistake, Phase, address_of
from middleware.engine.on_delivery import note_of
from middleware.engine.state import Call, Incident, Note, State, Writing
from middleware.engine.state import Phase as Duty
from middleware.engine.suppression import applies, concerned
from middleware.engine.withdrawal import take_back, withdraw_all
from schemas.check import Match
from schemas.decision import Decision, Ended, Ignored, Matched, Why
from schemas.judgement import MistakeSettled, MistakeTaken
from schemas.mistake import (
    CrewReportedMistake,
    MistakeDecided,
    Mistaken,
    MistakeReported,
    Verdict,
)

_FROM = {
    Verdict.SUPPRESS: Phase.OPEN,
    Verdict.KEEP: Phase.OPEN,
    Verdict.LIFT: Phase.SUPPRESSED,
}
"""Where a pair must stand for this to be decided on it."""


def on_reported(state: State, taken: Taken, event: MistakeReported) -> list[Decision]:
    known = state.incidents.get(event.subject) or state.calls.get(event.subject)
    if known is None:
        return [Ignored(why=Why.UNKNOWN)]
    return _take(state, taken, known, event.marker, event.says, event.by)


def on_reported_by_crew(state: State, taken: Taken, event: CrewReportedMistake) -> list[Decision]:
    """Of what its own device shows, or showed until it was stood down or cleared."""
    note = note_of(state, event, event.note)
    if note is None:
        return [Ignored(why=Why.UNKNOWN)]
    shown = note.revision - 1 if note.phase is Duty.WITHDRAWN else note.revision
    if event.note_revision not in (shown, note.revision):
        return [Ignored(why=Why.STALE)]
    known = state.incidents[note.incident]
    return _take(state, taken, known, note.matched.marker, event.says, event.by)


def named(state: State, known: Incident | Call, marker: str) -> Match | Matched | None:
    """The match of which it can be said: the present answer names the marker, or where no check
    could be made a crew has a note about it. One that ended or changed place is spoken of no
    more."""
    if state.markers.get(marker) is None:
        return None
    spoken_of: list[Match | Matched] = list(known.checked.matches if known.checked else ())
    notes = known.notes if isinstance(known, Incident) else {}
    told = (state.notes[name] for name in notes)
    spoken_of += [note.matched for note in told if note.phase is not Duty.WITHDRAWN]
    return next((match for match in spoken_of if match.marker == marker), None)


def pair_of(state: State, known: Incident | Call, marker: str) -> Mistake | None:
    """What was said of the marker and the address that this has now."""
    return state.mistakes.find(marker, pair_address(known))


def pair_address(known: Incident | Call) -> str:
    """The address of the pair; the id of what has none: a number is no place."""
    return (address_of(known.place) if isinstance(known, Incident) else "") or known.id


def _take(
    state: State, taken: Taken, known: Incident | Call, marker: str, says: Mistaken, by: str
) -> list[Decision]:
    match = named(state, known, marker)
    if match is None:
        return [Ignored(why=Why.STALE)]
    before = pair_of(state, known, marker)
    if before is not None and _is_said(before, known.id, says, by):
        return [Ignored(why=Why.ALREADY)]
    return [
        MistakeTaken(
            mistake=before.id if before else begun_by("m", taken.event),
            subject=known.id,
            marker=marker,
            says=says,
            by=by,
            relation=match.relation,
            certainty=match.certainty,
        )
    ]


def _is_said(before: Mistake, subject: str, says: Mistaken, by: str) -> bool:
    """Decided so already, or this voice is on the open item."""
    if before.phase is Phase.SUPPRESSED:
        return True
    voices = {(voice.subject, voice.says, voice.by) for voice in before.said}
    return before.phase is Phase.OPEN and (subject, says, by) in voices


def on_decided(state: State, taken: Taken, event: MistakeDecided) -> list[Decision]:
    """Both decisions stay on the item. Everything live at that address is checked again (C3)."""
    pair = state.mistakes.pairs.get(event.mistake)
    if pair is None:
        return [Ignored(why=Why.UNKNOWN)]
    if pair.phase is not _FROM[event.verdict]:
        return [Ignored(why=Why.ALREADY)]
    if event.verdict is Verdict.SUPPRESS and not pair.can_be_suppressed:
        return [Ignored(why=Why.STALE)]
    settled = MistakeSettled(
        mistake=pair.id, marker=pair.marker, verdict=event.verdict, by=event.decided_by
    )
    if event.verdict is Verdict.KEEP:
        return [settled]
    live = [known for known in concerned(state, pair) if known.finished_at is None]
    gone = _not_about_this(state, pair, live) if event.verdict is Verdict.SUPPRESS else []
    rechecks = (order_recheck(known.id, taken) for known in live)
    return [settled, *gone, *chain.from_iterable(rechecks)]


def _not_about_this(state: State, pair: Mistake, live: list[Incident]) -> list[Decision]:
    """Who was told about it there hears at once that it is not about this place, and it is taken
    out of the CAD (N2, N7)."""

    def is_about(told: Note | Writing) -> bool:
        known, matched = state.incidents[told.incident], told.matched
        return matched.marker == pair.marker and applies(pair, known.place, matched.relation)

    notes = [state.notes[name] for known in live for name in known.notes]
    written = [state.writings[name] for known in live for name in known.writings]
    return [
        *withdraw_all(state, filter(is_about, notes), Ended.NOT_THIS_PLACE),
        *take_back(filter(is_about, written), Ended.NOT_THIS_PLACE),
    ]
