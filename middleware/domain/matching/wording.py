"""Words compared: typing slips, misheard names, joined and split words. Never for numbers."""

from functools import lru_cache

from rapidfuzz.distance import OSA

from middleware.domain.matching.words import ABBREVIATIONS, QUALIFIERS

_SOUNDS = (
    ("PH", "F"), ("GH", "G"), ("CK", "K"), ("SCH", "S"), ("C", "K"), ("Q", "K"), ("X", "KS"),
    ("Z", "S"), ("Y", "I"), ("V", "F"), ("W", "U"), ("J", "G"), ("KS", "S"),
)  # fmt: skip
_VOWELS = str.maketrans("", "", "AEIOUH")


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """A rough key of how a word sounds: consonants, alike ones folded, doubles dropped."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    word = word[:1] + word[1:].translate(_VOWELS)
    return "".join(c for i, c in enumerate(word) if i == 0 or c != word[i - 1])


distance = OSA.distance
FAR = 3
"""Two words that are more slips apart than this are never alike: quickly told, true of most."""


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> int:
    """0 the same, 1 a slip, 2 two slips or the same sound, 9 another word."""
    if one == other:
        return 0
    short = min(len(one), len(other))
    if (one in QUALIFIERS and other in QUALIFIERS) or short < 3 or abs(len(one) - len(other)) > 2:
        return 9
    apart = distance(one, other, score_cutoff=FAR)
    if apart == 1 and (short > 3 or one[0] == other[0]):
        return 1
    if apart == 2 and short >= 5:
        return 2
    if apart <= FAR and short >= 4 and sound(one) == sound(other):
        return 2
    return 9


@lru_cache(maxsize=65536)
def resembles(one: str, other: str) -> bool:
    """Much the same word, where everything else already agrees: ETON and EONT, OAKS and OAZ."""
    if alike(one, other) <= 2:
        return True
    short = min(len(one), len(other))
    if short < 3 or one[0] != other[0] or (one in QUALIFIERS and other in QUALIFIERS):
        return False
    return distance(one, other) * 2 <= max(len(one), len(other)) or sound(one) == sound(other)


def find(word: str, words: list[str]) -> tuple[int, int]:
    """(position, slips) of the best fit of a word among words; (-1, 9) without one."""
    if word in words:
        return words.index(word), 0
    best, at, size = 9, -1, len(word)
    for index, other in enumerate(words):
        if -3 < len(other) - size < 3 and distance(word, other, score_cutoff=FAR) <= FAR:
            slips = alike(word, other)
            if slips < best:
                best, at = slips, index
    return at, best


def close(word: str, words: list[str]) -> bool:
    """The word is there, with one slip or, when it is long or sounds the same, with two."""
    at, slips = find(word, words)
    return slips <= 1 or (slips == 2 and (len(word) > 6 or sound(word) == sound(words[at])))


def joined(word: str, kind: str, words: list[str]) -> int:
    """Position where word and street type are written as one, or the word is in two parts."""
    initial = word[0]
    for index, token in enumerate(words):
        if token[0] != initial:
            continue
        if kind and len(token) > len(word) and token.startswith(word):
            rest = token[len(word) :]
            if ABBREVIATIONS.get(rest, rest) == kind:
                return index
        if index + 1 < len(words) and token + words[index + 1] == word:
            return index
    return -1
