"""The other side of the channel `voice`, as the contract suite needs it: an Asterisk, with a crew
that hears the note and presses 1 (N4)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.channels.broker import free_port
from adapters.channels.voice_round import LEAD_IN
from adapters.channels.voice_speech import Speech
from middleware.ports import Body
from schemas.delivery import DeviceEvent, NoteDisplayed
from schemas.told import SpokenNote
from simulators.ari import AriSimulator, Crew
from tests.brokers import real_world, until
from tests.rigs import FREEZES, PATIENCE, Device, Got


class VoiceRig:
    """Its device is a telephone, which can say nothing but a key."""

    device = "+447700900123"
    can = frozenset({FREEZES})
    kinds: frozenset[type[DeviceEvent]] = frozenset({NoteDisplayed})

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port("127.0.0.1")
        self._password = folder / "ari.password"
        self._password.write_text("a password of the tests")
        self._password.chmod(0o600)
        self._notes: list[SpokenNote] = []
        self._asterisk: AriSimulator | None = None

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "through": "asterisk",
            "ari_url": f"http://127.0.0.1:{self._port}/ari",
            "ari_password_file": self._password,
            "ari_sounds": self._folder / "sounds",
        }

    def note(self, name: str = "n1", revision: int = 1, **more: Any) -> Body:
        words = f"{more.get('headline', 'Violence warning')}. Number {'one ' * revision}."
        made = SpokenNote(
            note=name, revision=revision, incident="C-1", sentences=(words,),
            withdrawn=more.get("withdrawn", False),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )  # fmt: skip
        self._notes.append(made)
        return made

    def answer(self, ask: str) -> Body:
        raise AssertionError("nobody asks on this way")

    async def start(self) -> None:
        crew = Crew(does=("1",))
        self._asterisk = AriSimulator("forewarn", "a password of the tests", crew, self._port)
        await self._asterisk.__aenter__()

    async def kill(self) -> None:
        asterisk, self._asterisk = self._asterisk, None
        if asterisk:
            await asterisk.__aexit__(None, None, None)

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[Callable[[], bool]]:
        assert self._asterisk
        asterisk, before = self._asterisk, len(self._asterisk.asked)
        asterisk.freeze()
        try:
            yield lambda: "POST /channels" in [what for what, _ in asterisk.asked[before:]]
        finally:
            asterisk.thaw()

    @asynccontextmanager
    async def signed_in(self) -> AsyncIterator[Device]:
        assert self._asterisk
        yield Telephone(self._asterisk, self._folder, self._notes)


class Telephone:
    """Knows a note by its sound: byte for byte that of its sentences."""

    def __init__(self, asterisk: AriSimulator, folder: Path, notes: list[SpokenNote]) -> None:
        self._asterisk, self._notes = asterisk, notes
        self._speech = Speech(["nanotts"], real_world(folder))

    async def got(self) -> Got:
        async with asyncio.timeout(PATIENCE):
            await until(lambda: bool(self._asterisk.heard))
            heard = self._asterisk.heard[0]
            for note in self._notes:
                if heard == LEAD_IN + await self._speech.say(" ".join(note.sentences)):
                    return Got(note.note, note.revision, note.withdrawn)
        raise AssertionError("that is the sound of no note")

    async def says(self, kind: str, note: str, revision: int, by: str | None = None) -> None:
        raise AssertionError("it says nothing but a key")

    async def comes_up(self, session: str) -> None:
        raise AssertionError("it says nothing but a key")

    async def asks(self, ask: str) -> str | None:
        raise AssertionError("it says nothing but a key")

    async def say_raw(self, raw: bytes) -> None:
        raise AssertionError("it says nothing but a key")
