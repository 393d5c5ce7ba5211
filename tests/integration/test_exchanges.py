"""What holds of every source of calls from an exchange, on real sockets (C2, O4)."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
import trustme

from middleware.ops.errors import Trouble
from middleware.ports import World
from schemas.call import CallEnded, CallRang
from schemas.service import SourceConnected, SourceLost
from tests.exchanges import (
    IN_ITS_WORDS,
    NUMBER,
    SECRET,
    Simulated,
    calls,
    listening,
    running,
    source_to,
    tried,
    until,
    write_secret,
)
from tests.fakes import FakeIntake

# --- sign-in -------------------------------------------------------------------------------


async def test_a_wrong_password_is_told_with_the_remedy_and_a_mended_one_is_taken(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    password = world.state / "ami.secret"
    write_secret(password, "canary-wrong")
    with structlog.testing.capture_logs() as logs:
        async with running(source_to(exchange, world), intake):
            await tried(exchange, 3)
            write_secret(password, SECRET)
            await until(intake, SourceConnected)
    (lost,) = intake.of(SourceLost)  # said once, however often it was tried
    assert isinstance(lost, SourceLost)
    assert lost.reason == "login_refused"
    assert logs[0]["event"] == "exchange_lost"
    assert "password_file" in logs[0]["remedy"]
    assert "canary" not in str(logs)


async def test_without_a_password_the_start_is_stopped(exchange: Simulated, world: World) -> None:
    empty = world.state / "empty"
    write_secret(empty, "")
    with pytest.raises(Trouble, match="holds no secret"):
        source_to(exchange, world, password_file=empty)
    with pytest.raises(Trouble, match="holds no secret"):
        source_to(exchange, world, password_file=world.state / "missing")


async def test_nothing_that_listens_there_is_told_once(
    simulator: type[Simulated], intake: FakeIntake, world: World
) -> None:
    async with simulator(secret=SECRET) as gone:
        source = source_to(gone, world)
    async with running(source, intake):
        (lost,) = await until(intake, SourceLost)
        assert (lost.reason, lost.gap) == ("unreachable", True)
        async with simulator(secret=SECRET, port=gone.port) as back:
            await until(intake, SourceConnected)
            back.ring(NUMBER)
            await until(intake, CallRang)
            assert len(intake.of(SourceLost)) == 1


async def test_over_tls_with_an_authority_of_its_own(
    simulator: type[Simulated], intake: FakeIntake, world: World, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with (
        simulator(secret=SECRET, tls=context) as exchange,
        listening(exchange, intake, world, tls=True, tls_ca_file=tmp_path / "ca.pem"),
    ):
        exchange.ring(NUMBER)
        await until(intake, CallRang)


# --- a call ----------------------------------------------------------------------------------


async def test_a1_a_call_is_followed_from_the_ringing_to_the_hang_up(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    async with listening(exchange, intake, world):
        call = exchange.ring(NUMBER)
        call.answer("handler2")
        call.warn()
        call.warn()
        call.terminate_for_abuse()
        await until(intake, CallEnded)
    queue, position, cause = IN_ITS_WORDS[type(exchange)]
    assert calls(intake) == [
        f"rang number={NUMBER} line=999",
        f"left_queue queue={queue}",
        f"answered handler=handler2 position={position}",
        "abuse_warned handler=handler2 warning=1",
        "abuse_warned handler=handler2 warning=2",
        (
            "terminated_for_abuse handler=handler2 ground=two warnings given "
            "category=directed_verbal_abuse_general"
        ),
        f"ended by=handler cause={cause}",
    ]
    first = intake.events[0]
    assert isinstance(first, SourceConnected)
    assert first.resynced


# --- the list of channels ------------------------------------------------------------------


@pytest.mark.parametrize("spoil", ["refused", "short"])
async def test_a_list_that_cannot_be_relied_on_closes_nothing_and_that_is_said(
    exchange: Simulated, intake: FakeIntake, world: World, spoil: str
) -> None:
    """O4: a call is not declared over because its row was missing."""
    with structlog.testing.capture_logs() as logs:
        async with listening(exchange, intake, world):
            exchange.ring(NUMBER)
            await until(intake, CallRang)
            exchange.faults.spoil_list = "refused" if spoil == "refused" else "short"
            exchange.cut()
            _, again = await until(intake, SourceConnected, 2)
            exchange.ring("07700900102")
            await until(intake, CallRang, 2)
    assert not again.resynced
    assert not intake.of(CallEnded)
    assert [entry for entry in logs if entry["event"] == "list_with_gaps" and entry["remedy"]]


async def test_a_list_that_never_ends_is_asked_for_again_in_a_new_session(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    exchange.faults.spoil_list = "endless"
    source = source_to(exchange, world, list_within=timedelta(milliseconds=300))
    async with running(source, intake):
        (lost,) = await until(intake, SourceLost)
        exchange.faults.spoil_list = ""
        await until(intake, SourceConnected)
    assert lost.reason == "list_missing"


# --- push-back and privacy -----------------------------------------------------------------


async def test_when_the_journal_pushes_back_the_exchange_goes_on_and_nothing_is_lost(
    exchange: Simulated, intake: FakeIntake, world: World
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


async def test_nothing_personal_and_no_secret_is_logged(
    exchange: Simulated, intake: FakeIntake, world: World
) -> None:
    with structlog.testing.capture_logs() as logs:
        async with listening(exchange, intake, world):
            exchange.ring(NUMBER).hang_up()
            exchange.ring("07700900101" * 5)
            await intake.until(refused=1)
            exchange.cut()
            await until(intake, SourceConnected, 2)
    assert logs
    assert NUMBER not in str(logs)
    assert SECRET not in str(logs)
