"""Work kept in order for each key, keys served in turn, bounded for each and in total (O4)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """One key that says much waits behind itself, never before the others."""

    def __init__(self, *, bound: int, each: int) -> None:
        """At most `bound` items, `each` of one key; those being worked on count."""
        self._bound = bound
        self._each = each
        self._waiting: dict[str, deque[T]] = {}
        self._turns: asyncio.Queue[str] = asyncio.Queue()
        self.depth = 0

    def put(self, key: str, item: T) -> bool:
        """False when there is no room: nothing was taken."""
        line = self._waiting.get(key)
        if self.depth >= self._bound or (line and len(line) >= self._each):
            return False
        if line is None:
            line = self._waiting[key] = deque()
            self._turns.put_nowait(key)
        line.append(item)
        self.depth += 1
        return True

    async def work(self, handle: Callable[[T], Awaitable[None]]) -> None:
        """Handle one item after the other; never returns. As many of these as should run at once:
        no two ever handle items of one key at the same time. What was not handled to its end, by
        a fault or by cancellation, stays the first of its key."""
        while True:
            key = await self._turns.get()
            line = self._waiting[key]
            try:
                await handle(line[0])
                line.popleft()
                self.depth -= 1
            finally:
                if line:
                    self._turns.put_nowait(key)
                else:
                    del self._waiting[key]
