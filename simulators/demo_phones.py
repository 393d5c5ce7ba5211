"""The hands-free telephones of the demo's crews: `python -m simulators phone` in a process of its
own, because of the SIP stack."""

import asyncio
import contextlib
import json
import random
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from simulators.shift import Vehicle

TRIES = 3
LISTENS_WITHIN_S = 20.0
USUAL = 5060
CREW = """\
[{callsign}]
number = "{number}"
behaviour = {behaviour}
"""

Say = Callable[[str], None]


@asynccontextmanager
async def telephones(fleet: Iterable[Vehicle], folder: Path) -> AsyncIterator["Telephones"]:
    """On while the context lasts, where they can be; what they hear lies in `folder`."""
    crews, heard = folder / "telephones.toml", folder / "calls"
    crews.write_text("".join(map(_written, fleet)), encoding="utf-8")
    phones = Telephones()
    for _ in range(TRIES):
        await phones.start(_free_port(), crews, heard)
        if phones.port:
            break
    try:
        yield phones
    finally:
        await phones.stop()


class Telephones:
    """`port`: where they are called, 0 where no telephone could be made; `why` says why not."""

    def __init__(self) -> None:
        self.port = 0
        self.why = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, port: int, crews: Path, heard: Path) -> None:
        words = ("--listen", f"127.0.0.1:{port}", "--crews", str(crews), "--record", str(heard))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulators", "phone", *words,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LISTENS_WITHIN_S):
                async for line in self.lines():
                    if line.startswith("listening"):
                        self.port = port
                        return
                    self.why = line
        await self.stop()

    async def lines(self) -> AsyncIterator[str]:
        """What happens on them, to their end."""
        while self._process and self._process.stdout:
            line = await self._process.stdout.readline()
            if not line:
                return
            yield line.decode(errors="replace").strip().removeprefix("phone: ")

    async def stop(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


def _written(vehicle: Vehicle) -> str:
    if vehicle.phone is None:
        return ""
    behaviour = ", ".join(f"{k} = {json.dumps(v)}" for k, v in vehicle.phone.behaviour.items())
    return CREW.format(
        callsign=vehicle.callsign, number=vehicle.phone.number, behaviour=f"{{ {behaviour} }}"
    )


def _free_port() -> int:
    """For UDP; below those that the system gives to outgoing connections."""
    for port in (USUAL, *random.sample(range(20_000, 32_000), 100)):
        with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", port))
            return port
    return USUAL
