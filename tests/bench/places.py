"""Invented places of the shapes of real ones, and the ways call takers write them."""

from dataclasses import dataclass
from random import Random

_FIRST = (
    "Ash Oak Elm Birch Rose Mill Church Station Park Queen King Well Lime Hill Long Green High "
    "Fair Black White Stone Brook Heath Moor Wren Lark Swan Fox Hart Crow Thorn Briar Holly Ivy "
    "Hazel Maple Cedar Alder Rowan Willow"
).split()
_LAST = (
    "ford ley wood ton field worth dale gate brook stead ham wick combe hurst mere den bury shaw"
).split()
_TYPES = (("Road", "Rd"), ("Street", "St"), ("Avenue", "Ave"), ("Lane", "Ln"), ("Close", "Cl"),
          ("Drive", "Dr"), ("Gardens", "Gdns"), ("Crescent", "Cres"))  # fmt: skip
_TOWNS = ("Harlow Vale", "Northmere", "Easterby", "Wexcombe", "Stanbridge", "Ashbourne Green")
_AREAS = ("CT", "DN", "SY", "TD", "LD", "HR")
_DISTRICTS = range(60, 100)
"""Of those areas, none of these exists."""
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True, slots=True)
class Place:
    """A house, one in seven with a flat; the postcode goes with the street."""

    flat: int
    number: int
    street: str
    kind: tuple[str, str]
    town: str
    postcode: str

    @property
    def address(self) -> str:
        flat = f"Flat {self.flat}, " if self.flat else ""
        return f"{flat}{self.number} {self.street} {self.kind[0]}, {self.town}"

    def spelled(self, random: Random) -> str:
        """As somebody in a hurry types it."""
        kind = random.choice(self.kind)
        flat = f"{random.choice(('Flat ', 'FLAT ', 'flat '))}{self.flat} " if self.flat else ""
        town = random.choice((f", {self.town}", f" {self.town}", ""))
        text = f"{flat}{self.number} {self.street} {kind}{town}"
        return random.choice((text, text.upper(), text.lower()))


def places(count: int) -> list[Place]:
    """The same for everybody: 60 houses a street, each street with a postcode of its own."""
    found: list[Place] = []
    street = 0
    while len(found) < count:
        first, last = _FIRST[street % len(_FIRST)], _LAST[street // len(_FIRST) % len(_LAST)]
        kind, town = _TYPES[street % len(_TYPES)], _TOWNS[street // 97 % len(_TOWNS)]
        district, sector = divmod(street, 9)
        inward = _INWARD[street % 20] + _INWARD[street // 20 % 20]
        area = _AREAS[district // len(_DISTRICTS) % len(_AREAS)]
        postcode = f"{area}{_DISTRICTS[district % len(_DISTRICTS)]} {sector + 1}{inward}"
        for number in range(1, 61):
            flat = number % 5 + 1 if number % 7 == 0 else 0
            found.append(Place(flat, number, first + last, kind, town, postcode))
        street += 1
    return found[:count]


def markers_csv(count: int) -> str:
    """The places as a marker file for `forewarn markers import`."""
    rows = ["id,address,postcode,scope,category,severity,what,happened_on,review_on,source"]
    for number, place in enumerate(places(count)):
        scope = "dwelling" if place.flat else "house"
        rows.append(
            f'B{number},"{place.address}",{place.postcode},{scope},physical_assault,high,'
            '"Crew was threatened at the door by an occupant.",2026-02-01,2027-02-01,Invented Trust'
        )
    return "\n".join(rows) + "\n"
