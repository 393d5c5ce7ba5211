"""Packed postings: which markers carry a key. Sorted integers for the many, a dict for the new."""

from collections.abc import Iterable
from zlib import crc32

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.int32]


def key(text: str) -> int:
    """32 bits of a key's text, the same on every machine. A clash only costs a look."""
    return crc32(text.encode())


def keys(texts: Iterable[str]) -> list[int]:
    """`key` of each."""
    return [crc32(text.encode()) for text in texts]


class Postings:
    """Key -> rows. `add` is live at once; `merge` packs what was added."""

    def __init__(self, keys: Keys | None = None, rows: Rows | None = None) -> None:
        self.keys: Keys = np.zeros(0, np.uint32) if keys is None else keys
        self.rows: Rows = np.zeros(0, np.int32) if rows is None else rows
        self._new: dict[int, list[int]] = {}
        self._added = 0

    def add(self, keys: Iterable[int], row: int) -> None:
        """Posts one row under its keys."""
        for one in keys:
            self._new.setdefault(one, []).append(row)
            self._added += 1

    @property
    def added(self) -> int:
        """Postings not packed yet."""
        return self._added

    def extend(self, keys: Keys, rows: Rows) -> None:
        """Packs many postings together with what is there."""
        new = [(one, row) for one, them in self._new.items() for row in them]
        extra = np.array(new, np.int64).reshape(-1, 2)
        keys = np.concatenate((self.keys, extra[:, 0].astype(np.uint32), keys))
        rows = np.concatenate((self.rows, extra[:, 1].astype(np.int32), rows))
        packed = (keys.astype(np.uint64) << np.uint64(32)) | rows.astype(np.uint64)
        packed.sort()
        self.keys = (packed >> np.uint64(32)).astype(np.uint32)
        self.rows = packed.astype(np.uint32).astype(np.int32)
        self._new, self._added = {}, 0

    def merge(self) -> None:
        """Packs what was added."""
        if self._added:
            self.extend(np.zeros(0, np.uint32), np.zeros(0, np.int32))

    def rows_of(self, keys: list[int], most: int) -> list[int]:
        """Rows under any of the keys, each once, in the order of the keys; at most `most`."""
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
        return list(found)[:most]
