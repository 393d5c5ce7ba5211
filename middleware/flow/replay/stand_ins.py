"""What a replay has in place of the world outside (O2)."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import ClassVar

from pydantic_core import to_json

from middleware.domain.matching import MarkerIndex
from middleware.flow.index import Index
from middleware.ports import Intake, Snapshot, ToDevice
from schemas.check import Answer, Whereabouts
from schemas.marker import Marker


class NoJournal:
    """A journal that keeps nothing: what comes out of a replay is in its outcome."""

    def __init__(self) -> None:
        self._head = 0

    async def acquire(self) -> int:
        return 1

    async def head(self) -> int:
        return self._head

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        self._head = expected + len(records)

    async def read(self, after: int, limit: int | None = None) -> AsyncIterator[tuple[int, bytes]]:
        for _ in ():
            yield _

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        """A replay is never restarted."""

    async def load_snapshot(self, version: str) -> Snapshot | None:
        return None

    async def close(self) -> None:
        """Nothing is open."""


class OneRunKeys:
    """A key for what nobody keeps."""

    current = "replay"

    def key(self, name: str) -> bytes:
        return bytes(32)


class PlayedChannel:
    """A channel that takes everything; receipts and answers come from the recording."""

    def __init__(self, name: str, sent: Callable[[str, ToDevice], None]) -> None:
        self.name, self._sent = name, sent

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        came_back()
        await asyncio.get_running_loop().create_future()

    async def send(self, message: ToDevice) -> None:
        self._sent(self.name, message)


class RecordedAnswers:
    """The index, asked only where the recording has no answer: its answers are given again, in
    their order. `asked`: how often there was none."""

    version: ClassVar[str] = MarkerIndex.version

    def __init__(self, index: Index) -> None:
        self._index = index
        self._answers: dict[bytes, deque[Answer]] = defaultdict(deque)
        self.asked = 0

    def keep(self, place: Whereabouts, answer: Answer) -> None:
        self._answers[to_json(place)].append(answer)

    @property
    def position(self) -> int:
        return self._index.position

    def __len__(self) -> int:
        return len(self._index)

    def check(self, place: Whereabouts) -> Answer:
        known = self._answers.get(to_json(place))
        if not known:
            self.asked += 1
            return self._index.check(place)
        answer = known.popleft() if len(known) > 1 else known[0]
        return answer.model_copy(update={"position": self._index.position})

    def put(self, marker: Marker) -> None:
        self._index.put(marker)

    def put_many(self, markers: Iterable[Marker]) -> None:
        self._index.put_many(markers)

    def remove(self, marker_id: str) -> None:
        self._index.remove(marker_id)

    def follow(self, position: int) -> None:
        self._index.follow(position)
