"""The fold of decisions about mistakes that people confirm."""

from collections.abc import Callable
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.mistakes import SAID_KEPT, Mistake, Phase, Ruling, Saying
from middleware.engine.on_mistake import pair_address
from middleware.engine.state import Call, Incident, State
from schemas import judgement as j
from schemas.check import Whereabouts
from schemas.decision import Decision
from schemas.mistake import CrewReportedMistake, MistakeDecided, MistakeReported, Verdict

_BECOMES = {
    Verdict.SUPPRESS: Phase.SUPPRESSED,
    Verdict.KEEP: Phase.KEPT,
    Verdict.LIFT: Phase.LIFTED,
}


def _on_taken(state: State, entry: Entry, made: j.MistakeTaken) -> None:
    known = state.incidents.get(made.subject) or state.calls[made.subject]
    pair = state.mistakes.pairs.get(made.mistake)
    if pair is None or pair.phase is not Phase.OPEN:
        pair = _as_it_is(state, entry, known, made, pair)
    number = known.number if isinstance(known, Incident) else ""
    pair.said.append(
        Saying(made.says, made.by, _whence(entry), known.id, number, entry.received_at)
    )
    del pair.said[:-SAID_KEPT]
    state.mistakes.put(pair, Phase.OPEN, entry.received_at)


def _as_it_is(
    state: State, entry: Entry, known: Incident | Call, made: j.MistakeTaken, before: Mistake | None
) -> Mistake:
    """The pair with marker and match as they are now; what was said and decided before stays."""
    kept = state.markers.get(made.marker)
    matches = known.checked.matches if known.checked else ()
    reasons = next((match.reasons for match in matches if match.marker == made.marker), ())
    return Mistake(
        id=made.mistake,
        marker=made.marker,
        content=kept.json if kept else b"",
        place=_place(known),
        address=pair_address(known),
        relation=made.relation,
        certainty=made.certainty,
        reasons=reasons,
        phase=Phase.OPEN,
        since=entry.received_at,
        said=before.said if before else [],
        rulings=before.rulings if before else [],
    )


def _place(known: Incident | Call) -> Whereabouts:
    """The address without who rings: the marking team needs no caller's number (N8)."""
    if isinstance(known, Call):
        return Whereabouts()
    return known.place.model_copy(update={"phone": None, "person": None})


def _whence(entry: Entry) -> str:
    event = entry.event
    if isinstance(event, CrewReportedMistake):
        return event.device
    return event.role if isinstance(event, MistakeReported) else ""


def _on_settled(state: State, entry: Entry, made: j.MistakeSettled) -> None:
    pair = state.mistakes.pairs[made.mistake]
    reason = entry.event.reason if isinstance(entry.event, MistakeDecided) else ""
    pair.rulings.append(Ruling(made.verdict, made.by, reason, entry.received_at))
    del pair.rulings[:-SAID_KEPT]
    state.mistakes.put(pair, _BECOMES[made.verdict], entry.received_at)
    if made.verdict is not Verdict.KEEP:
        state.mistakes.position = entry.position


def _on_lapsed(state: State, entry: Entry, made: j.MistakesLapsed) -> None:
    for name in made.mistakes:
        state.mistakes.put(state.mistakes.pairs[name], Phase.LAPSED, entry.received_at)
    state.mistakes.position = entry.position


MISTAKES: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    j.MistakeTaken: _on_taken,
    j.MistakeSettled: _on_settled,
    j.MistakesLapsed: _on_lapsed,
}
