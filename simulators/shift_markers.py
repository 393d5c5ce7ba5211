"""The markers of the shift, as the marking team of the invented district would send them.

A few rows are wrong on purpose: the import must refuse each with its line and reason.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random

from simulators.shift_places import STREETS, Spot, spot

COLUMNS = (
    "id", "address", "postcode", "uprn", "latitude", "longitude", "phones", "person", "scope",
    "category", "severity", "what", "happened_on", "review_on", "ends_on", "source",
    "supplied_by", "basis",
)  # fmt: skip

REPEAT_CALLER = "07700 900461"
KESTREL = spot("Kestrel House, 20", "Tern Road")
HARBOUR = spot("Harbour Holiday Park,", "Lighthouse Lane", latitude=51.3712, longitude=1.2045)
COURT = spot("Flat 7, Pellow Court, 3", "Beacon Street")

MARKED: dict[str, tuple[Spot, str]] = {
    "house": (spot("14", "Marram Street"), "house"),
    "terrace": (spot("9", "Ropewalk Terrace"), "house"),
    "flat": (spot("Flat 2, 31", "Chapel Row"), "dwelling"),
    "court": (COURT, "dwelling"),
    "building": (KESTREL, "building"),
    "site": (HARBOUR, "site"),
    "lane": (spot("5", "Hopfield Lane"), "house"),
    "corner": (spot("112A", "Kiln Road"), "house"),
    "avenue": (spot("27", "Windmill Avenue"), "house"),
    "drive": (spot("60", "Heron Drive"), "house"),
    "gardens": (spot("Flat B, 18", "Osier Gardens"), "dwelling"),
    "close": (spot("3", "Fulmar Close"), "house"),
}
"""Marked places that the plots of the shift use, and what each marker covers."""

NUMBERS = {"house": "07700 900114", "court": "01632 960207", "lane": "07700 900305"}

TOLD = (
    ("verbal_abuse", "low", "Crew sworn at in the hallway; left without treating."),
    ("non_physical_assault", "medium", "Threatened the crew with a raised stick; police came."),
    ("attempted_physical_assault", "medium", "Swung at the attending clinician and missed."),
    ("physical_assault", "high", "Clinician punched in the face at the door."),
    ("verbal_abuse_racial_religious", "medium", "Racial abuse of the crew on two visits."),
    ("physical_assault_sexual", "high", "Clinician groped during the assessment."),
    ("anti_social_behaviour", "low", "Two large dogs set loose on the crew."),
)
SOURCES = (
    ("Incident report", "South District Ambulance", "own staff"),
    ("Police log", "District Police", "sharing agreement"),
    ("Community team note", "District Community Health", "sharing agreement"),
)
OVERDUE = {"happened_on": "2024-05-17", "review_on": "2026-03-01", "ends_on": ""}
ENDED = {"happened_on": "2024-05-17", "review_on": "2025-06-01", "ends_on": "2026-01-31"}


@dataclass(slots=True)
class Writer:
    """Writes rows; every draw comes from the seed."""

    chance: Random
    rows: list[dict[str, str]]

    def add(self, place: Spot | None, covers: str, **fixed: str) -> None:
        category, severity, what = self.chance.choice(TOLD)
        source, supplied_by, basis = self.chance.choice(SOURCES)
        year, month = self.chance.choice((2024, 2025)), self.chance.randint(1, 12)
        day = f"{month:02}-{self.chance.randint(1, 28):02}"
        row = {
            "id": f"HM-{len(self.rows) + 1:04}", "scope": covers, "category": category,
            "severity": severity, "what": what, "happened_on": f"{year}-{day}",
            "review_on": f"{year + 4}-{day}", "ends_on": f"{year + 6}-{day}", "source": source,
            "supplied_by": supplied_by, "basis": basis,
        }  # fmt: skip
        self.rows.append(row | (_cells(place) if place else {}) | fixed)


def markers(seed: int) -> list[dict[str, str]]:
    """All rows: those the plots use, neighbours all over the district, and the wrong ones."""
    writer = Writer(Random(seed), [])
    for name, (place, scope) in MARKED.items():
        writer.add(place, scope, phones=NUMBERS.get(name, ""))
    writer.add(None, "person", phones=REPEAT_CALLER, person="Unnamed repeat caller")
    _elsewhere(writer, 60 - len(WRONG) - len(writer.rows))
    _wrong(writer)
    return writer.rows


def _elsewhere(writer: Writer, count: int) -> None:
    """Markers in the same streets that the shift never visits: numbers of 200 and above."""
    for n in range(count):
        street = list(STREETS)[n % len(STREETS)]
        dates = OVERDUE if n % 9 == 0 else ENDED if n % 13 == 5 else {}
        writer.add(spot(str(200 + 7 * n), street), "house", **dates)


WRONG: tuple[dict[str, str], ...] = (
    {"review_on": ""},
    {"source": ""},
    {"happened_on": "2025-02-30"},
    {"scope": "street"},
    {"category": "rudeness"},
    {"id": "HM-0001"},
    {"latitude": "51.37", "longitude": ""},
)
"""What is wrong in each of the wrong rows."""


def _wrong(writer: Writer) -> None:
    for n, fault in enumerate(WRONG):
        writer.add(spot(str(900 + n), "Kiln Road"), "house", **fault)


def _cells(place: Spot) -> dict[str, str]:
    given = {
        "address": place.address,
        "postcode": place.postcode,
        "uprn": place.uprn,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
    return {name: str(value) for name, value in given.items() if value is not None}


def write_markers(path: Path, seed: int) -> None:
    """The CSV, with every column in its order."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(markers(seed))
