"""What a desk is sent of a request, made from the state (P1, P2, N8)."""

from middleware.domain.wording_back_up import BECAUSE
from middleware.engine.back_up import BackUp, BackUpPhase
from middleware.engine.state import State
from schemas.desk import DeskRequest


def back_up_body(state: State, known: BackUp) -> DeskRequest:
    """Its present revision; a standing down says nothing of what was asked."""
    incident = state.incidents.get(known.incident or "")
    return DeskRequest(
        note=known.id,
        revision=known.revision,
        expires_at=known.expires_at,
        withdrawn=known.phase is BackUpPhase.STOOD_DOWN,
        incident=(incident.number or incident.id) if incident else None,
        service_day=incident.service_day if incident else None,
        wanted=known.wanted,
        asked_of=known.of,
        because=known.because,
        words=(*_why(known), *known.words),
        threat=known.threat,
    )


def _why(known: BackUp) -> tuple[str, ...]:
    """That it is asked again, further up, and why."""
    if known.because is None:
        return ()
    return (f"Escalated to the {known.of}: {BECAUSE[known.because]}.",)
