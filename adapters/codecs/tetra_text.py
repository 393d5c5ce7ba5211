"""Texts in TETRA messages: coding schemes and time stamps (EN 300 392-2 clause 29.5.4)."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

GSM_7 = 0
LATIN_1 = 1
UTF_16 = 26

CODECS = {
    **{n: f"iso8859-{n}" for n in range(1, 11)},
    **{n: f"iso8859-{n + 2}" for n in range(11, 14)},
    **{
        14 + n: f"cp{page}"
        for n, page in enumerate((437, 737, 850, 852, 855, 857, 860, 861, 863, 865, 866, 869))
    },
    UTF_16: "utf-16-be",
}
"""Coding scheme (table 29.29) to Python's name of it; 0 is packed 7 bit, read below."""

_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u201b\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u2033", '"'),
        "\u2026": "...",
        "\u2022": "*",
        "\u20ac": "EUR",
        "\u2192": "->",
        "\u00a0": " ",
        "ł": "l",
        "Ł": "L",
        "œ": "oe",
        "Œ": "OE",
    }
)
"""Signs and letters that Latin-1 lacks, and no decomposition leads to."""


class TimeFrame(IntEnum):
    """What clock a time stamp was read from."""

    APPLICATION = 0
    UTC = 1
    LOCAL = 2
    LOCAL_SUMMER = 3


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """Month to minute: the year is not said. Fields as sent, so they may be out of range."""

    frame: TimeFrame
    month: int
    day: int
    hour: int
    minute: int


def to_latin_1(text: str) -> str:
    """The text in letters that every radio has: accents stay where Latin-1 has them, typographic
    signs become plain ones, what is left becomes `?`; control characters become spaces."""
    plain = "".join(map(_to_latin_1, unicodedata.normalize("NFC", text).translate(_PLAIN)))
    return "".join(c if c.isprintable() else " " for c in plain)


def _to_latin_1(letter: str) -> str:
    if ord(letter) < 256:
        return letter
    bare = unicodedata.normalize("NFKD", letter).encode("latin-1", "ignore").decode("latin-1")
    return bare or "?"


def decode_text(scheme: int, octets: bytes) -> str:
    """What was written; a scheme that nobody knows is read as Latin-1, what fits none as �."""
    if scheme == GSM_7:
        return _unpack(octets)
    return octets.decode(CODECS.get(scheme, "latin-1"), "replace")


def encode_text(scheme: int, text: str) -> bytes:
    """ValueError where the scheme lacks a letter of the text."""
    if scheme == GSM_7:
        return _pack(text)
    return text.encode(CODECS[scheme])


def _unpack(octets: bytes) -> str:
    """Packed from the lowest bit on, as in GSM (unverified for TETRA: no source has a vector)."""
    value = int.from_bytes(octets, "little")
    count = len(octets) * 8 // 7
    septets = [value >> 7 * n & 0x7F for n in range(count)]
    if len(octets) % 7 == 0 and septets and septets[-1] == _GSM.index("\r"):
        septets.pop()  # fills up the last octet
    return "".join(_GSM[septet] for septet in septets)


def _pack(text: str) -> bytes:
    if len(text) % 8 == 7:
        text += "\r"
    value = sum(_GSM.index(letter) << 7 * n for n, letter in enumerate(text))
    return value.to_bytes(-(-7 * len(text) // 8), "little")


def read_time_stamp(octets: bytes) -> TimeStamp:
    """Three octets: frame 2, reserved 2, month 4, day 5, hour 5, minute 6."""
    value = int.from_bytes(octets[:3], "big")
    return TimeStamp(
        TimeFrame(value >> 22 & 3),
        value >> 16 & 0xF,
        value >> 11 & 0x1F,
        value >> 6 & 0x1F,
        value & 0x3F,
    )


def write_time_stamp(moment: datetime) -> bytes:
    """`moment` is in UTC."""
    value = TimeFrame.UTC << 22 | moment.month << 16 | moment.day << 11 | moment.hour << 6
    return (value | moment.minute).to_bytes(3, "big")
