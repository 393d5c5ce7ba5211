"""Padding that a query names: it would make a trap true, so it is left out.

Padding has real streets with invented numbers. A query to which no labelled marker applies may by
chance be the very address of a padding marker, and then to find it is right and not a flag. This
rule knows nothing of any matcher: same number, and the same postcode, or no postcode in the query
and every word of the address in it.
"""

import re
from collections import defaultdict
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
        self._with: set[tuple[str, str]] = set()
        self._without: defaultdict[str, list[set[str]]] = defaultdict(list)
        for query in queries:
            self._add(query)

    def names(self, address: str, postcode: str) -> bool:
        """Whether a query is for this address."""
        said = _long(address)
        numbers = [word for word in said if word[0].isdigit()]
        code = postcode.replace(" ", "").upper()
        if any((number, code) in self._with for number in numbers):
            return True
        return any(said <= query for number in numbers for query in self._without.get(number, ()))

    def _add(self, query: str) -> None:
        codes = ["".join(parts) for parts in _POSTCODE.findall(query.upper())]
        said = _long(_POSTCODE.sub(" ", query.upper()))
        for number in (word for word in said if word[0].isdigit()):
            self._with.update((number, code) for code in codes)
            if not codes:
                self._without[number].append(said)


def _long(text: str) -> set[str]:
    return {_LONG.get(word, word) for word in words(text)}
