"""A service that subscribes to our cautions, as the contract suite of channels needs it (N2)."""

import asyncio
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from adapters.channels.broker import free_port
from simulators.eido_notifier import PATH
from tests.cad_rig import CadIncident, CadRig
from tests.rigs import PATIENCE, Got

TOKEN = "a token of the tests"


class EidoSubscriberRig(CadRig):
    """In a process of its own, which comes again by itself. Its acknowledgement is its answer."""

    tokens: ClassVar = {sha256(TOKEN.encode()).hexdigest(): "system:neighbour"}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._port = free_port("127.0.0.1")

    @property
    def settings(self) -> dict[str, Any]:
        # Long limits: a slow machine is no dead service.
        at = f"127.0.0.1:{self._port}"
        return {"listen": at, "answer_within": "1m", "ping_every": "20s"}

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulators", "eido", "subscribe",
            "--url", f"ws://127.0.0.1:{self._port}{PATH}", "--token-file", str(self._token),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stderr
        async with asyncio.timeout(PATIENCE):
            assert b"subscribes at" in await self._process.stderr.readline()

    def device_of(self, lines: asyncio.StreamReader) -> CadIncident:
        return EidoSubscriber(lines)


class EidoSubscriber(CadIncident):
    """What it was told."""

    async def got(self) -> Got:
        async with asyncio.timeout(PATIENCE):
            said = json.loads(await self._lines.readline())
        return Got(said["id"], said["revision"], said["withdrawn"])
