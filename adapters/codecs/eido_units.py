"""The units of an EIDO and where they are (C1, N7, P3): the words for it are a site's own."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field

from adapters.codecs.eido_parts import Eido, Unit
from schemas.incident import (
    CadEvent,
    Resource,
    ResourceAtRvp,
    ResourceAtScene,
    ResourceCleared,
    ResourceMobile,
    ResourceStandingOff,
    ResourceStoodDown,
)

MOST = 50
LONGEST = 32


class Stand(StrEnum):
    """Where a unit is in its duty to the incident."""

    ASSIGNED = "assigned"
    MOBILE = "mobile"
    AT_SCENE = "at_scene"
    STANDING_OFF = "standing_off"
    AT_RVP = "at_rvp"
    STOOD_DOWN = "stood_down"
    CLEARED = "cleared"


SAID: Mapping[Stand, type[CadEvent]] = {
    Stand.MOBILE: ResourceMobile,
    Stand.AT_SCENE: ResourceAtScene,
    Stand.STANDING_OFF: ResourceStandingOff,
    Stand.AT_RVP: ResourceAtRvp,
    Stand.STOOD_DOWN: ResourceStoodDown,
    Stand.CLEARED: ResourceCleared,
}
OFF = frozenset({Stand.STOOD_DOWN, Stand.CLEARED})
_KNOWN = {
    Stand.ASSIGNED: "assigned dispatched allocated",
    Stand.MOBILE: "enroute responding mobile",
    Stand.AT_SCENE: "onscene atscene arrived",
    Stand.STANDING_OFF: "staged staging",
    Stand.AT_RVP: "atrvp",
    Stand.STOOD_DOWN: "cancelled canceled stooddown",
    Stand.CLEARED: "cleared clear available inservice",
}
KNOWN = {word: stand for stand, words in _KNOWN.items() for word in words.split()}
"""Words for it, without spaces and signs. NENA's registries of them are not public."""
CLOSED = ("closed", "cancelled", "canceled")
Word = Annotated[str, Field(min_length=1, max_length=100)]


def plain(word: str) -> str:
    """As words are compared: small letters and figures alone."""
    return re.sub(r"[\W_]+", "", word.lower())


class EidoDialect(BaseModel):
    """The other side's own words; part of the settings of both sources."""

    stages: dict[Word, Stand] = Field(
        {}, description="words of the other side for where a unit is, beside those in docs/eido.md"
    )
    closed: tuple[Word, ...] = Field(
        CLOSED, description="words of the other side for an incident that is over"
    )

    def is_closed(self, words: Iterable[str]) -> bool:
        """Whether one of them says that the incident is over."""
        return not {plain(one) for one in words}.isdisjoint(map(plain, self.closed))

    def stand(self, unit: Unit) -> Stand | None:
        """The first of its words that is known, the other side's own first."""
        own = {plain(word): stand for word, stand in self.stages.items()}
        words = (plain(one) for one in (*unit.internal, *unit.secondary, *unit.primary))
        return next((found for one in words if (found := own.get(one) or KNOWN.get(one))), None)


class Units(NamedTuple):
    """Who is on the incident, what is said of each, and how many were left out."""

    resources: tuple[Resource, ...] = ()
    stands: tuple[tuple[str, Stand], ...] = ()
    left_out: int = 0


def units(eido: Eido, keys: frozenset[str], dialect: EidoDialect) -> Units:
    """Those active on the incident (one that names no incident is), with their call signs."""
    found: dict[str, Stand | None] = {}
    left_out = 0
    for unit in eido.units:
        if unit.active_on and unit.active_on not in keys:
            continue
        callsign = call_sign(unit.name or unit.id)
        if callsign and (callsign in found or len(found) < MOST):
            found[callsign] = dialect.stand(unit)
        else:
            left_out += 1
    here = tuple(Resource(callsign=one) for one, stand in found.items() if stand not in OFF)
    stands = tuple((one, stand) for one, stand in found.items() if stand in SAID)
    return Units(here, tuple((one, stand) for one, stand in stands if stand), left_out)


def call_sign(name: str) -> str:
    """As it can stand in a topic: "Medic 5" is Medic-5; nothing where no letter is left."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", name.strip()).strip("-")[:LONGEST]


def moved(units: Units, said: dict[str, Any]) -> list[CadEvent]:
    """What the units say of themselves; one thing a unit, so that the newest counts."""
    number = said["number"]
    return [
        SAID[stand](**(said | {"id": f"{number}/{callsign}", "callsign": callsign}))
        for callsign, stand in units.stands
    ]
