"""The row of a request for police or further resources: where it stands and what a person must do
(P2). Ages are reckoned by the page from the moments."""

from datetime import date

from middleware.console.rows import Row, place_in_words
from middleware.domain.rules import CONSOLE
from middleware.domain.wording_back_up import BECAUSE, WANTED
from middleware.engine.back_up import AWAITED, BackUp, BackUpPhase
from middleware.engine.back_ups import BACK_UP, is_last
from middleware.engine.state import State

READ_OUT, JUDGE, TAKE = "read_out", "judge", "take"


def back_up_row(state: State, request: str, today: date) -> Row | None:
    """One that is known, over or not."""
    known = state.back_ups.get(request)
    if known is None:
        return None
    incident = state.incidents.get(known.incident or "")
    timer = state.timers.get(f"{BACK_UP}:{known.id}")
    return {
        "id": known.id,
        "title": WANTED[known.wanted],
        "wanted": known.wanted,
        "incident": known.incident,
        "number": incident.number if incident else None,
        "place": place_in_words(incident.place) if incident else None,
        "alarm": known.alarm,
        "by": known.by,
        "since": known.issued_at,
        "phase": known.phase,
        "phase_at": known.phase_at,
        "over": known.is_over,
        "needs": needs(state, known),
        "due_at": timer.due_at if timer else None,
        "of": known.of,
        "because": BECAUSE[known.because] if known.because else None,
        "times": known.times,
        "received": _received(known),
        "threat": known.threat.model_dump(mode="json"),
        "words": known.words,
        **_people(known),
    }


def _people(known: BackUp) -> Row:
    """Who read it out, who has it, and what the other side said."""
    return {
        "read_out_by": known.read_out_by,
        "read_out_to": known.read_out_to,
        "read_out_at": known.read_out_at,
        "taken_by": known.taken_by,
        "said_by": known.said_by,
        "reason": known.reason,
        "unit": known.unit,
        "reference": known.reference,
        "crn": known.crn,
        "oic": known.oic,
        "closed_by": known.closed_by,
    }


def _received(known: BackUp) -> bool | None:
    """Whether the desk's system has what this step asks; None where a person reads it out."""
    if known.channel == CONSOLE:
        return None
    return known.shown.get(known.channel, 0) >= known.step_revision


def needs(state: State, known: BackUp) -> str | None:
    """What a named person must do now: nobody else will."""
    if known.phase is BackUpPhase.REFUSED:
        return JUDGE
    if known.phase not in AWAITED:
        return None
    if is_last(state, known):
        return TAKE if known.taken_by is None else None
    by_voice = known.channel == CONSOLE or known.turned_away or _is_cut_off(state, known)
    return READ_OUT if by_voice and known.read_out_at is None else None


def _is_cut_off(state: State, known: BackUp) -> bool:
    """Whether the desk cannot be reached and has not got it."""
    source = state.sources.get(known.channel)
    return source is not None and not source.connected and not _received(known)


def back_up_ids(state: State) -> list[str]:
    """All of them; the newest first."""
    return list(reversed(state.back_ups))
