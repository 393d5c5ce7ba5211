"""Packed postings: which rows carry a key. Sorted integers for the many, a dict for the new."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.int32]

FULL, PART = 20_000, 64
"""Postings that may wait in the dict: so many, or this part of what is packed."""
CROWD = 3
"""About two to the power of this many keys have the same beginning."""
_LOW = np.uint64(0xFFFFFFFF)
_HIGH = np.uint64(32)


def hashed(texts: Iterable[str]) -> list[int]:
    """Keys as 32 bits, the same on every machine. A clash only costs a look."""
    return [crc32(text.encode()) for text in texts]


class Postings:
    """Key -> rows. `add` is live at once; `pack` sorts many in one go."""

    def __init__(self, keys: Keys | None = None, rows: Rows | None = None) -> None:
        self.keys: Keys = np.zeros(0, np.uint32) if keys is None else keys
        self.rows: Rows = np.zeros(0, np.int32) if rows is None else rows
        self._clear()

    def add(self, keys: Iterable[int], row: int) -> None:
        """Posts one row under its keys."""
        for one in keys:
            self._new.setdefault(one, []).append(row)
            self._log[0].append(one)
            self._log[1].append(row)

    def drop(self, keys: Iterable[int], row: int) -> None:
        """Takes one row away again as far as it is not packed."""
        for one in keys:
            rows = self._new.get(one)
            if rows and row in rows:
                rows.remove(row)
                if not rows:
                    del self._new[one]

    def is_full(self) -> bool:
        """So much is not packed that it should be merged."""
        return len(self._log[0]) > max(FULL, len(self.keys) // PART)

    def merge(self, live: Callable[[int], bool]) -> None:
        """Puts what was added between what is packed: a few milliseconds for 100,000 markers."""
        keys, rows = self._fresh()
        kept = np.fromiter(map(live, self._log[1]), np.bool_, len(rows))
        keys, rows = keys[kept], rows[kept]
        order = np.lexsort((rows, keys))
        places = self.keys.searchsorted(keys[order], "right")
        self.keys = np.insert(self.keys, places, keys[order])
        self.rows = np.insert(self.rows, places, rows[order])
        self._clear()

    def _clear(self) -> None:
        """Nothing waits: all is packed, and a table says where the keys of each beginning start."""
        self._new: dict[int, list[int]] = {}
        self._log = (array("I"), array("i"))
        bits = max(len(self.keys).bit_length() - CROWD, 0)
        self._shift = 32 - bits
        heads = np.arange(1 << bits, dtype=np.uint64) << np.uint64(self._shift)
        starts = self.keys.searchsorted(heads.astype(np.uint32))
        self._starts = np.append(starts, len(self.keys)).astype(np.uint32).data
        self._packed, self._sorted = self.keys.data, self.rows.data

    def pack(self, keys: Keys, rows: Rows, live: npt.NDArray[np.bool_]) -> None:
        """Sorts these together with what is there; rows that are not live go."""
        keys, rows = self._with(keys, rows)
        kept = live[rows]
        packed = (keys[kept].astype(np.uint64) << _HIGH) | rows[kept].astype(np.uint64)
        packed.sort()
        self.keys = (packed >> _HIGH).astype(np.uint32)
        self.rows = (packed & _LOW).astype(np.int32)
        self._clear()

    def packed(self, live: npt.NDArray[np.bool_]) -> "Postings":
        """A packed copy; this one stays as it is."""
        copy = Postings(*self._with(np.zeros(0, np.uint32), np.zeros(0, np.int32)))
        copy.pack(np.zeros(0, np.uint32), np.zeros(0, np.int32), live)
        return copy

    def _with(self, keys: Keys, rows: Rows) -> tuple[Keys, Rows]:
        new_keys, new_rows = self._fresh()
        return (
            np.concatenate((self.keys, new_keys, keys)),
            np.concatenate((self.rows, new_rows, rows)),
        )

    def _fresh(self) -> tuple[Keys, Rows]:
        """What is not packed, as arrays; what was dropped is still among it."""
        return np.array(self._log[0], np.uint32), np.array(self._log[1], np.int32)

    def rows_of(self, keys: list[int], most: int) -> Iterator[Sequence[int]]:
        """Rows under each of the keys, at most `most` a key. A row may come again."""
        packed, starts, shift = self._packed, self._starts, self._shift
        for one in keys if len(packed) else ():
            head = one >> shift
            high = starts[head + 1]
            at = bisect_left(packed, one, starts[head], high)
            if at < high and packed[at] == one:
                yield self._sorted[at : bisect_right(packed, one, at + 1, min(at + most, high))]
        if self._new:
            for one in keys:
                yield self._new.get(one, ())[:most]
