"""Documents in XML made anonymous, by the mapping that says what stands where (O2, E4).

What a path of the mapping reads is treated as the field that it becomes; everything else that
stands in the document is emptied.
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import ParseError, fromstring

from middleware.flow.anonymous.fields import Pseudonyms
from middleware.flow.anonymous.wires import UNREADABLE, Wire

_LITERAL = re.compile(r"='([^']*)'|=\"([^\"]*)\"")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_POSITION = ("latitude", "longitude")


def mait_wire(pseudonyms: Pseudonyms, mapping: dict[str, Any]) -> Wire:
    """One document at a time; `mapping` as the settings of the source have read it."""

    def hear(data: bytes) -> Iterator[bytes]:
        try:
            root: Element = fromstring(data, forbid_dtd=True)
        except (ParseError, ValueError, LookupError):
            yield UNREADABLE
            return
        yield tostring(_Document(pseudonyms, mapping, root).made(), encoding="utf-8")

    return hear


class _Document:
    def __init__(self, pseudonyms: Pseudonyms, mapping: dict[str, Any], root: Element) -> None:
        self._pseudonyms, self._mapping, self._root = pseudonyms, mapping, root
        self._spaces: dict[str, str] = mapping.get("namespaces", {})
        self._kept: dict[tuple[Element, str], str] = {}
        """Element and attribute (or "" for its text) to what stands there from now on."""

    def made(self) -> Element:
        rule = next((one for one in self._mapping["message"] if self._fits(one["when"])), None)
        if rule is not None:
            for name, paths in rule["fields"].items():
                self._field(rule["type"], name.rpartition(".")[2], paths)
            self._positions(rule)
        names, literals = self._said_in_paths()
        for one in self._root.iter():
            self._empty(one, names, literals)
        return self._root

    def _fits(self, when: str) -> bool:
        above = Element("document")
        above.append(self._root)
        return above.find(when, self._spaces) is not None

    def _found(self, path: str) -> Iterator[tuple[Element, str]]:
        where, attribute = (".", path[1:]) if path.startswith("@") else _parted(path)
        for one in self._root.findall(where, self._spaces):
            if (one.get(attribute, "") if attribute else one.text or "").strip():
                yield one, attribute

    def _field(self, kind: str, key: str, paths: list[str]) -> None:
        for place in (place for path in paths for place in self._found(path)):
            one, attribute = place
            text = (one.get(attribute, "") if attribute else one.text or "").strip()
            if place not in self._kept and key not in _POSITION:
                self._kept[place] = str(self._pseudonyms.body(kind, {key: text}).get(key, ""))

    def _positions(self, rule: dict[str, Any]) -> None:
        """Both, or neither."""
        fields = {name.rpartition(".")[2]: paths for name, paths in rule["fields"].items()}
        found = [next((p for path in fields.get(key, ()) for p in self._found(path)), None)
                 for key in _POSITION]  # fmt: skip
        said = {key: _figure(place) for key, place in zip(_POSITION, found, strict=True)}
        turned = self._pseudonyms.body("", said)
        for key, place in zip(_POSITION, found, strict=True):
            if place is not None and turned[key] is not None:
                self._kept[place] = str(turned[key])

    def _said_in_paths(self) -> tuple[set[str], set[str]]:
        """Names and texts that the mapping itself says."""
        paths = [one["when"] for one in self._mapping["message"]]
        paths += [
            p for one in self._mapping["message"] for ps in one["fields"].values() for p in ps
        ]
        names = {name for path in paths for name in _NAME.findall(_LITERAL.sub("", path))}
        return names, {a or b for path in paths for a, b in _LITERAL.findall(path)}

    def _empty(self, one: Element, names: set[str], literals: set[str]) -> None:
        space, brace, local = one.tag.rpartition("}")
        if local not in names or (brace and space[1:] not in self._spaces.values()):
            one.tag = "masked"
        text = (one.text or "").strip()
        one.text = self._kept.get((one, ""), text if text in literals else "")
        one.tail = None
        for name, value in list(one.attrib.items()):
            kept = self._kept.get((one, name), value if value in literals else None)
            if kept is None or name not in names:
                del one.attrib[name]
            else:
                one.set(name, kept)


def _parted(path: str) -> tuple[str, str]:
    where, _, attribute = path.rpartition("/@")
    return (where, attribute) if where else (path, "")


def _figure(place: tuple[Element, str] | None) -> float | None:
    one, attribute = place or (Element("none"), "")
    try:
        return float((one.get(attribute, "") if attribute else one.text or "").strip())
    except ValueError:
        return None
