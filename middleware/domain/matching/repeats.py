"""Numbers that registers write twice, and ranges that they write without a dash."""

from middleware.domain.matching import words as w
from middleware.domain.matching.reading import Reading

AGAIN = "="
"""Among the units of a marker: its number is written twice, 17 17 BRIDGE STREET."""
_WIDEST = 70
"""A building with more house numbers than this is something else."""

Number = tuple[str, bool, int]


def once(reading: Reading) -> None:
    """A marker's number that is written twice counts once; `AGAIN` stands for the other."""
    kept: list[Number] = []
    for number in reading.numbers:
        if kept and _is_repeated(reading.words, kept[-1], number):
            value, named, at = kept.pop()
            kept.append((AGAIN, True, at))
            number = (value, named and number[1], number[2])
        kept.append(number)
    reading.numbers = [_letter(kept, i) for i in range(len(kept))]


def _is_repeated(words: list[str], one: Number, other: Number) -> bool:
    """17 17 BRIDGE STREET, UNIT 2 UNIT 2, 9 SUITE 9; not FLAT 3 3 BRIDGE STREET."""
    if one[0] != other[0] or (one[1] and not other[1]):
        return False
    between = words[one[2] : other[2]]
    if not between or (not other[1] and between[-1] in w.STRONG_TYPES):
        return True
    return len(one[0]) > 2 and one[1] == other[1]


def _letter(numbers: list[Number], i: int) -> Number:
    """28 B 28 WETHERLY ROAD: the first is the door, the second only its house."""
    value, named, at = numbers[i]
    if i + 1 < len(numbers) and not named and not numbers[i + 1][1]:
        house = numbers[i + 1][0]
        if house.isdigit() and value[:-1] == house and value[-1].isalpha():
            return AGAIN, True, at
    if i and not named and not numbers[i - 1][1]:
        door = numbers[i - 1][0]
        if value.isdigit() and door[:-1] == value and door[-1].isalpha():
            return door, named, at
    return numbers[i]


def spanned(reading: Reading) -> None:
    """A marker's 32 34 WOODLAND ROAD is 32-34; 2 14 BIRCH LANE may be flat 2 at 14."""
    numbers = reading.numbers
    for i in range(len(numbers) - 1, 0, -1):
        (low, named, at), (high, other, there) = numbers[i - 1], numbers[i]
        before = sum(place == at for _, _, place in numbers[: i - 1]) + (at > 0)
        if named or other or at != there or reading.breaks.count(at) > before:
            continue
        if _is_span(low, high, alone=i == 1):
            reading.numbers = [*numbers[: i - 1], (f"{low}-{high}", False, at), *numbers[i + 1 :]]
            return


def _is_span(low: str, high: str, *, alone: bool) -> bool:
    """`alone`: no unit stands before, so that the first number may be one."""
    if not low.isdigit() or not high.isdigit():
        return False
    width = int(high) - int(low)
    return 0 < width <= (2 if alone else _WIDEST)
