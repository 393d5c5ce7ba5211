"""The source `asterisk_ami` against the telephony simulator on real sockets (C2, A1, O4)."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
import trustme
from pydantic import ValidationError

from adapters.sources.asterisk_ami import AsteriskAmiSettings
from middleware.ops.errors import Trouble
from middleware.ports import World
from schemas.call import CallEnded, CallRang
from schemas.service import SourceConnected, SourceLost
from simulators.telephony import TelephonySimulator
from simulators.telephony_play import play
from tests.ami import NAMES, RECORDINGS, in_words, pieces, told
from tests.exchanges import (
    NUMBER,
    SECRET,
    calls,
    listening,
    running,
    source_to,
    until,
    write_secret,
)
from tests.fakes import FakeIntake

# --- listening -----------------------------------------------------------------------------


async def test_a_call_is_followed_from_the_ringing_to_the_hang_up(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        call = exchange.ring(NUMBER)
        call.answer("handler2")
        call.warn()
        call.warn()
        call.terminate_for_abuse()
        await until(intake, CallEnded)
    assert calls(intake) == [
        f"rang number={NUMBER} line=999",
        "left_queue queue=emergency",
        "answered handler=handler2 position=Local/handler2@handlers",
        "abuse_warned handler=handler2 warning=1",
        "abuse_warned handler=handler2 warning=2",
        (
            "terminated_for_abuse handler=handler2 ground=two warnings given "
            "category=directed_verbal_abuse_general"
        ),
        "ended by=handler cause=Normal Clearing",
    ]
    first = intake.events[0]
    assert isinstance(first, SourceConnected)
    assert first.resynced


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


async def test_over_tls_with_an_authority_of_its_own(
    intake: FakeIntake, world: World, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with (
        TelephonySimulator(secret=SECRET, tls=context) as exchange,
        listening(exchange, intake, world, tls=True, tls_ca_file=tmp_path / "ca.pem"),
    ):
        exchange.ring(NUMBER)
        await until(intake, CallRang)


# --- sign-in -------------------------------------------------------------------------------


async def test_a_wrong_password_is_told_with_the_remedy_and_a_mended_one_is_taken(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    password = world.state / "ami.secret"
    write_secret(password, "canary-wrong")
    with structlog.testing.capture_logs() as logs:
        async with running(source_to(exchange, world), intake):
            await exchange.asked("Login", times=3)
            write_secret(password, SECRET)
            await until(intake, SourceConnected)
    (lost,) = intake.of(SourceLost)  # said once, however often it was tried
    assert isinstance(lost, SourceLost)
    assert lost.reason == "login_refused"
    assert logs[0]["event"] == "exchange_lost"
    assert "password_file" in logs[0]["remedy"]
    assert "canary" not in str(logs)


async def test_without_a_password_the_start_is_stopped(
    exchange: TelephonySimulator, world: World
) -> None:
    empty = world.state / "empty"
    write_secret(empty, "")
    with pytest.raises(Trouble, match="holds no secret"):
        source_to(exchange, world, password_file=empty)
    with pytest.raises(Trouble, match="holds no secret"):
        source_to(exchange, world, password_file=world.state / "missing")


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


async def test_nothing_that_listens_there_is_told_once(intake: FakeIntake, world: World) -> None:
    async with TelephonySimulator(secret=SECRET) as gone:
        source = source_to(gone, world)
    async with running(source, intake):
        (lost,) = await until(intake, SourceLost)
        assert (lost.reason, lost.gap) == ("unreachable", True)
        async with TelephonySimulator(secret=SECRET, port=gone.port) as back:
            await until(intake, SourceConnected)
            back.ring(NUMBER)
            await until(intake, CallRang)
    assert len(intake.of(SourceLost)) == 1


# --- push-back and refusals ----------------------------------------------------------------


async def test_when_the_journal_pushes_back_the_exchange_goes_on_and_nothing_is_lost(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    """A call never waits for us: we stop reading, the exchange does not stop."""
    async with listening(exchange, intake, world):
        intake.hold()
        before = intake.arrived
        for n in range(200):
            call = exchange.ring(f"07700900{n:03}")
            call.answer("handler1")
            call.hang_up("handler")
        await intake.until(arrived=before + 1)
        await exchange.signed_in()
        assert intake.arrived == before + 1  # one stands at the door, the rest is not read
        intake.release()
        await until(intake, CallEnded, 200)
    assert len(intake.of(CallRang)) == 200
    assert not intake.refused


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


async def test_without_the_right_to_list_it_listens_and_says_that_nothing_was_resynced(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    exchange.faults.spoil_list = "refused"
    with structlog.testing.capture_logs() as logs:
        async with listening(exchange, intake, world):
            exchange.ring(NUMBER)
            await until(intake, CallRang)
    first = intake.events[0]
    assert isinstance(first, SourceConnected)
    assert not first.resynced
    assert any("write = reporting" in entry.get("remedy", "") for entry in logs)


async def test_a_list_with_gaps_closes_nothing(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    """O4: a call is not declared over because its row was missing."""
    async with listening(exchange, intake, world):
        exchange.ring(NUMBER)
        await until(intake, CallRang)
        exchange.faults.spoil_list = "short"
        exchange.cut()
        await until(intake, SourceConnected, 2)
    again = intake.of(SourceConnected)[1]
    assert isinstance(again, SourceConnected)
    assert not again.resynced
    assert not intake.of(CallEnded)


async def test_a_list_that_never_ends_is_asked_for_again_in_a_new_session(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    exchange.faults.spoil_list = "endless"
    async with running(source_to(exchange, world, list_within=timedelta(milliseconds=300)), intake):
        (lost,) = await until(intake, SourceLost)
        exchange.faults.spoil_list = ""
        await until(intake, SourceConnected)
    assert lost.reason == "list_missing"


async def test_nothing_personal_and_no_secret_is_logged(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    with structlog.testing.capture_logs() as logs:
        async with listening(exchange, intake, world):
            exchange.ring(NUMBER).hang_up()
            exchange.play(f"Event: {NUMBER}\r\n{NUMBER}\r\n\r\n".encode())
            await intake.until(refused=1)
            exchange.cut()
            await until(intake, SourceConnected, 2)
    assert logs
    assert NUMBER not in str(logs)
    assert SECRET not in str(logs)
