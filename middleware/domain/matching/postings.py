"""Packed postings: which rows carry a key. Sorted integers for the many, a dict for the new."""

from collections.abc import Iterable
from zlib import crc32

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.int32]

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
        self._new: dict[int, list[int]] = {}

    def add(self, keys: Iterable[int], row: int) -> None:
        """Posts one row under its keys."""
        for one in keys:
            self._new.setdefault(one, []).append(row)

    def drop(self, keys: Iterable[int], row: int) -> None:
        """Takes one row away again as far as it is not packed."""
        for one in keys:
            rows = self._new.get(one, ())
            if row in rows:
                self._new[one] = [other for other in rows if other != row]

    def pack(self, keys: Keys, rows: Rows, live: npt.NDArray[np.bool_]) -> None:
        """Sorts these together with what is there; rows that are not live go."""
        keys, rows = self._with(keys, rows)
        kept = live[rows]
        packed = (keys[kept].astype(np.uint64) << _HIGH) | rows[kept].astype(np.uint64)
        packed.sort()
        self.keys = (packed >> _HIGH).astype(np.uint32)
        self.rows = (packed & _LOW).astype(np.int32)
        self._new = {}

    def packed(self, live: npt.NDArray[np.bool_]) -> "Postings":
        """A packed copy; this one stays as it is."""
        copy = Postings(*self._with(np.zeros(0, np.uint32), np.zeros(0, np.int32)))
        copy.pack(np.zeros(0, np.uint32), np.zeros(0, np.int32), live)
        return copy

    def _with(self, keys: Keys, rows: Rows) -> tuple[Keys, Rows]:
        new = np.array(
            [(one, row) for one, them in list(self._new.items()) for row in them], np.int64
        )
        new = new.reshape(-1, 2)
        return (
            np.concatenate((self.keys, new[:, 0].astype(np.uint32), keys)),
            np.concatenate((self.rows, new[:, 1].astype(np.int32), rows)),
        )

    def rows_of(self, keys: list[int], most: int) -> list[int]:
        """Rows under any of the keys, each once, in the order of the keys; at most `most` a key."""
        found: dict[int, None] = {}
        if len(self.keys) and keys:
            wanted = np.array(keys, np.uint32)
            starts = self.keys.searchsorted(wanted).tolist()
            ends = self.keys.searchsorted(wanted, "right").tolist()
            for start, end in zip(starts, ends, strict=True):
                if end > start:
                    found.update(dict.fromkeys(self.rows[start : min(end, start + most)].tolist()))
        if self._new:
            for one in keys:
                rows = self._new.get(one)
                if rows:
                    found.update(dict.fromkeys(rows[:most]))
        return list(found)
