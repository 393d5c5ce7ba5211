"""A crew's radio on the air, and the crew that carries it (O3)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from random import Random
from typing import Any

from simulators import radio_words as words
from simulators.radio_words import Incoming


@dataclass(frozen=True, slots=True)
class Crew:
    """Acknowledges between `least` and `most` seconds after a text is on the display, with the
    status `acknowledges`; None: never. `asks` is the status of a question."""

    acknowledges: int | None = 0x8010
    asks: int = 0x8011
    least: float = 2.0
    most: float = 8.0


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong on the air and in the radio; times in seconds.

    `late`: texts come so much later; `lost`: they never come; `doubled`: all it says is said
    twice; `busy`: it is in another call; `off`: it is not registered; `unseen`: texts are received
    and never displayed; `short`: its reports are short ones.
    """

    late: float = 0.0
    lost: bool = False
    doubled: bool = False
    busy: bool = False
    off: bool = False
    unseen: bool = False
    short: bool = False


class Handset:
    """One radio. `say` puts lines on the air; `shown` is what was on its display, in order."""

    def __init__(
        self,
        issi: str,
        crew: Crew,
        say: Callable[[bytes], None],
        *,
        tell: Callable[[str], None],
        random: Random,
    ) -> None:
        self.issi, self.crew, self.faults = issi, crew, Faults()
        self.shown: list[str] = []
        self.messages: list[Incoming] = []
        self.tally: Counter[str] = Counter()
        self.position = (51.3, 0.5)
        self._air, self._tell, self._random = say, tell, random
        self._parts: dict[int, dict[int, str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reference = 0

    # --- what it is sent ---------------------------------------------------------------

    def receive(self, message: Incoming) -> None:
        """The network has a text for it."""
        self._later(self._receive(message))

    async def _receive(self, message: Incoming) -> None:
        if self.faults.lost:
            self.tally["lost"] += 1
            return
        await asyncio.sleep(self.faults.late)
        if self.faults.off or self.faults.busy:
            level = words.NOT_REGISTERED if self.faults.off else words.BUSY
            self._say(words.report(self.issi, message.protocol, message.reference, level))
            return
        self.messages.append(message)
        if message.wants & 1:
            self._report(message, words.RECEIVED)
        text = self._whole(message)
        if self.faults.unseen or text is None:
            return
        self.shown.append(text)
        self.tally["shown"] += 1
        self._tell(f"{self.issi} DISPLAY {text}")
        if message.wants & 2:
            self._report(message, words.CONSUMED)
        if message.wants and self.crew.acknowledges is not None:
            await asyncio.sleep(self._random.uniform(self.crew.least, self.crew.most))
            self.acknowledge()

    def _whole(self, message: Incoming) -> str | None:
        if message.part is None:
            return message.text
        reference, total, number = message.part
        parts = self._parts.setdefault(reference, {})
        parts[number] = message.text
        if len(parts) < total:
            return None
        del self._parts[reference]
        return " ".join(parts[n] for n in range(1, total + 1))

    def _report(self, message: Incoming, level: int) -> None:
        if self.faults.short:
            consumed = level == words.CONSUMED
            self._say(words.short_report(self.issi, message.reference, consumed=consumed))
        else:
            self._say(words.report(self.issi, message.protocol, message.reference, level))

    # --- what the crew does ------------------------------------------------------------

    def acknowledge(self) -> None:
        """Press the status that acknowledges."""
        if self.crew.acknowledges is not None:
            self.press(self.crew.acknowledges)
            self._tell(f"{self.issi} acknowledges")

    def press(self, value: int) -> None:
        """Send a status."""
        self.tally["status"] += 1
        self._say(words.status(self.issi, value))

    def ask(self, text: str | None = None) -> None:
        """What is known of our incident? By status, or by text."""
        if text is None:
            self.press(self.crew.asks)
        else:
            self.write(text)
        self._tell(f"{self.issi} asks")

    def write(self, text: str) -> None:
        """Send a text."""
        self._reference = (self._reference + 1) % 256
        self._say(words.text(self.issi, text, self._reference))

    def emergency(self, *, status: bool = True, call: bool = True, lip: bool = True) -> None:
        """The orange button: up to three signals of one press (D1)."""
        if status:
            self._say(words.status(self.issi, words.EMERGENCY_STATUS))
        if call:
            self._say(words.emergency_call(self.issi))
        if lip:
            self.locate(words.EMERGENCY_REASON)
        self._tell(f"{self.issi} EMERGENCY")

    def locate(self, reason: int = 129) -> None:
        """Say where it is."""
        self._say(words.location(self.issi, *self.position, reason))

    def _say(self, lines: bytes) -> None:
        for _ in range(2 if self.faults.doubled else 1):
            self._air(lines)

    def _later(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def off(self) -> None:
        """Nothing more happens on it."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
