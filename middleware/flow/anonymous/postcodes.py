"""Postcodes: the same one is always the same other one of the same form; neighbours in a district
stay as near to each other, and a typo stays a typo."""

import re
from random import Random

from rapidfuzz.distance import OSA, Levenshtein
from rapidfuzz.process import extractOne

_AREAS = (
    "AB AL BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY EH "
    "EN EX FK FY GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY LA LD LE LL LN LS LU ME MK ML "
    "NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM SA SE SG SK SL SM SN SO SP SR SS ST SW SY "
    "TA TD TF TN TQ TR TS TW UB WA WC WD WF WN WR WS WV YO ZE B E G L M N S W"
).split()
_WHOLE = re.compile(r"([A-Z]{1,2})([0-9][0-9A-Z]?)([0-9][A-Z]{2})")
_IN_TEXT = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{1,2}[0-9][0-9A-Za-z]?)(\s*)([0-9][A-Za-z]{2})(?![A-Za-z0-9])"
)
LONGEST = 8
"""With one character too many; what is longer is no postcode but may be anything."""
_DIGITS, _LETTERS = "0123456789", "ABDEFGHJLNPQRSTUWXYZ"
_LIKE = (("0", "O"), ("1", "I"), ("5", "S"), ("2", "Z"), ("8", "B"))
_LOOKS = {a: b for pair in _LIKE for a, b in (pair, pair[::-1])}
_CLASSES = ("01", "258", "34679", "IO", "SZB", "CKMV", "QX", "ADEFGHJLNPRTUWY")
"""Characters stay within their class, so that what is valid stays valid."""


class Postcodes:
    """First `learn` those that are rightly written, then ask."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._areas: dict[str, str] = {}
        self._districts: dict[str, str] = {}
        self._tables: dict[str, dict[int, int]] = {}
        self._right: set[str] = set()
        self._known: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._known)

    def learn(self, text: str) -> None:
        compact = _compact(text)
        if _WHOLE.fullmatch(compact):
            self._right.add(compact)

    def of(self, text: str) -> str:
        """As it was written: case, gap and slips."""
        compact = _compact(text)
        if not compact:
            return text
        if len(compact) > LONGEST:
            return "masked"
        if compact not in self._known:
            self._known[compact] = self._other(compact)
        other = self._known[compact]
        if text.islower():
            other = other.lower()
        gap = re.search(r"\s+", text.strip())
        return f"{other[:-3]}{gap[0]}{other[-3:]}" if gap else other

    def in_text(self, text: str) -> str:
        return _IN_TEXT.sub(lambda found: self.of(found[0]), text)

    def _other(self, compact: str) -> str:
        match = _WHOLE.fullmatch(compact)
        near = None if compact in self._right else self._near(compact, match)
        if near is not None:
            return self._slipped(near, compact)
        if match is None:  # nobody can say what was meant
            return self._turned(compact, "")
        outward = match[1] + match[2]
        return self._district(match[1], match[2]) + self._turned(match[3], outward)

    def _near(self, compact: str, match: "re.Match[str] | None") -> str | None:
        """The right one that it is a slip of; where the district is known, it is one of its own."""
        if match and any(right.startswith(match[1] + match[2]) for right in self._right):
            return None
        found = extractOne(compact, self._right, scorer=OSA.distance, score_cutoff=1)
        return None if found is None else str(found[0])

    def _slipped(self, base: str, word: str) -> str:
        other = list(self._other(base))
        if len(base) == len(word):
            for at in range(len(base) - 1):
                if base[:at] + base[at + 1] + base[at] + base[at + 2 :] == word:
                    other[at : at + 2] = reversed(other[at : at + 2])
                    if other[at] == other[at + 1]:  # two alike: another slip stands for it
                        other[at] = _next_to(other[at])
                    return "".join(other)
        for op in reversed(list(Levenshtein.editops(base, word))):
            if op.tag == "insert":
                other.insert(op.src_pos, self._turned(word[op.dest_pos], base))
            elif op.tag == "delete":
                del other[op.src_pos]
            else:
                looks = _LOOKS.get(base[op.src_pos]) == word[op.dest_pos]
                like = _LOOKS.get(other[op.src_pos]) if looks else None
                other[op.src_pos] = like or self._turned(word[op.dest_pos], base)
        return "".join(other)

    def _district(self, area: str, number: str) -> str:
        district = area + number
        if district not in self._districts:
            new = self._area(area)
            while True:
                drawn = "".join(self._like(char, first=not n) for n, char in enumerate(number))
                if new + drawn not in self._districts.values():
                    break
            self._districts[district] = new + drawn
        return self._districts[district]

    def _like(self, char: str, *, first: bool) -> str:
        if char.isdigit():
            return self._random.choice("123456789" if first else "0123456789")
        return self._random.choice("ABEFHMNPRVWXY")

    def _area(self, area: str) -> str:
        if area not in self._areas:
            free = [one for one in _AREAS if len(one) == len(area) and one != area]
            unused = [one for one in free if one not in self._areas.values()]
            self._areas[area] = self._random.choice(unused or free)
        return self._areas[area]

    def _turned(self, text: str, outward: str) -> str:
        """Character by character, in the way of this district."""
        if outward not in self._tables:
            table: dict[int, int] = {}
            for group in _CLASSES:
                drawn = self._random.sample(group, len(group))
                table.update({ord(a): ord(b) for a, b in zip(group, drawn, strict=True)})
            self._tables[outward] = table
        return text.translate(self._tables[outward])


def _next_to(char: str) -> str:
    group = _DIGITS if char in _DIGITS else _LETTERS
    return group[(group.find(char) + 1) % len(group)]


def _compact(text: str) -> str:
    return "".join(text.split()).upper()
