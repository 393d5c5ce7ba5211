"""The backlog: records that the journal lacks and that lie beside it, in order, by position."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

CHUNK = 500
"""Records offered to the journal together."""


@dataclass(slots=True)
class Backlog:
    """`before` is the position before the first of them, `size` their bytes.

    An offer that failed may have come all the same: it is made again with the same records.
    """

    before: int = 0
    size: int = 0
    _records: deque[bytes] = field(default_factory=deque)
    _offered: int = 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def last(self) -> int:
        """The position of the last."""
        return self.before + len(self._records)

    def begin(self, before: int, offered: int) -> None:
        """The journal is at `before`; the first `offered` records were offered to it already."""
        self.before, self._offered = before, offered

    def add(self, records: Sequence[bytes]) -> None:
        self._records.extend(records)
        self.size += sum(map(len, records))

    def after(self, position: int) -> list[bytes]:
        """Those behind the position."""
        return list(islice(self._records, max(0, position - self.before), None))

    def offer(self) -> list[bytes]:
        """The next for the journal."""
        self._offered = self._offered or min(len(self._records), CHUNK)
        return list(islice(self._records, self._offered))

    def taken(self) -> None:
        """The journal has what was offered."""
        for _ in range(self._offered):
            self.size -= len(self._records.popleft())
        self.before, self._offered = self.before + self._offered, 0
