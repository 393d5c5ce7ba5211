"""The place in a location document (PIDF-LO) as another one (O2, E4)."""

from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import ParseError, fromstring

from middleware.flow.anonymous.fields import Pseudonyms

_PARTS = frozenset("A3 A4 A5 A6 PRD RD STS POD HNO HNS UNIT NAM BLD FLR ROOM LOC LMK PC".split())
_AROUND = frozenset(
    """
    presence tuple device status geopriv location-info usage-rules civicAddress Point Circle pos
    radius
    """.split()
)
_FIGURES = frozenset("0123456789. ")
_NOT_READ = "<masked/>"


def pidf(pseudonyms: Pseudonyms, text: str) -> str:
    """The same document about another place; of elements that nobody reads nothing is left."""
    try:
        root: Element = fromstring(text.strip().encode(), forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        return "<masked"
    made = _made(pseudonyms, root)
    return tostring(made, encoding="unicode") if made is not None else _NOT_READ


def _made(pseudonyms: Pseudonyms, one: Element) -> Element | None:
    name = str(one.tag).rpartition("}")[2]
    if name not in _PARTS | _AROUND:
        return None
    made = Element(name)
    said = (one.text or "").strip()
    if name == "PC":
        made.text = pseudonyms.postcode(said)
    elif name in _PARTS:
        made.text = pseudonyms.address(said)
    elif name == "pos":
        made.text = _turned(pseudonyms, said)
    elif name == "radius" and set(said) <= _FIGURES and len(said) < 10:
        made.text = said
    made.extend(part for inner in one if (part := _made(pseudonyms, inner)) is not None)
    return made


def _turned(pseudonyms: Pseudonyms, said: str) -> str:
    try:
        latitude, longitude, *_ = (float(part) for part in said.split())
    except ValueError:
        return "masked"
    if not (abs(latitude) < 1_000 and abs(longitude) < 1_000):
        return "masked"
    pseudonyms.counts["positions"] += 1
    return " ".join(f"{part:.6f}" for part in pseudonyms.places.position(latitude, longitude))
