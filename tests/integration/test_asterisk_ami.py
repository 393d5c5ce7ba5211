"""The source `asterisk_ami` against the telephony simulator on real sockets (C2, A1, O4)."""

from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from pydantic import ValidationError

from adapters.sources.asterisk_ami import AsteriskAmiSettings
from middleware.ports import World
from schemas.call import CallEnded, CallRang
from schemas.service import SourceLost
from simulators.telephony import TelephonySimulator
from simulators.telephony_play import play
from tests.ami import NAMES, RECORDINGS, in_words, pieces, told
from tests.exchanges import (
    NUMBER,
    calls,
    listening,
    running,
    source_to,
    until,
)
from tests.fakes import FakeIntake


@pytest.fixture
def simulator() -> type[TelephonySimulator]:
    return TelephonySimulator


# --- listening -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
async def test_recorded_traffic_over_a_real_socket_tells_the_recorded_calls(
    exchange: TelephonySimulator, intake: FakeIntake, world: World, name: str
) -> None:
    expected = in_words(told(pieces(name)))
    async with listening(exchange, intake, world):
        await play(exchange, RECORDINGS / f"{name}.ami.jsonl", speed=0)
        await intake.until(events=1 + len(expected))
    assert calls(intake) == expected


@pytest.mark.parametrize("fault", ["slow", "repeat_headers"])
async def test_odd_ways_of_speaking_change_nothing(
    exchange: TelephonySimulator, intake: FakeIntake, world: World, fault: str
) -> None:
    setattr(exchange.faults, fault, True)
    async with listening(exchange, intake, world, ping_every=timedelta(seconds=5)):
        call = exchange.ring(None, "111")
        call.answer("handler3")
        call.hang_up("caller")
        await until(intake, CallEnded)
    assert calls(intake) == [
        "rang line=111",
        "left_queue queue=nhs111",
        "answered handler=handler3 position=Local/handler3@handlers",
        "ended by=caller cause=Normal Clearing",
    ]


# --- what is not ours ----------------------------------------------------------------------


def test_a_username_that_would_begin_another_header_is_refused() -> None:
    with pytest.raises(ValidationError, match="username"):
        AsteriskAmiSettings(password_file=Path("x"), username="crm\r\nAction: Originate")


async def test_something_else_that_listens_there_is_told_and_kept(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    exchange.faults.greeting = "SSH-2.0-OpenSSH_9.2"
    async with running(source_to(exchange, world), intake):
        (lost,) = await until(intake, SourceLost)
    assert lost.reason == "not_ami"
    source, problem, raw = intake.refused[0]
    assert (source, problem.field) == ("asterisk_ami", "greeting")
    assert raw.startswith(b"SSH-2.0")


async def test_what_cannot_be_read_goes_to_quarantine_and_the_next_call_is_told(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    bad = b"Event: Newchannel\r\nno header at all\r\n"
    async with listening(exchange, intake, world):
        exchange.play(bad + b"\r\n")
        exchange.ring(NUMBER)
        await until(intake, CallRang)
    ((source, problem, raw),) = intake.refused
    assert (source, problem.field, raw) == ("asterisk_ami", "line 2", bad)


async def test_without_the_right_to_list_the_remedy_names_it(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    exchange.faults.spoil_list = "refused"
    with structlog.testing.capture_logs() as logs:
        async with listening(exchange, intake, world):
            pass
    assert any("write = reporting" in entry.get("remedy", "") for entry in logs)
