"""The other side of the radio channel: the played radio at the control room, one crew's by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.channels.broker import free_port
from middleware.ports import Body
from schemas.delivery import CrewAcknowledged, CrewAsked, DeviceEvent, NoteDisplayed
from schemas.told import RadioAnswer, RadioText
from simulators import radio_words as words
from simulators.radio import RadioGateway
from simulators.radio_handset import Crew, Handset
from tests.rigs import FREEZES, GARBAGE, PATIENCE, SPEAKS, Got

RADIO = "1001001"
STATUS = {"8010": "acknowledge", "8011": "ask", "8012": "cancel"}
AT_ONCE = Crew(least=0.0, most=0.0)
SILENT_CREW = Crew(acknowledges=None)


def line_settings(gateway: RadioGateway, **settings: Any) -> dict[str, Any]:
    """Long limits: a slow machine is no dead radio."""
    return {
        "connect": f"127.0.0.1:{gateway.port}",
        "status": STATUS,
        "answer_within": "1m",
        "poll_every": "1m",
        "retry_first": "10ms",
        "retry_most": "50ms",
        **settings,
    }


def radio_text(note: str = "n1", revision: int = 1, **fields: Any) -> RadioText:
    """A note in force for another hour."""
    until = datetime.now(UTC) + timedelta(hours=1)
    given = {"incident": "i1", "expires_at": until, "text": "VIOLENCE 14 months ago", **fields}
    return RadioText(note=note, revision=revision, **given)


class ByHand(Handset):
    """A crew's radio that reports, acknowledges and asks only when it is told to."""

    def __init__(self, gateway: RadioGateway) -> None:
        super().__init__(
            RADIO, AT_ONCE, gateway.from_air, tell=lambda _: None, random=gateway.random
        )
        self.inbox: asyncio.Queue[words.Incoming] = asyncio.Queue()

    def receive(self, message: words.Incoming) -> None:
        self.messages.append(message)
        self.inbox.put_nowait(message)


class RadioRig:
    """For the contract suite; nothing is started in `__init__` but a port is kept."""

    device = RADIO
    can = frozenset({SPEAKS, GARBAGE, FREEZES})
    kinds: frozenset[type[DeviceEvent]] = frozenset({NoteDisplayed, CrewAcknowledged, CrewAsked})

    def __init__(self, folder: Path) -> None:
        self._gateway = RadioGateway(port=free_port("127.0.0.1"))

    @property
    def settings(self) -> dict[str, Any]:
        return line_settings(self._gateway)

    def note(self, name: str = "n1", revision: int = 1, **more: Any) -> Body:
        withdrawn = more.get("withdrawn", False)
        what, words = "withdrawn" if withdrawn else "note", more.get("headline", "")
        text = f"{name} {revision} {what} {words}".strip()
        return radio_text(name, revision, withdrawn=withdrawn, text=text)

    def answer(self, ask: str) -> Body:
        return RadioAnswer(ask=ask, texts=(ask,))

    async def start(self) -> None:
        await self._gateway.start()

    async def kill(self) -> None:
        await self._gateway.stop()

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[Callable[[], bool]]:
        self._gateway.freeze()
        try:
            yield lambda: self._gateway.waits
        finally:
            self._gateway.thaw()

    @asynccontextmanager
    async def signed_in(self) -> AsyncIterator["RadioDevice"]:
        handset = ByHand(self._gateway)
        self._gateway.handsets[RADIO] = handset
        yield RadioDevice(handset, self._gateway)
        del self._gateway.handsets[RADIO]


class RadioDevice:
    """Reads the notes of RadioRig, which say which they are."""

    def __init__(self, handset: ByHand, gateway: RadioGateway) -> None:
        self._handset, self._gateway = handset, gateway

    async def got(self) -> Got:
        async with asyncio.timeout(PATIENCE):
            message = await self._handset.inbox.get()
        name, *rest = message.text.split()
        return Got(name, int(rest[0]), rest[1] == "withdrawn") if rest else Got(name)

    async def says(self, kind: str, note: str, revision: int, by: str | None = None) -> None:
        if kind == "acknowledged":
            self._handset.acknowledge()
            return
        sent = [m for m in self._handset.messages if m.text.startswith(f"{note} {revision} ")]
        for level in (words.RECEIVED, words.CONSUMED):
            report = words.report(RADIO, sent[-1].protocol, sent[-1].reference, level)
            self._gateway.from_air(report)

    async def comes_up(self, session: str) -> None:
        """A radio says nothing of that."""

    async def asks(self, ask: str) -> None:
        self._handset.ask(f"ask {ask}")

    async def say_raw(self, raw: bytes) -> None:
        self._gateway.from_air(raw + b"\r\n")
