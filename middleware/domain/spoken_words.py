"""Figures, letters and dates as people say them on the telephone (N4).

House numbers up to ninety-nine are said as numbers, longer ones figure by figure: over a bad line
"one two zero" is heard more surely than a long number. Letters that stand alone in a postcode or a
call sign are said in the phonetic alphabet.
"""

import re
import unicodedata
from datetime import date

FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TO_NINETEEN = (
    *FIGURES,
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_PHONETIC = {
    word[0]: word
    for word in (
        "Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliet Kilo Lima Mike November "
        "Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu"
    ).split()
}
_PLAIN = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l",
        "Ł": "L", "đ": "d", "Đ": "D", "þ": "th", "Þ": "Th", "ð": "d", "½": " 1/2",
        "\u2018": "'", "\u2019": "'", "\u2044": "/",
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014", "-"),
    }
)  # fmt: skip
LONGEST_NUMBER = 5
"""Figures of a house, a flat or a road; what is longer is no part of where a crew goes."""


def plain(text: str) -> str:
    """Latin letters without accents and plain figures: what the voice can say; else a gap."""
    parts = unicodedata.normalize("NFKD", text.translate(_PLAIN)).translate(_PLAIN)
    return "".join(_plain_letter(c) for c in parts if not unicodedata.combining(c))


def _plain_letter(letter: str) -> str:
    figure = unicodedata.decimal(letter, None)
    if figure is not None:
        return str(figure)
    return letter if letter.isascii() and letter.isprintable() else " "


def number(figures: str) -> str:
    """A house number or a count: "14" → "fourteen", "120" → "one two zero"."""
    if len(figures) > LONGEST_NUMBER:
        return "long number"
    value = int(figures)
    if figures.startswith("0") or (value > 99 and (value % 100 or value > 900)):
        return each(figures)
    return f"{FIGURES[value // 100]} hundred" if value > 99 else _up_to_99(value)


def _up_to_99(value: int) -> str:
    if value < 20:
        return _TO_NINETEEN[value]
    tens, ones = divmod(value, 10)
    return _TENS[tens - 2] + (f"-{FIGURES[ones]}" if ones else "")


def ordinal(figures: str) -> str:
    """The figures "2" → "second"; from a hundred on "number one two zero"."""
    if len(figures) > 2:
        return f"number {number(figures)}"
    head, hyphen, last = _up_to_99(int(figures)).rpartition("-")
    last = _ORDINALS.get(last) or f"{last.removesuffix('y')}{'ie' * last.endswith('y')}th"
    return f"{head}{hyphen}{last}"


def each(figures: str) -> str:
    """Figure by figure: "097" → "zero nine seven"."""
    return " ".join(FIGURES[int(figure)] for figure in figures)


def spelled(code: str) -> str:
    """A postcode part or a call sign, sign by sign: "1XQ" → "one X-ray Quebec"."""
    signs = re.findall(r"[A-Z0-9]", plain(code).upper())
    return " ".join(each(sign) if sign.isdigit() else _PHONETIC[sign] for sign in signs)


def day(value: date) -> str:
    """A date: "the third of March twenty twenty-five"."""
    return f"the {ordinal(str(value.day))} of {_MONTHS[value.month - 1]} {year(value.year)}"


def year(value: int) -> str:
    """A year as people say it: 2026 → "twenty twenty-six", 2005 → "two thousand and five"."""
    if 2000 <= value <= 2009:
        return "two thousand" + (f" and {FIGURES[value - 2000]}" if value > 2000 else "")
    century, rest = divmod(value, 100)
    if century < 10 or 0 < rest < 10:
        return each(str(value))
    return f"{_up_to_99(century)} {_up_to_99(rest) if rest else 'hundred'}"


def in_words(text: str) -> str:
    """A short phrase of ours or of a list with its figures in words: "14 months ago"."""
    said = re.sub(r"\d+", lambda found: f" {number(found[0])} ", plain(text))
    return re.sub(r"\s+", " ", re.sub(r"[^A-Za-z',.:-]", " ", said)).strip()
