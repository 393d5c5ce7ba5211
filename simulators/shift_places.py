"""An invented district for the shift: places, and the many ways to write each of them.

Its postcode districts do not exist; nobody lives there.
"""

import re
from dataclasses import dataclass
from random import Random
from typing import Any

SHORT = {
    "Street": "St", "Road": "Rd", "Lane": "Ln", "Close": "Cl", "Drive": "Dr", "Avenue": "Ave",
    "Terrace": "Terr", "Gardens": "Gdns", "House": "Hse", "Court": "Ct",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """One place: what stands before the street, street, town, postcode, a position in degrees."""

    premises: str
    street: str
    town: str
    postcode: str
    latitude: float | None = None
    longitude: float | None = None
    uprn: str | None = None

    @property
    def address(self) -> str:
        return f"{self.premises} {self.street}, {self.town}"


def spot(premises: str, street: str, **more: Any) -> Spot:
    """A place in a street of the district."""
    town, postcode = STREETS[street]
    return Spot(premises, street, town, postcode, **more)


STREETS = {
    "Marram Street": ("Saltby", "CT97 1AB"),
    "Tern Road": ("Saltby", "CT97 1DE"),
    "Lighthouse Lane": ("Saltby", "CT97 2JN"),
    "Fulmar Close": ("Saltby", "CT97 2LP"),
    "Chapel Row": ("Saltby", "CT97 3QR"),
    "Ropewalk Terrace": ("Saltby", "CT97 3TW"),
    "Windmill Avenue": ("Ottermere", "CT98 1GH"),
    "Heron Drive": ("Ottermere", "CT98 1NU"),
    "Osier Gardens": ("Ottermere", "CT98 2BX"),
    "Kiln Road": ("Ottermere", "CT98 2EY"),
    "Beacon Street": ("Great Pellow", "CT99 4ZD"),
    "Hopfield Lane": ("Great Pellow", "CT99 4FS"),
}


def written(place: Spot, chance: Random) -> dict[str, Any]:
    """The place as one of many people would type it; nothing that tells it apart is lost."""
    address, postcode = place.address, place.postcode
    if chance.random() < 0.5:
        address = _shortened(address)
    if chance.random() < 0.3:
        address = address.replace(",", "")
    if chance.random() < 0.3:
        postcode = postcode.replace(" ", "")
    change = chance.choice((str, str, str.upper, str.lower))
    address, postcode = change(address), change(postcode)
    if chance.random() < 0.3:
        return {"address": f"{address} {postcode}"}
    return {"address": address, "postcode": postcode}


def misspelt(place: Spot, chance: Random) -> dict[str, Any]:
    """Typed in a hurry: two letters of the street in the wrong order."""
    word = place.street.split()[0]
    at = chance.randrange(1, len(word) - 2)
    wrong = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return {"address": place.address.replace(word, wrong), "postcode": place.postcode}


def _shortened(address: str) -> str:
    return re.sub(r"\b\w+\b", lambda word: SHORT.get(word[0], word[0]), address)
