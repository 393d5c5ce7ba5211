"""The source `asterisk_ami` against the telephony simulator on real sockets (C2, A1, O4)."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import structlog
import trustme
from pydantic import ValidationError

from adapters.sources.asterisk_ami import AsteriskAmi, AsteriskAmiSettings
from middleware.ops.clock import SystemClock
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ops.metrics import Metrics
from middleware.ports import World
from schemas.call import CallAnswered, CallEnded, CallEvent, CallRang
from schemas.event import Event
from schemas.service import SourceConnected, SourceLost
from simulators.telephony import TelephonySimulator
from simulators.telephony_play import play
from tests.ami import NAMES, RECORDINGS, in_words, pieces, told
from tests.fakes import FakeIntake

SECRET = "canary-secret-of-the-exchange"
NUMBER = "07700900101"
QUICK = {
    "ping_every": timedelta(milliseconds=150),
    "retry_first": timedelta(milliseconds=10),
    "retry_most": timedelta(milliseconds=50),
    "retry_refused": timedelta(milliseconds=50),
}


@pytest.fixture
async def exchange() -> AsyncIterator[TelephonySimulator]:
    async with TelephonySimulator(secret=SECRET) as simulator:
        yield simulator


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World("eoc1", SystemClock(), Random(7), tmp_path, Metrics(), {})


def source_to(exchange: TelephonySimulator, world: World, **settings: Any) -> AsteriskAmi:
    password = world.state / "ami.secret"
    if not password.exists():
        write_secret(password, SECRET)
    place = HostPort("127.0.0.1", exchange.port)
    chosen = {"connect": place, "password_file": password} | QUICK | settings
    return AsteriskAmi(AsteriskAmiSettings(**chosen), world)


def write_secret(path: Path, secret: str) -> None:
    path.touch(mode=0o600)
    path.write_text(secret + "\n")


@asynccontextmanager
async def running(source: AsteriskAmi, intake: FakeIntake) -> AsyncIterator[None]:
    task = asyncio.create_task(source.run(intake))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def listening(
    exchange: TelephonySimulator, intake: FakeIntake, world: World, **settings: Any
) -> AsyncIterator[AsteriskAmi]:
    """A source that is signed in and has the list of channels."""
    source = source_to(exchange, world, **settings)
    async with running(source, intake):
        await until(intake, SourceConnected, 1)
        yield source


async def until(intake: FakeIntake, kind: type[Event], times: int = 1) -> list[Any]:
    """The events of that kind, as soon as there are so many."""
    while len(intake.of(kind)) < times:
        await intake.until(events=len(intake.events) + 1)
    return intake.of(kind)


def calls(intake: FakeIntake) -> list[str]:
    return in_words(event for event in intake.events if isinstance(event, CallEvent))


def connected(world: World) -> float:
    return world.meters.gauge("forewarn_adapter_connected", adapter="asterisk_ami")._value.get()


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
            (lost,) = await until(intake, SourceLost)
            write_secret(password, SECRET)
            await until(intake, SourceConnected)
    assert lost.reason == "login_refused"
    assert logs[0]["event"].startswith("login refused, check username, password_file")
    assert "canary" not in str(logs)
    assert len(intake.of(SourceLost)) == 1  # said once, however often it was tried


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


# --- cuts ----------------------------------------------------------------------------------


async def test_a_hang_up_missed_in_a_cut_closes_the_call_afterwards(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    """O4: nothing stays open for ever; and people saw that there was a gap."""
    async with listening(exchange, intake, world):
        call = exchange.ring(NUMBER)
        call.answer()
        await until(intake, CallAnswered)
        exchange.cut()
        call.hang_up("caller")
        (ended,) = await until(intake, CallEnded)
        await until(intake, SourceConnected, 2)
    assert (ended.by, ended.missed) == ("unknown", True)
    order = [type(event) for event in intake.events[-3:]]
    assert order == [SourceLost, CallEnded, SourceConnected]
    (lost,) = intake.of(SourceLost)
    assert isinstance(lost, SourceLost)
    assert (lost.reason, lost.gap) == ("closed", True)


async def test_a_call_that_began_in_a_cut_is_found_with_its_handler(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        exchange.cut()
        call = exchange.ring(NUMBER)
        call.answer("handler3")
        await until(intake, SourceConnected, 2)
        assert calls(intake) == [
            f"rang number={NUMBER} line=999",
            "answered handler=handler3 position=Local/handler3@handlers",
        ]
        call.hang_up("handler")
        await until(intake, CallEnded)


@pytest.mark.parametrize("after", [1, 100, 400, 700, 1_000, 2_000, 3_000, 5_000, 9_000])
async def test_cut_in_the_middle_of_a_message_the_call_is_told_once_and_closed(
    exchange: TelephonySimulator, intake: FakeIntake, world: World, after: int
) -> None:
    async with listening(exchange, intake, world):
        exchange.cut(after)
        call = exchange.ring(NUMBER)
        call.answer("handler1")
        await until(intake, SourceConnected, 2)
        call.hang_up("caller")
        await until(intake, CallEnded)
    told_once = [event.id for event in intake.events if isinstance(event, CallEvent)]
    assert len(told_once) == len(set(told_once))
    assert calls(intake)[0] == f"rang number={NUMBER} line=999"
    assert "answered handler=handler1 position=Local/handler1@handlers" in calls(intake)
    assert not intake.refused


@pytest.mark.parametrize("seed", range(5))
async def test_cut_again_and_again_every_call_that_rang_ends_and_each_only_once(
    exchange: TelephonySimulator, intake: FakeIntake, world: World, seed: int
) -> None:
    """O4: whatever was cut when, nothing is told twice and nothing stays open."""
    dice = Random(seed)
    async with listening(exchange, intake, world):
        for _ in range(150):
            await play_a_step(exchange, dice)
        for call in exchange.calls.values():
            call.hang_up("handler")
        exchange.cut()
        while told_of(intake, CallRang) != told_of(intake, CallEnded):
            await intake.until(events=len(intake.events) + 1)
    ids = [event.id for event in intake.events if isinstance(event, CallEvent)]
    assert len(ids) == len(set(ids))
    assert len(intake.of(SourceLost)) > 1
    assert len(intake.of(CallAnswered)) > 1
    assert not intake.conflicts
    assert not intake.refused


async def play_a_step(exchange: TelephonySimulator, dice: Random) -> None:
    """Something happens: a call rings, is answered, ends, or the line is cut mid-message."""
    waiting = [call for call in exchange.calls.values() if not call.handler and not call.over]
    up = [call for call in exchange.calls.values() if not call.over]
    what = dice.choice(["ring", "answer", "hang up", "cut", "pause"])
    if what == "ring":
        exchange.ring(f"07700900{dice.randrange(1000):03}")
    elif what == "answer" and waiting:
        dice.choice(waiting).answer(dice.choice(["handler1", "handler2"]))
    elif what == "hang up" and up:
        dice.choice(up).hang_up(dice.choice(["caller", "handler"]))
    elif what == "cut":
        exchange.cut(after=dice.randrange(6_000))
    elif what == "pause":
        await exchange.signed_in()
        await asyncio.sleep(dice.random() / 50)


def told_of(intake: FakeIntake, kind: type[CallEvent]) -> set[str]:
    return {event.call for event in intake.events if isinstance(event, kind)}


async def test_hang_ups_never_said_are_found_at_the_next_connect(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    exchange.faults.drop_hang_ups = True
    async with listening(exchange, intake, world) as source:
        call = exchange.ring(NUMBER)
        call.answer()
        call.hang_up()
        await until(intake, CallAnswered)
        assert source._translator.live
        exchange.cut()
        (ended,) = await until(intake, CallEnded)
    assert ended.missed


async def test_a_call_that_ended_while_the_service_was_down_is_closed(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    """O4: what the journal has as live is told to the source before it runs."""
    async with listening(exchange, intake, world):
        gone, stays = exchange.ring(NUMBER), exchange.ring("07700900102")
        await until(intake, CallRang, 2)
    gone.hang_up("caller")
    source = source_to(exchange, world)
    source.believe_live([event.call for event in intake.of(CallRang)])  # type: ignore[attr-defined]
    async with running(source, intake):
        await until(intake, SourceConnected, 2)
        ended = intake.of(CallEnded)
        assert [event.call for event in ended] == [f"pbx/{gone.id}"]  # type: ignore[attr-defined]
        stays.hang_up("caller")
        await until(intake, CallEnded, 2)
    assert len(intake.of(CallRang)) == 2


async def test_a_link_that_falls_silent_is_a_dead_link(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        assert connected(world) == 1
        exchange.faults.silent = True
        (lost,) = await until(intake, SourceLost)
        assert lost.reason == "silent"
        assert connected(world) == 0
        exchange.faults.silent = False
        await until(intake, SourceConnected, 2)
        assert connected(world) == 1


async def test_a_quiet_exchange_that_answers_pings_is_no_dead_link(
    exchange: TelephonySimulator, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        await exchange.asked("Ping", times=5)
        exchange.ring(NUMBER)
        await until(intake, CallRang)
    assert not intake.of(SourceLost)


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
    exchange.faults.refuse_list = True
    with structlog.testing.capture_logs() as logs:
        async with listening(exchange, intake, world):
            exchange.ring(NUMBER)
            await until(intake, CallRang)
    first = intake.events[0]
    assert isinstance(first, SourceConnected)
    assert not first.resynced
    assert any("write reporting" in entry["event"] for entry in logs)


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
