"""What another service is told of the scene, made from the state (N6, N7, N8)."""

from collections.abc import Iterator

from middleware.domain import wording
from middleware.domain.calendar import london_day
from middleware.engine.hand_on import HandOn
from middleware.engine.phase import Phase
from middleware.engine.state import State
from schemas.check import Matched
from schemas.hand_on import SafetyFlag, SceneFlags

NO_LONGER = "No longer known of this scene. That says nothing of its safety."
ENDED = "The marker has ended. That says nothing of the safety of the scene."
MOST = 2_000


def scene_body(state: State, one: HandOn) -> SceneFlags:
    """Its present revision; a taking back says nothing of what was said."""
    incident = state.incidents[one.incident]
    return SceneFlags(
        note=one.id,
        revision=one.revision,
        expires_at=one.expires_at,
        said_at=one.said_at,
        withdrawn=one.phase is Phase.WITHDRAWN,
        is_first=one.revision == one.first,
        incident=incident.number or incident.id,
        service_day=incident.service_day,
        service=one.service,
        service_id=one.service_id,
        sender=state.rules.sender,
        sender_id=state.rules.sender_id,
        case=one.case,
        place=one.place,
        flags=tuple(_flags(state, one)),
    )


def _flags(state: State, one: HandOn) -> Iterator[SafetyFlag]:
    for matched in one.matched:
        text = scene_text(state, one, matched)
        yield SafetyFlag(name=matched.marker, active=bool(text), text=text or ENDED)
    for marker in one.gone:
        yield SafetyFlag(name=marker, active=False, text=NO_LONGER)


def scene_text(state: State, one: HandOn, matched: Matched) -> str:
    """What is known, how old, how sure, where from; no names and no numbers (N6, N8)."""
    kept = state.markers.get(matched.marker)
    if kept is None:
        return ""
    marker, today = kept.read(), london_day(one.issued_at)
    parts = (
        wording.headline(marker),
        marker.what,
        f"{wording.age(marker, today)}; {wording.scope(marker)}; {wording.certainty(matched)}",
        f"from {marker.source}",
        wording.review(marker, today),
        wording.advice(marker).rstrip("."),
    )
    return ". ".join(part for part in parts if part)[: MOST - 1] + "."
