"""Incidents in XML (UK MAIT and its like) ─► the CAD contract, by a mapping of the site's (C1).

The element names of MAIT are not public, so they stand in a mapping file and not here. What was
mapped is then read as `forewarn.cad/1`: the same rules, the same reasons. docs/mait.md.
"""

from datetime import datetime
from math import isfinite
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from zoneinfo import ZoneInfo

import orjson
from defusedxml.ElementTree import fromstring

from adapters.codecs.cad import CAD
from adapters.codecs.contract import LIMIT, Read, too_long
from adapters.codecs.mait_mapping import Mapping, Rule, parted
from middleware.ports import Problem

LONDON = ZoneInfo("Europe/London")
TRUE = frozenset({"true", "1", "yes"})
FALSE = frozenset({"false", "0", "no"})
MOST_DIGITS = 18
JOINED = ", "
"""Between what several elements say of one field: the lines of an address."""

Found = dict[str, str]


def read(raw: bytes, source: str, mapping: Mapping) -> Read | Problem:
    """The event in one document, or what is wrong with it; never the values."""
    if len(raw) > LIMIT:
        return too_long()
    root = _root(raw)
    if isinstance(root, Problem):
        return root
    above = Element("document")
    above.append(root)
    for rule in mapping.message:
        if above.find(rule.when, mapping.namespaces) is not None:
            return _event(root, rule, mapping, source)
    return Problem("message", "is none that the mapping knows; add it, or do not send it")


def _root(raw: bytes) -> Element | Problem:
    """The document; what defines entities or a type is refused, before anything of it grows."""
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except ParseError as fault:
        line, column = fault.position
        return Problem("message", f"is no XML at line {line}, column {column}; send one document")
    except (ValueError, LookupError):
        return Problem("message", "has a document type, entities or an encoding; send plain UTF-8")
    return root


def _event(root: Element, rule: Rule, mapping: Mapping, source: str) -> Read | Problem:
    used: set[Element] = set()
    found: Found = {}
    for name, paths in rule.fields.items():
        texts = [text for path in paths for text in _texts(root, path, mapping, used)]
        if texts:
            found[name] = JOINED.join(texts)
    message = _message(rule.type, found)
    if isinstance(message, Problem):
        return message
    told = CAD.read(orjson.dumps(message), source)
    if isinstance(told, Problem):
        return told
    return Read(told.event, told.unknown + _unread(root, used))


def _texts(root: Element, path: str, mapping: Mapping, used: set[Element]) -> list[str]:
    """What stands there; `…/@name` is an attribute."""
    where, attribute = parted(path)
    elements = root.findall(where, mapping.namespaces)
    used.update(elements)
    texts = (one.get(attribute, "") if attribute else one.text or "" for one in elements)
    return [text.strip() for text in texts if text.strip()]


def _unread(root: Element, used: set[Element]) -> int:
    """Elements that say something which no path of the mapping reads."""
    return sum(
        1 for one in root.iter() if one not in used and not len(one) and (one.text or "").strip()
    )


# --- into the contract ----------------------------------------------------------------


def _message(kind: str, found: Found) -> dict[str, Any] | Problem:
    message: dict[str, Any] = {"contract": CAD.name, "type": kind}
    if "revision" not in found:
        found |= _revision(found.get("occurred_at", ""))
    for name, text in found.items():
        value = _value(name, text)
        if isinstance(value, Problem):
            return value
        *above, last = name.split(".")
        part = message
        for one in above:
            part = part.setdefault(one, {})
        part[last] = value
    return message


def _revision(occurred_at: str) -> Found:
    """Where documents have no number that grows, the later is the newer."""
    try:
        return {"revision": str(int(datetime.fromisoformat(occurred_at).timestamp() * 1_000))}
    except (ValueError, OverflowError):
        return {}


def _value(name: str, text: str) -> Any:
    """As the contract has it: figures, yes or no, days; all else are words."""
    try:
        match name.rpartition(".")[2]:
            case "revision":
                return _whole(text)
            case "latitude" | "longitude":
                return _figure(text)
            case "single_responder":
                return _yes(text)
            case "service_day":
                return _day(text)
    except (ValueError, OverflowError):
        return Problem(name, "cannot be read; mend it as docs/cad-contract.md says")
    return text


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError
    return int(text)


def _figure(text: str) -> float:
    if not isfinite(figure := float(text)):
        raise ValueError
    return figure


def _yes(text: str) -> bool:
    if text.lower() not in TRUE | FALSE:
        raise ValueError
    return text.lower() in TRUE


def _day(text: str) -> str:
    """The day, also of a moment: in London."""
    at = datetime.fromisoformat(text)
    return (at.astimezone(LONDON) if at.tzinfo else at).date().isoformat()
