"""What was said to be mistaken and what was decided on it: pairs of a marker and an address (M2).

An address is the same only when it is the same word for word, number for number, with the same
postcode and UPRN: nothing is taken to be alike, so that a decision on one door never reaches
another.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from middleware.domain.matching.postcodes import find_postcode
from schemas.check import SURE, Relation, Whereabouts
from schemas.marker import Marker
from schemas.mistake import Mistaken, NotShown, Verdict

SAID_KEPT = 50
"""The last voices on one pair; the journal has all."""
SETTLED_KEPT = 200
"""Pairs that wait for nothing and hide nothing."""

_BETWEEN = re.compile(r"[\s,;]+")
_AROUND = ".:()\"'"


def address_of(place: Whereabouts) -> str:
    """What makes an address the same one; "" where there is none. Upper and lower case, spaces,
    commas and stops make no difference; every other sign does: 2-14 is not 2, 14."""
    text = unicodedata.normalize("NFC", place.address or "").casefold()
    words = [word for part in _BETWEEN.split(text) if (word := part.strip(_AROUND))]
    postcode = "".join((place.postcode or "").casefold().split())
    parts = (" ".join(words), postcode, place.uprn or "")
    return "\x1f".join(parts) if any(parts) else ""


def is_one_address(place: Whereabouts) -> bool:
    """Whether the words can stand for one place alone: a High Street is in every town."""
    if place.uprn:
        return True
    code = place.postcode or find_postcode((place.address or "").upper(), strict=True)[0]
    return bool(place.address and code)


class Phase(StrEnum):
    """Where a pair stands. LAPSED: the marker is another one since."""

    OPEN = "open"
    SUPPRESSED = "suppressed"
    KEPT = "kept"
    LIFTED = "lifted"
    LAPSED = "lapsed"


WAITS_OR_HIDES = frozenset({Phase.OPEN, Phase.SUPPRESSED})


@dataclass(frozen=True, slots=True)
class Saying:
    """One voice; `whence` is the role of a person, or the device of a crew."""

    says: Mistaken
    by: str
    whence: str
    subject: str
    number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision of the marking team."""

    verdict: Verdict
    by: str
    reason: str
    at: datetime


@dataclass(slots=True)
class Mistake:
    """A marker and an address. `content` is the marker's JSON as it was, `place` the address as
    the incident had it, `address` what makes it the same one."""

    id: str
    marker: str
    content: bytes
    place: Whereabouts
    address: str
    relation: Relation
    certainty: int
    reasons: tuple[str, ...]
    phase: Phase
    since: datetime
    said: list[Saying] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)

    @property
    def can_be_suppressed(self) -> bool:
        """Only what raises a flag, for an address that names the very door: under the name of a
        building alone somebody may ask for any flat in it."""
        return self.relation in SURE and bool(self.content) and is_one_address(self.place)

    def read_marker(self) -> Marker:
        """The marker as it was when this was said."""
        return Marker.model_validate_json(self.content)

    def not_shown(self) -> NotShown:
        """As the answers say it."""
        last = self.rulings[-1]
        return NotShown(marker=self.marker, mistake=self.id, by=last.by, at=last.at)


@dataclass(slots=True)
class Mistakes:
    """All pairs, the one that changed last at the end; `position` is the last record that changed
    what is shown."""

    pairs: dict[str, Mistake] = field(default_factory=dict)
    by_marker: dict[str, dict[str, str]] = field(default_factory=dict)
    """Marker to address (or, without one, the id of the call) to pair."""
    position: int = 0

    def find(self, marker: str, address: str) -> Mistake | None:
        """The pair of the marker and the address."""
        key = self.by_marker.get(marker, {}).get(address)
        return self.pairs[key] if key else None

    def put(self, pair: Mistake, phase: Phase, at: datetime) -> None:
        """The pair is in this phase now; of those that are settled the oldest go."""
        pair.phase, pair.since = phase, at
        self.pairs.pop(pair.id, None)
        self.pairs[pair.id] = pair
        self.by_marker.setdefault(pair.marker, {})[pair.address] = pair.id
        settled = [one for one in self.pairs.values() if one.phase not in WAITS_OR_HIDES]
        for old in settled[:-SETTLED_KEPT]:
            self._drop(old)

    def _drop(self, old: Mistake) -> None:
        del self.pairs[old.id], self.by_marker[old.marker][old.address]
        if not self.by_marker[old.marker]:
            del self.by_marker[old.marker]
