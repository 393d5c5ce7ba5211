"""What was read of an address: words in order, numbers in order, and a postcode.

A query is not parsed further than this; each marker says what to look for.
"""

from dataclasses import dataclass, field
from zlib import crc32

from middleware.domain.matching import words as w

NEAR = "fN"
"""Stands among the numbers when the place is beside, opposite, above or behind a number."""


@dataclass(slots=True)
class Reading:
    """What was read, in order.

    `numbers` holds (value, named as a unit, words before it), `breaks` the words before each
    comma of a marker.
    """

    postcode: str = ""
    outcode: str = ""
    words: list[str] = field(default_factory=list)
    numbers: list[tuple[str, bool, int]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    flat: bool = False
    """A number was called a flat, not a unit or a shop."""
    written: str = ""

    def digest(self) -> str:
        """The same for the same words and numbers in the same order, whatever stands between.

        Reckoned once: ask when the reading is settled.
        """
        if not self.written:
            kept = [word for word in self.words if word not in w.UNSAID]
            at = [
                sum(word not in w.UNSAID for word in self.words[:at]) for _, _, at in self.numbers
            ]
            numbers = [(value, named) for value, named, _ in self.numbers]
            self.written = f"{crc32(repr((kept, numbers, at)).encode()):x}"
        return self.written

    def settled(self) -> "Reading":
        """Without THE, OF, AND; numbers stand before the word that they belong to."""
        if not w.EMPTY.isdisjoint(self.words):
            kept = [0]
            for word in self.words:
                kept.append(kept[-1] + (word not in w.EMPTY))
            self.words = [word for word in self.words if word not in w.EMPTY]
            self.numbers = [(value, named, kept[at]) for value, named, at in self.numbers]
        return self
