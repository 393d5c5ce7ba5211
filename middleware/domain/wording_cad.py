"""A note as it stands in the incident of the CAD (N2, N6, N8): all that a dispatcher needs, and
neither names nor numbers of persons."""

from datetime import date, datetime

from middleware.domain import wording
from schemas.decision import Ended, Matched
from schemas.frequent import PlanSaid
from schemas.marker import Marker
from schemas.told import CadNote


def cad_note(
    marker: Marker,
    matched: Matched,
    *,
    note: str,
    revision: int,
    incident: str,
    service_day: date,
    expires_at: datetime,
    today: date,
    plan: PlanSaid | None = None,
) -> CadNote:
    """What is known, how old it is, how sure the match is, where it came from (N6)."""
    return CadNote(
        note=note,
        revision=revision,
        incident=incident,
        service_day=service_day,
        expires_at=expires_at,
        headline=wording.headline(marker),
        what=marker.what,
        scope=wording.scope(marker),
        category=wording.category(marker),
        severity=marker.severity,
        age=wording.age(marker, today),
        certainty=wording.certainty(matched),
        origin=marker.source,
        review=wording.review(marker, today),
        advice=wording.advice(marker, plan),
    )


def cad_withdrawal(
    *,
    note: str,
    revision: int,
    incident: str,
    service_day: date,
    expires_at: datetime,
    ended: Ended,
) -> CadNote:
    """Takes it out of the incident again (N7)."""
    return CadNote(
        note=note,
        revision=revision,
        incident=incident,
        service_day=service_day,
        expires_at=expires_at,
        withdrawn=True,
        reason=wording.ended_in_words(ended),
    )
