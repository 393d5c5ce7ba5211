"""What becomes of each field, by its name: the one table of what a recording may keep (O2, E4).

A field that is not in it and holds words is masked: who adds one need not think of this, and who
wants it kept says so here.
"""

import re
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from middleware.flow.anonymous.numbers import Numbers
from middleware.flow.anonymous.places import Places
from middleware.flow.anonymous.postcodes import Postcodes
from middleware.flow.anonymous.words import Words

KEPT = frozenset(
    """
    contract kind type id source revision occurred_at number service_day priority callsign mdt radio
    single_responder call line cause missed abandoned queue warning category channel device note
    note_revision times state code attempt again session task role subject marker batch mistake
    says verdict alarm signal outcome done search_by scope severity happened_on review_on
    ends_on error_m fixed_at age_s size conflict gap resynced timer build matcher held transferred
    field stage relation certainty matches version in_memory after until wanted unit to prompt
    stand_off request report applied answered happened_at incident ask of
    fix result entry proposal plan precedence accepted warnings
    hand_on service case
    """.split()
)
"""Ids, codes, moments, figures: CAD numbers, call ids, call signs, radios and marker ids stay."""
_ADDRESS = frozenset({"address"})
_PHONE = frozenset({"phone", "phones"})
_STAFF = frozenset(
    {"by", "handler", "decided_by", "logged_by", "said_by", "oic", "position", "supplied_by"}
)
_PERSON = frozenset({"person"})
_CALLS = "call."
_ANSWERED = "/answered/"
_MARKER = "marker"
_MARKERS = frozenset({"marker", "supplied"})
_WORDY = frozenset({"build", "matcher", "version", "field", "unit"})
"""Kept though they have more than one word; elsewhere that is no code, and is masked."""
_DIGITS = re.compile(r"\d+")
_FIELD = re.compile(r"[a-z][a-z_]{0,39}")
_LARGEST = 1_000_000
"""A larger figure in a field that nobody knows may be a number of somebody."""
Json = Any


class Pseudonyms:
    """Everything that is replaced, of one recording. `counts`: how many values of each sort."""

    def __init__(self, random: Random) -> None:
        self.numbers, self.words = Numbers(random), Words(random)
        self.postcodes, self.places = Postcodes(random), Places(random)
        self.counts: Counter[str] = Counter()
        self._staff: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    def learn(self, value: Json, *, trusted: bool = False) -> None:
        """Read names and postcodes, before any is replaced."""
        for key, part in value.items() if isinstance(value, dict) else ():
            if isinstance(part, dict | list):
                for inner in part if isinstance(part, list) else (part,):
                    self.learn(inner, trusted=trusted)
            elif isinstance(part, str) and key in _ADDRESS:
                self.words.learn(part, trusted=trusted)
            elif isinstance(part, str) and key == "postcode" and trusted:
                self.postcodes.learn(part)

    def body(self, kind: str, value: dict[str, Json]) -> dict[str, Json]:
        """Of an event of this kind, of a marker or a message."""
        made = {_named(key): self._field(kind, key, part) for key, part in value.items()}
        self._turn_position(made)
        return made

    def staff(self, name: str) -> str:
        """Who works here: staff1, staff2 and so on."""
        self.counts["names of staff"] += 1
        return self._staff.setdefault(name, f"staff{len(self._staff) + 1}")

    def phone(self, number: str) -> str:
        self.counts["telephone numbers"] += 1
        return self.numbers.of(number)

    def address(self, text: str) -> str:
        """Numbers of houses and flats stay, as what makes two addresses the same or not."""
        self.counts["addresses"] += 1
        return self.words.replaced(self.postcodes.in_text(self.numbers.in_text(text)))

    def person(self, name: str) -> str:
        self.counts["names of people"] += 1
        return _DIGITS.sub("", self.words.replaced(name, keep=False))

    def text(self, text: str) -> str:
        """The same words are the same mask, so that what was another text stays another."""
        if not text:
            return text
        self.counts["free texts"] += 1
        return self._texts.setdefault(text, f"masked text {len(self._texts) + 1}")

    def identity(self, kind: str, name: str) -> str:
        """The id of an event; that of an answered call names who answered."""
        before, answered, handler = name.partition(_ANSWERED)
        if kind == "call.answered" and handler:
            return before + answered + self.staff(handler)
        return self.phone(name) if _is_number(name) else name

    def code(self, key: str, value: str) -> str:
        """Of a decision: a code, but for who did it and for telephones."""
        if key in _STAFF:
            return self.staff(value)
        return self.phone(value) if _is_number(value) else value

    def _field(self, kind: str, key: str, value: Json) -> Json:
        if isinstance(value, dict):
            return self.body(_MARKER if key in _MARKERS else kind, value)
        if isinstance(value, list):
            return [self._field(kind, key, part) for part in value]
        if isinstance(value, str):
            return self._word(kind, key, value)
        is_figure = isinstance(value, int | float) and not isinstance(value, bool)
        return 0 if is_figure and key not in KEPT and abs(value) >= _LARGEST else value

    def _word(self, kind: str, key: str, value: str) -> str:
        if key == "number" and kind.startswith(_CALLS):
            return self.phone(value)
        if key == "id" and kind.startswith(_CALLS):
            return self.identity(kind, value)
        if key == "source" and kind == _MARKER:
            return self.text(value)  # who supplied it, in somebody's words
        if key in KEPT and (" " not in value or key in _WORDY):
            return self.phone(value) if _is_number(value) else value
        return _TREATMENTS.get(key, Pseudonyms.text)(self, value)

    def uprn(self, value: str) -> str:
        self.counts["property numbers"] += 1
        return self.places.uprn(value)

    def postcode(self, value: str) -> str:
        self.counts["postcodes"] += 1
        return self.postcodes.of(value)

    def emptied(self, value: str) -> str:
        self.counts["raw bytes"] += 1
        return ""

    def _turn_position(self, made: dict[str, Json]) -> None:
        latitude, longitude = made.get("latitude"), made.get("longitude")
        if isinstance(latitude, int | float) and isinstance(longitude, int | float):
            self.counts["positions"] += 1
            made["latitude"], made["longitude"] = self.places.position(latitude, longitude)
        elif latitude is not None or longitude is not None:
            made["latitude"] = made["longitude"] = None


_TREATMENTS: dict[str, Callable[[Pseudonyms, str], str]] = {
    **dict.fromkeys(_ADDRESS, Pseudonyms.address),
    **dict.fromkeys(_PHONE, Pseudonyms.phone),
    **dict.fromkeys(_STAFF, Pseudonyms.staff),
    **dict.fromkeys(_PERSON, Pseudonyms.person),
    "raw": Pseudonyms.emptied,
    "postcode": Pseudonyms.postcode,
    "uprn": Pseudonyms.uprn,
}


def _named(key: str) -> str:
    """What no contract would call a field may hold anything."""
    return key if _FIELD.fullmatch(key) else "masked_field"


def _is_number(value: str) -> bool:
    """A telephone, where a device or a line may stand."""
    digits = value.removeprefix("+")
    return digits.isascii() and digits.isdigit() and len(digits) >= 10
