"""An address as people speak it: "14A HIGH ST, CR0 1XQ" is not what a driver understands (N4)."""

import re
from collections.abc import Iterator
from itertools import pairwise

from middleware.domain.spoken_words import number, ordinal, plain, spelled
from schemas.check import Whereabouts

MOST = 300
"""Letters of a spoken address; what is longer is cut at a word."""

UNKNOWN = "the address of your incident"

_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
_TOKEN = re.compile(r"\d+(?:st|nd|rd|th)\b|\d+(?:\s*[A-Z]\b(?!'))?|[A-Z']+|[-/&]", re.IGNORECASE)
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)\s*([A-Z]?)", re.IGNORECASE)
_SHORT = {
    "rd": "Road", "ave": "Avenue", "av": "Avenue", "ln": "Lane", "cl": "Close",
    "ct": "Court", "crt": "Court", "cres": "Crescent", "cr": "Crescent", "gdns": "Gardens",
    "gdn": "Garden", "gr": "Grove", "gro": "Grove", "grn": "Green", "pl": "Place", "sq": "Square",
    "ter": "Terrace", "terr": "Terrace", "pk": "Park", "hse": "House", "ho": "House",
    "bldg": "Building", "bldgs": "Buildings", "blk": "Block", "est": "Estate",
    "fl": "Flat", "flt": "Flat", "flr": "Floor", "apt": "Apartment", "rm": "Room",
    "gnd": "Ground", "nr": "near", "opp": "opposite", "mt": "Mount", "hts": "Heights",
    "ind": "Industrial", "ldn": "London", "wy": "Way", "wlk": "Walk", "yd": "Yard",
    "bungs": "Bungalows", "cott": "Cottage", "&": "and", "/": "stroke",
}  # fmt: skip
_TWO_WAYS = {"st": ("Saint", "Street"), "dr": ("Doctor", "Drive")}
_BEFORE_A_NAME = frozenset({"of", "and", "near", "opposite", "at"})


def spoken_address(place: Whereabouts) -> str:
    """Where the crew goes, in words with no figure in it; never empty.

    The postcode comes last, spelled; without an address the voice names the crew's own incident.
    """
    written = plain(place.address or "")
    found = list(_POSTCODE.finditer(written))
    code = place.postcode or (found[-1][0] if found else "")
    street = _cut(_street(_POSTCODE.sub(",", written)))
    spelled_out = _spoken_postcode(code)
    parts = [street] if street else []
    parts += [f"postcode {spelled_out}"] if spelled_out else []
    return ", ".join(parts) or UNKNOWN


def _spoken_postcode(code: str) -> str:
    signs = re.sub(r"[^A-Z0-9]", "", plain(code).upper())
    if len(signs) < 4:
        return spelled(signs)
    return f"{spelled(signs[:-3])}, {spelled(signs[-3:])}"


def _street(written: str) -> str:
    said = ", ".join(" ".join(_part(part)) for part in re.split(r"[,;\n]", written))
    return re.sub(r"[\s,]*,[\s,]*", ", ", re.sub(r" +", " ", said)).strip(" ,")


def _part(written: str) -> Iterator[str]:
    """The words between two commas. A comma stands after a number with a letter, and between two
    numbers, which would run into one when spoken."""
    written_words: list[str] = [*_TOKEN.findall(written), ""]
    before = ""
    for word, after in pairwise(written_words):
        if word == "-":
            yield "to" if _counts(before) and _counts(after) else ""
        elif found := _NUMBER.fullmatch(word):
            yield ("," if _counts(before) else "") + number(found[1])
            yield found[2].upper() + ("," if found[2] and after != "-" else "")
        else:
            yield _word(word, before, after)
        before = word


def _counts(word: str) -> bool:
    return word[:1].isdigit()


def _word(word: str, before: str, after: str) -> str:
    if ordered := _ORDINAL.fullmatch(word):
        return ordinal(ordered[1])
    low = word.lower()
    if low == "no" and _counts(after):
        return "number"
    if low in _TWO_WAYS:
        name, kind = _TWO_WAYS[low]
        begins = not before.isalpha() or before.lower() in _BEFORE_A_NAME
        return name if begins and after[:1].isalpha() else kind
    return _SHORT.get(low) or _as_a_word(word)


def _as_a_word(word: str) -> str:
    """Capitals are a word written large, unless nobody could say it."""
    bare = word.strip("'")
    if len(bare) == 1:
        return bare.upper()
    if not re.search("[aeiouy]", bare, re.IGNORECASE):
        return " ".join(bare.upper())
    return bare.capitalize() if bare.isupper() else bare


def _cut(said: str) -> str:
    return said if len(said) <= MOST else said[:MOST].rpartition(" ")[0].rstrip(" ,")
