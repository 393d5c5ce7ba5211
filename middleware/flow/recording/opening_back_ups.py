"""Requests for police and further resources that last when a recording begins (O2, P2)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from middleware.engine.back_up import BackUp, BackUpPhase
from middleware.engine.state import State
from middleware.flow.recording.opening_then import Then, named
from schemas.back_up import Because
from schemas.delivery import NoteDisplayed
from schemas.police import (
    Answer,
    BackUpAnswered,
    BackUpChanged,
    BackUpReadOut,
    BackUpRequested,
    BackUpStillNeeded,
    BackUpTaken,
)

_ANSWERS = {
    BackUpPhase.ACCEPTED: Answer.ACCEPTED,
    BackUpPhase.REFUSED: Answer.REFUSED,
    BackUpPhase.EN_ROUTE: Answer.EN_ROUTE,
}
_BY_A_PERSON = frozenset({Because.ASKED, Because.REFUSED})
_AFTER = timedelta(microseconds=1)


def back_ups_of(state: State) -> Iterator[Then]:
    for known in state.back_ups.values():
        if not known.is_over:
            yield from _requested(known)
            yield from _steps(known)
            yield from _answered(known)


def _requested(known: BackUp) -> Iterator[Then]:
    """With the words of now, as often as there were others before."""
    stated: dict[str, Any] = {"threat": known.threat, "words": known.words, "by": known.by}
    about: dict[str, Any] = {"wanted": known.wanted, "incident": known.incident}
    about |= {"alarm": known.alarm} | named(known.id, "requested", known.issued_at)
    yield Then(BackUpRequested(**about, **stated), known.issued_at, known.id)
    for number in range(known.revision - known.times):
        changed = _act(known, f"changed/{number}", known.issued_at + _AFTER)
        yield Then(BackUpChanged(**changed | stated), known.issued_at + _AFTER)


def _act(known: BackUp, what: str, at: Any) -> dict[str, Any]:
    return named(known.id, what, at) | {"request": known.id}


def _steps(known: BackUp) -> Iterator[Then]:
    """Steps that time brought come again by time; what people did is said."""
    stepped = known.stepped_at or known.issued_at
    if known.because in _BY_A_PERSON and known.phase is BackUpPhase.ESCALATED:
        said = _act(known, "still-needed", stepped)
        yield Then(BackUpStillNeeded(**said, by=known.by), stepped)
    for channel, revision in known.shown.items():
        at = stepped + _AFTER
        about = named(known.id, f"shown/{channel}", at, channel) | {"note": known.id}
        about |= {"channel": channel, "device": known.channels[channel].address}
        yield Then(NoteDisplayed(**about, note_revision=revision), at)
    if known.read_out_by and known.read_out_at:
        said = _act(known, "read-out", known.read_out_at)
        told = BackUpReadOut(**said, by=known.read_out_by, to=known.read_out_to)
        yield Then(told, known.read_out_at)
    if known.taken_by and known.taken_at:
        said = _act(known, "taken", known.taken_at)
        yield Then(BackUpTaken(**said, by=known.taken_by), known.taken_at)


def _answered(known: BackUp) -> Iterator[Then]:
    """The answer that stands."""
    says = _ANSWERS.get(known.phase)
    if says is None or known.phase_at is None or known.heard_at is None:
        return
    at = known.phase_at
    said = named(known.id, "answered", known.heard_at, known.heard_from)
    said |= {"request": known.id, "says": says, "said_by": known.said_by, "reason": known.reason}
    said |= {"unit": known.unit, "reference": known.reference, "crn": known.crn, "oic": known.oic}
    yield Then(BackUpAnswered(**said), at)
