"""What was once said, said wrongly: bytes cut, doubled and replaced, values in their places turned
into others. The same Random makes the same changes (O4)."""

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import orjson

LONGEST = 200_000
_MARKS = (
    b"", b"\0", b"\n", b"\r\n", b"\n\n", b'"', b"{", b"}", b"[]", b",", b":", b"=", b";", b"<",
    b"</", b"<!DOCTYPE x>", b"&amp;", b"&x;", b"%", b"%zz", b"\xff", b"\xc3", b"\xed\xa0\x80",
    b"\xe2\x80\xae", b"\xef\xbb\xbf", b"null", b"true", b"-1", b"1e999", b"NaN", b"-0",
    b"18446744073709551616", b"9" * 400, b"[" * 2_000, b'{"a":' * 500,
)  # fmt: skip
"""Pieces that parsers stumble over."""
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, -(2**63), 1e308, -0.0, 0.1, "", " ", "\0",
    "x" * 300, "9" * 40, "07700900123", "\u202e", "\U0001f691", "１２", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59+14:00", "2026-02-30", "2026-11-23T04:40:00", "24:00", "NaN", "Infinity",
    [], {}, [[]], [None], [{}], {"": ""}, ["a"] * 50, "urn:uuid:", "a/b/c", "P1D", "-1", "1,5",
)  # fmt: skip
_NUMBER = re.compile(rb"\d+(\.\d+)?")
_TEXT = re.compile(rb"[A-Za-z]{2,}")
_FIGURES = (b"0", b"-1", b"00", b"1.5", b"99999999999999999999", b"1e9", b"\xd9\xa3", b"")


class Mutator:
    """Changes seeds; now and then a seed stays as it is, so that what is good is in it too."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._ways: tuple[Callable[[bytes, Sequence[bytes]], bytes], ...] = (
            self._json, self._json, self._json, self._bytes, self._bytes, self._figure,
            self._word, self._spliced, self._cut,
        )  # fmt: skip

    def changed(self, seeds: Sequence[bytes]) -> bytes:
        """One of them, changed up to four times."""
        random = self.random
        data = random.choice(seeds)
        for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3, 4))):
            data = random.choice(self._ways)(data, seeds)
        return data[:LONGEST]

    def pieces(self, data: bytes) -> list[bytes]:
        """The same, cut anywhere."""
        cuts = sorted(
            self.random.randrange(len(data) + 1) for _ in range(self.random.randint(0, 6))
        )
        return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]

    def _bytes(self, data: bytes, _: Sequence[bytes]) -> bytes:
        random, made = self.random, bytearray(data)
        for _ in range(random.choice((1, 1, 2, 8))):
            at = random.randrange(len(made) + 1)
            end = min(len(made), at + random.choice((0, 1, 1, 2, 5, 40)))
            made[at:end] = random.choice((random.choice(_MARKS), random.randbytes(1),
                                          bytes(made[at:end]) * 2))  # fmt: skip
        return bytes(made)

    def _cut(self, data: bytes, _: Sequence[bytes]) -> bytes:
        at = self.random.randrange(len(data) + 1)
        return data[:at] if self.random.random() < 0.7 else data[at:]

    def _spliced(self, data: bytes, seeds: Sequence[bytes]) -> bytes:
        other = self.random.choice(seeds)
        end, begin = self.random.randrange(len(data) + 1), self.random.randrange(len(other) + 1)
        return data[:end] + other[begin:]

    def _figure(self, data: bytes, _: Sequence[bytes]) -> bytes:
        return self._one_of(_NUMBER, data, _FIGURES)

    def _word(self, data: bytes, seeds: Sequence[bytes]) -> bytes:
        words = [found[0] for found in _TEXT.finditer(self.random.choice(seeds))]
        return self._one_of(_TEXT, data, words or _FIGURES)

    def _one_of(self, what: re.Pattern[bytes], data: bytes, others: Sequence[bytes]) -> bytes:
        found = list(what.finditer(data))
        if not found:
            return data
        one = self.random.choice(found)
        return data[: one.start()] + self.random.choice(others) + data[one.end() :]

    def _json(self, data: bytes, seeds: Sequence[bytes]) -> bytes:
        """A value in its place becomes another; a key is dropped, doubled or renamed."""
        try:
            whole = orjson.loads(data)
        except orjson.JSONDecodeError:
            return self._bytes(data, seeds)
        places = list(_places(whole))
        if not places:
            return data
        holder, key = self.random.choice(places)
        self._turn(holder, key)
        try:
            return orjson.dumps(whole)
        except (TypeError, orjson.JSONEncodeError):
            return data

    def _turn(self, holder: Any, key: Any) -> None:
        how = self.random.randrange(10)
        if how < 6:
            holder[key] = self.random.choice(_VALUES)
        elif how < 7:
            del holder[key]
        elif how < 8 and isinstance(holder, dict):
            holder[self.random.choice((f"{key}x", key.upper(), "", "id", "type"))] = holder[key]
        elif isinstance(holder[key], str):
            text = holder[key]
            at = self.random.randrange(len(text) + 1)
            holder[key] = text[:at] + self.random.choice(("\0", "9", "é", " ", "-")) + text[at:]
        else:
            holder[key] = [holder[key]]


def _places(value: Any) -> Any:
    """Every (holder, key) in it."""
    inside = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list) else ())  # fmt: skip
    for key, part in list(inside):
        yield value, key
        yield from _places(part)
