"""The source `asterisk_ari` against the simulated exchange on real sockets (C2, A1, O4)."""

import json

import pytest
import structlog
from pydantic import ValidationError

from adapters.sources.asterisk_ari import AsteriskAriSettings
from adapters.wires.ari import events, signed_in
from middleware.ports import World
from schemas.call import CallEnded, CallRang
from schemas.service import SourceConnected, SourceLost
from simulators.asterisk_ari import AriExchange
from tests.ami import NAMES, in_words
from tests.ari import lines, told
from tests.exchanges import (
    NUMBER,
    QUICK,
    SECRET,
    calls,
    listening,
    running,
    source_to,
    until,
)
from tests.fakes import FakeIntake


@pytest.fixture
def simulator() -> type[AriExchange]:
    return AriExchange


@pytest.mark.parametrize("name", NAMES)
async def test_recorded_traffic_over_a_real_socket_tells_the_recorded_calls(
    exchange: AriExchange, intake: FakeIntake, world: World, name: str
) -> None:
    expected = in_words(told(lines(name)))
    async with listening(exchange, intake, world):
        for line in lines(name):
            exchange.say(json.loads(line))
        await intake.until(events=1 + len(expected))
    assert calls(intake) == expected


async def test_one_byte_at_a_time_changes_nothing(
    exchange: AriExchange, intake: FakeIntake, world: World
) -> None:
    exchange.faults.slow = True
    async with listening(exchange, intake, world, ping_every=QUICK["ping_every"] * 100):
        exchange.ring(None, "111").hang_up("caller")
        await until(intake, CallEnded)
    assert calls(intake) == [
        "rang line=111",
        "left_queue queue=nhs111 abandoned=True",
        "ended by=caller cause=Interworking, unspecified",
    ]


async def test_another_client_in_our_place_is_an_alarm_and_is_tried_slowly(
    exchange: AriExchange, intake: FakeIntake, world: World
) -> None:
    """Two clients that both come back at once would throw each other out for ever."""
    url = f"http://127.0.0.1:{exchange.port}/ari"
    with structlog.testing.capture_logs() as logs:
        async with listening(exchange, intake, world):
            async with (
                signed_in("forewarn", SECRET, None, QUICK["ping_every"] * 100) as session,
                events(session, url, "forewarn-calls", everything=True) as theirs,
            ):
                (lost,) = await until(intake, SourceLost)
                await theirs.receive()  # until it is replaced in its turn
            await until(intake, SourceConnected, 2)
            exchange.ring(NUMBER)
            await until(intake, CallRang)
    assert (lost.reason, lost.gap) == ("replaced", True)
    assert any("another client" in entry.get("remedy", "") for entry in logs)


async def test_another_application_disturbs_nothing(
    exchange: AriExchange, intake: FakeIntake, world: World
) -> None:
    url = f"http://127.0.0.1:{exchange.port}/ari"
    async with (
        listening(exchange, intake, world),
        signed_in("forewarn", SECRET, None, QUICK["ping_every"] * 100) as session,
        events(session, url, "forewarn", heartbeat=QUICK["ping_every"] * 100) as theirs,
    ):
        exchange.ring(NUMBER)
        await until(intake, CallRang)
        heard = await theirs.receive()
        assert isinstance(heard.data, str)
        assert json.loads(heard.data)["application"] == "forewarn"
    assert not intake.of(SourceLost)


@pytest.mark.parametrize("greeting", ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 404 Not Found\r\n\r\n"])
async def test_something_else_that_listens_there_is_told(
    exchange: AriExchange, intake: FakeIntake, world: World, greeting: str
) -> None:
    exchange.faults.greeting = greeting
    async with running(source_to(exchange, world), intake):
        (lost,) = await until(intake, SourceLost)
    assert lost.reason == "not_ari"


async def test_what_cannot_be_read_goes_to_quarantine_and_the_next_call_is_told(
    exchange: AriExchange, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        exchange.put("no event at all", "forewarn-calls")
        exchange.ring(NUMBER)
        await until(intake, CallRang)
    ((source, problem, raw),) = intake.refused
    assert (source, problem.field, raw) == ("asterisk_ari", "event", b"no event at all")


async def test_a_message_beyond_all_bounds_ends_the_session_and_it_is_begun_anew(
    exchange: AriExchange, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        exchange.put("x" * 1_500_000, "forewarn-calls")
        (lost,) = await until(intake, SourceLost)
        await until(intake, SourceConnected, 2)
    assert lost.reason == "garbled"


@pytest.mark.parametrize(
    "wrong", [{"username": "a:b"}, {"path": "ari"}, {"path": "/ari?api_key=x"}, {"application": ""}]
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        AsteriskAriSettings(password_file="x", **wrong)  # type: ignore[arg-type]
