"""`python -m simulators telephony` is usable alone, from the command line (O3)."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.sources.asterisk_ari import AsteriskAri, AsteriskAriSettings
from middleware.ops.listening import HostPort
from middleware.ports import World
from schemas.call import CallAnswered, CallEnded, CallRang
from schemas.service import SourceLost
from simulators.__main__ import main
from tests.ami import RECORDINGS, in_words, pieces, told
from tests.exchanges import QUICK, SECRET, calls, running, source_to, until, write_secret
from tests.fakes import FakeIntake


@asynccontextmanager
async def program(
    tmp_path: Path, *given: str, name: str = "telephony"
) -> AsyncIterator[SimpleNamespace]:
    """The simulator as a process of its own; where it listens is read from what it prints."""
    write_secret(tmp_path / "secret", SECRET)
    command = ["-m", "simulators", name, "--port", "0"]
    secret = ["--password-file", str(tmp_path / "secret")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, *secret, *given, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    printed = (await process.stdout.readline()).decode()
    port = int(printed.partition(";")[0].rpartition(":")[2])
    try:
        yield SimpleNamespace(port=port, process=process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_it_plays_a_recording_and_ends(
    tmp_path: Path, intake: FakeIntake, world: World
) -> None:
    recording = str(RECORDINGS / "abusive.ami.jsonl")
    async with program(tmp_path, "--play", recording, "--speed", "0") as exchange:
        async with running(source_to(exchange, world), intake):
            await until(intake, CallEnded)
        assert await exchange.process.wait() == 0
    assert calls(intake) == in_words(told(pieces("abusive")))


async def test_it_makes_up_calls_and_cuts_the_line(
    tmp_path: Path, intake: FakeIntake, world: World
) -> None:
    traffic = ("--calls-per-minute", "6000", "--talk", "0.05", "--cut-every", "50000")
    async with (
        program(tmp_path, *traffic) as exchange,
        running(source_to(exchange, world), intake),
    ):
        await until(intake, CallAnswered, 30)
        await until(intake, CallEnded, 30)
    assert len(intake.of(CallRang)) >= 30
    assert not intake.conflicts
    assert not intake.refused


async def test_the_exchange_over_ari_makes_up_calls_and_lets_another_take_our_place(
    tmp_path: Path, intake: FakeIntake, world: World
) -> None:
    traffic = ("--calls-per-minute", "6000", "--talk", "0.05", "--replace-every", "0.5")
    async with program(tmp_path, *traffic, name="ari") as exchange:
        write_secret(world.state / "ami.secret", SECRET)
        settings = AsteriskAriSettings(
            connect=HostPort("127.0.0.1", exchange.port), retry_refused=QUICK["retry_refused"],
            password_file=world.state / "ami.secret",
        )  # fmt: skip
        async with running(AsteriskAri(settings, world), intake):
            await until(intake, CallEnded, 30)
            (lost, *_) = await until(intake, SourceLost)
    assert lost.reason == "replaced"
    assert not intake.conflicts
    assert not intake.refused


def test_what_is_wrong_is_told_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["telephony", "--password-file", str(tmp_path / "missing")]) == 1
    assert "check the file that was named" in capsys.readouterr().err
