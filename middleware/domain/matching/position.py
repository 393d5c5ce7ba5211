"""Latitude and longitude narrow a choice between places; alone they never flag."""

from math import cos, hypot, radians

from middleware.domain.matching.judge import Verdict
from schemas.check import Whereabouts

NEAR_KM, FAR_KM = 1.0, 5.0
"""A caller's position is often off by hundreds of metres, seldom by kilometres."""
_KM_A_DEGREE = 111.2


def nearer(place: Whereabouts, found: list[Verdict]) -> list[Verdict]:
    """Leaves out what is far from the position given, if something else is near it."""
    if place.latitude is None or place.longitude is None or len(found) < 2:
        return found
    away = {id(verdict): _away(place, verdict.spec.position) for verdict in found}
    near = [verdict for verdict in found if (away[id(verdict)] or FAR_KM) <= NEAR_KM]
    if not near:
        return found
    for verdict in near:
        verdict.reasons.append("the position given is there")
    return [verdict for verdict in found if (away[id(verdict)] or 0.0) < FAR_KM]


def _away(place: Whereabouts, position: str) -> float | None:
    """Kilometres between, None when the marker has no position."""
    if not position or place.latitude is None or place.longitude is None:
        return None
    latitude, longitude = map(float, position.split(","))
    east = (longitude - place.longitude) * cos(radians(place.latitude))
    return hypot(latitude - place.latitude, east) * _KM_A_DEGREE
