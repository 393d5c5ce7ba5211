"""The side of the CAD that takes notes, as the contract suite needs it (N2)."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.channels.broker import free_port
from middleware.ports import Body
from schemas.delivery import DeviceEvent, NoteDisplayed
from schemas.told import CadNote
from tests.brokers import freeze
from tests.rigs import FREEZES, PATIENCE, Device, Got

TAKEN_BACK = (
    "note.withdrawn",
    "back_up.stood_down",
    "report.withdrawn",
    "assault.withdrawn",
    "flag.withdrawn",
)


class CadRig:
    """A CAD that takes notes, in a process of its own. Its receipt is its answer."""

    device = "i4711"
    can = frozenset({FREEZES})
    kinds: frozenset[type[DeviceEvent]] = frozenset({NoteDisplayed})
    played, greeting, path = "cad-receiver", b"takes notes at", "/cad/v1/notes"

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port("127.0.0.1")
        self._process: asyncio.subprocess.Process | None = None
        self._token = folder / "cad.token"
        self._token.write_text("a token of the tests\n")

    @property
    def settings(self) -> dict[str, Any]:
        # A long limit: a slow machine is no dead CAD.
        return {
            "url": f"http://127.0.0.1:{self._port}{self.path}",
            "token_file": self._token,
            "answer_within": "1m",
            "look_every": "200ms",
        }

    def note(self, name: str = "n1", revision: int = 1, **more: Any) -> Body:
        fields = {"expires_at": datetime.now(UTC) + timedelta(hours=1), "headline": "Risk", **more}
        day = date(2026, 11, 22)
        return CadNote(note=name, revision=revision, incident="000042", service_day=day, **fields)

    def answer(self, ask: str) -> Body:
        raise AssertionError("a CAD asks nothing on this way")

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulators", self.played, "--port", str(self._port),
            "--token-file", str(self._token),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stderr
        async with asyncio.timeout(PATIENCE):
            assert self.greeting in await self._process.stderr.readline()

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[Callable[[], bool]]:
        assert self._process
        await freeze(self._process.pid)
        try:
            yield lambda: True
        finally:
            if self._process.returncode is None:
                os.kill(self._process.pid, signal.SIGCONT)

    @asynccontextmanager
    async def signed_in(self) -> AsyncIterator[Device]:
        assert self._process
        assert self._process.stdout
        yield self.device_of(self._process.stdout)

    def device_of(self, lines: asyncio.StreamReader) -> "CadIncident":
        return CadIncident(lines)


class CadIncident:
    """What came into the incidents of the CAD. It says nothing of itself."""

    def __init__(self, lines: asyncio.StreamReader) -> None:
        self._lines = lines

    async def got(self) -> Got:
        async with asyncio.timeout(PATIENCE):
            said = json.loads(await self._lines.readline())
        return Got(said["id"], said["revision"], said["type"] in TAKEN_BACK)

    async def says(self, kind: str, note: str, revision: int, by: str | None = None) -> None:
        raise AssertionError("a CAD answers, and says nothing of itself")

    async def comes_up(self, session: str) -> None:
        raise AssertionError("a CAD answers, and says nothing of itself")

    async def asks(self, ask: str) -> str | None:
        raise AssertionError("a CAD answers, and says nothing of itself")

    async def say_raw(self, raw: bytes) -> None:
        raise AssertionError("a CAD answers, and says nothing of itself")
