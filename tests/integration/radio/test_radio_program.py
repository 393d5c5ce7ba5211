"""`python -m simulators radio`: a fleet on a port or a pseudo-terminal (O3)."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from schemas.delivery import CrewAcknowledged, CrewAsked, NoteDisplayed
from schemas.safety import ManDownSignalled, PositionReported
from simulators.radio import RadioGateway
from tests.brokers import until
from tests.radio_desk import Desk, at_work, settings


@asynccontextmanager
async def program(folder: Path, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """It runs while the context lasts, and ends when it is asked to."""
    command = [sys.executable, "-m", "simulators", "radio", *options]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await process.wait()


async def says(process: asyncio.subprocess.Process, words: bytes) -> bytes:
    assert process.stdout
    async with asyncio.timeout(60):
        while words not in (line := await process.stdout.readline()):
            assert line, "it ended"
    return line


def pressed(desk: Desk) -> set[tuple[str, str]]:
    """Which radios said by what that their button was pressed."""
    return {(e.radio, e.signal) for e in desk.intake.of(ManDownSignalled)}  # type: ignore[attr-defined]


async def test_o3_a_crew_displays_acknowledges_asks_and_presses_the_button(tmp_path: Path) -> None:
    path = tmp_path / "radio"
    options = (
        "--pty", str(path), "--fleet", "2", "--acknowledges-after", "0", "0", "--ask-every", "0.2",
        "--locate-every", "0.2", "--emergency-every", "0.3", "--emergency-by", "status", "lip",
    )  # fmt: skip
    async with program(tmp_path, *options) as played:
        await says(played, b"PEI at pty")
        there = RadioGateway(serial=path)  # says only where it is: the program plays it
        async with at_work(there, settings(there), tmp_path / "state") as desk:
            await desk.tells()
            await desk.hears(NoteDisplayed)
            await desk.hears(CrewAcknowledged)
            await desk.hears(CrewAsked)
            await desk.hears(PositionReported, 2)
            await until(lambda: len(pressed(desk)) == 4)
        assert {signal for _, signal in pressed(desk)} == {"status_emergency", "lip_emergency"}
        assert {radio for radio, _ in pressed(desk)} == {"1001001", "1001002"}
        played.send_signal(signal.SIGINT)
        assert b"2 radios: " in await says(played, b"radios: ")
        assert await played.wait() == 0


async def test_o3_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    there = RadioGateway()
    async with there.running(), program(tmp_path, "--port", str(there.port)) as played:
        _, errors = await played.communicate()
    assert played.returncode == 1
    assert b"choose another --port" in errors


async def test_o3_the_help_teaches(tmp_path: Path) -> None:
    async with program(tmp_path, "--help") as played:
        shown, _ = await played.communicate()
    for words in (b"--emergency-every", b"--never-acknowledges", b"example:", b"[channel.radio]"):
        assert words in shown
