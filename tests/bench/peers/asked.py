"""Padding that a query names: it would make a trap true, so it is left out.

Padding has real streets with invented numbers. A query to which no labelled marker applies may by
chance be the very address of a padding marker, and then to find it is right and not a flag. This
rule knows nothing of any matcher: same number, and the same postcode, or every word of the address
in the query and nothing said against its outcode.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.bench.peers.exchange import words

_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?)\s?([0-9][A-Z]{2})\b")
_LONG = {
    "rd": "road", "st": "street", "ave": "avenue", "av": "avenue", "ln": "lane", "cl": "close",
    "dr": "drive", "gdns": "gardens", "gdn": "gardens", "cres": "crescent", "pl": "place",
    "ct": "court", "sq": "square", "tce": "terrace", "terr": "terrace", "pk": "park",
    "n": "north", "s": "south", "e": "east", "w": "west", "saint": "street",
}  # fmt: skip


class AskedFor:
    """The addresses that queries name."""

    def __init__(self, queries: Iterable[str]) -> None:
        self._codes: set[tuple[str, str]] = set()
        self._said: defaultdict[tuple[str, str], list[Counter[str]]] = defaultdict(list)
        for query in queries:
            self._add(query)

    def names(self, address: str, postcode: str) -> bool:
        """Whether a query is for this address."""
        said = _long(address)
        outcode, _, rest = postcode.upper().partition(" ")
        for number in _numbers(said):
            if (number, outcode + rest) in self._codes:
                return True
            for key in ((number, outcode), (number, "")):
                if any(said <= query for query in self._said.get(key, ())):
                    return True
        return False

    def _add(self, query: str) -> None:
        codes = _POSTCODE.findall(query.upper())
        said = _long(_POSTCODE.sub(" ", query.upper()))
        for number in _numbers(said):
            self._codes.update((number, outcode + rest) for outcode, rest in codes)
            for outcode in {outcode for outcode, _ in codes} or {""}:
                self._said[number, outcode].append(said)


def _long(text: str) -> Counter[str]:
    return Counter(_LONG.get(word, word) for word in words(text))


def _numbers(said: Counter[str]) -> list[str]:
    return [word for word in said if word[0].isdigit()]
