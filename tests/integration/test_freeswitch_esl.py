"""The source `freeswitch_esl` against the simulated exchange on real sockets (C2, A1, O4)."""

import pytest

from middleware.ports import World
from schemas.call import CallEnded, CallRang
from schemas.service import SourceConnected, SourceLost
from simulators.esl_words import frame
from simulators.freeswitch import FreeswitchSimulator
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
def simulator() -> type[FreeswitchSimulator]:
    return FreeswitchSimulator


async def test_a_call_is_followed_from_the_ringing_through_a_transfer_to_the_hang_up(
    exchange: FreeswitchSimulator, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        call = exchange.ring(NUMBER)
        call.answer("handler2")
        call.warn()
        call.transfer("handler3")
        call.warn()
        call.terminate_for_abuse()
        await until(intake, CallEnded)
    assert calls(intake) == [
        f"rang number={NUMBER} line=999",
        "left_queue queue=emergency@default",
        "answered handler=handler2 position=handler2@default",
        "abuse_warned handler=handler2 warning=1",
        "answered handler=handler3 position=sofia/internal/handler3@192.0.2.10:5060",
        "abuse_warned handler=handler3 warning=2",
        (
            "terminated_for_abuse handler=handler3 ground=two warnings given "
            "category=directed_verbal_abuse_general"
        ),
        "ended by=handler cause=NORMAL_CLEARING",
    ]
    assert not intake.refused


async def test_a_withheld_number_is_no_number(
    exchange: FreeswitchSimulator, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        exchange.ring(None, "111").hang_up()
        await until(intake, CallEnded)
    assert calls(intake)[0] == "rang line=111"


@pytest.mark.parametrize(
    ("greeting", "reason"),
    [
        ("SSH-2.0-OpenSSH_9.2\n\n", "not_esl"),
        (frame("text/rude-rejection", b"Access Denied, go away.\n").decode(), "login_refused"),
    ],
)
async def test_who_listens_there_and_is_not_ours_is_told(
    exchange: FreeswitchSimulator, intake: FakeIntake, world: World, greeting: str, reason: str
) -> None:
    exchange.faults.greeting = greeting
    async with running(source_to(exchange, world), intake):
        (lost,) = await until(intake, SourceLost)
    assert lost.reason == reason


async def test_a_stream_that_cannot_be_followed_is_begun_anew_and_no_call_is_lost(
    exchange: FreeswitchSimulator, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        exchange.say(b"no header at all\n\n")
        exchange.ring(NUMBER)
        await until(intake, CallRang)
        await until(intake, SourceConnected, 2)
    ((source, problem, raw),) = intake.refused
    assert (source, problem.field) == ("freeswitch_esl", "line 1")
    assert raw == b"no header at all"
    (lost,) = intake.of(SourceLost)
    assert isinstance(lost, SourceLost)
    assert lost.reason == "garbled"
