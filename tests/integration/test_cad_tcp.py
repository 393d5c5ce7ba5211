"""CAD over TCP on real sockets: NDJSON in, answers in order (C1, O4, E2)."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from adapters.sources.cad_tcp import CadTcp, CadTcpSettings
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from schemas.incident import IncidentOpened
from schemas.service import SourceConnected, SourceLost
from tests.cad import CANARY, message
from tests.fakes import CAD_TOKEN, DEVICE_TOKEN, FakeClock, FakeIntake, fake_world

HELLO = json.dumps({"hello": {"token": CAD_TOKEN}}).encode()


class Cad:
    """A CAD as simple as can be: lines out, lines in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, *lines: bytes) -> None:
        self.writer.write(b"".join(line + b"\n" for line in lines))

    async def told(self) -> Any:
        return json.loads(await self.reader.readline())

    async def ask(self, line: bytes) -> Any:
        self.send(line)
        return await self.told()

    async def gone(self) -> None:
        """Wait for the other side to close, with a reset or without; nothing more is told."""
        with suppress(ConnectionResetError):
            assert await self.reader.read() == b""


@asynccontextmanager
async def running(
    tmp_path: Path, intake: FakeIntake, clock: FakeClock | None = None, **settings: Any
) -> AsyncIterator[CadTcp]:
    chosen = CadTcpSettings(listen=HostPort("127.0.0.1", 0), **settings)
    source = CadTcp(chosen, fake_world(tmp_path, clock))
    task = asyncio.create_task(source.run(intake))
    await source.listening.wait()
    try:
        yield source
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def connected(source: CadTcp, **options: Any) -> AsyncIterator[Cad]:
    where = () if "sock" in options else source.address
    reader, writer = await asyncio.open_connection(*where, **options)
    try:
        yield Cad(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def signed_in(source: CadTcp, **options: Any) -> AsyncIterator[Cad]:
    async with connected(source, **options) as cad:
        assert "welcome" in await cad.ask(HELLO)
        yield cad


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture
async def source(tmp_path: Path, intake: FakeIntake) -> AsyncIterator[CadTcp]:
    async with running(tmp_path, intake) as source:
        yield source


async def test_c1_hello_is_welcomed_with_contract_room_and_limits(source: CadTcp) -> None:
    async with connected(source) as cad:
        told = await cad.ask(HELLO)
    assert told == {
        "welcome": {"contract": "forewarn.cad/1", "room": "eoc1", "window": 256, "limit": 65_536}
    }


async def test_c1_a_message_is_answered_with_its_position(
    source: CadTcp, intake: FakeIntake
) -> None:
    async with signed_in(source) as cad:
        told = await cad.ask(message(n=5))
    (event,) = intake.of(IncidentOpened)
    assert (told["id"], told["revision"]) == (event.id, event.revision) == ("2026-11-22/000005", 1)
    assert told["standing"] == "taken"
    assert told["position"] >= 1


async def test_o4_many_lines_at_once_are_taken_and_answered_in_their_order(
    source: CadTcp, intake: FakeIntake
) -> None:
    async with signed_in(source) as cad:
        cad.send(*(message(n=n) for n in range(600)))
        told = [await cad.told() for _ in range(600)]
    ids = [f"2026-11-22/{n:06}" for n in range(600)]
    assert [answer["id"] for answer in told] == ids
    assert [event.id for event in intake.of(IncidentOpened)] == ids
    positions = [answer["position"] for answer in told]
    assert positions == sorted(positions)


async def test_o4_no_answer_comes_before_the_journal_has_the_message(
    source: CadTcp, intake: FakeIntake
) -> None:
    async with signed_in(source) as cad:
        intake.hold()
        cad.send(message())
        await intake.until(arrived=2)
        answer = asyncio.create_task(cad.told())
        await asyncio.sleep(0)
        assert not answer.done()
        intake.release()
        assert (await answer)["standing"] == "taken"


async def test_o4_beyond_the_window_nothing_is_read_until_answers_went_out(
    tmp_path: Path, intake: FakeIntake
) -> None:
    async with running(tmp_path, intake, window=4) as source, signed_in(source) as cad:
        await intake.until(events=1)
        intake.hold()
        cad.send(*(message(n=n) for n in range(50)))
        await intake.until(arrived=1 + 4)
        for _ in range(20):
            await asyncio.sleep(0)
        assert intake.arrived == 1 + 4
        intake.release()
        told = [await cad.told() for _ in range(50)]
    assert [answer["id"] for answer in told] == [f"2026-11-22/{n:06}" for n in range(50)]


async def test_o4_a_cad_that_reads_no_answers_is_read_no_further(
    tmp_path: Path, intake: FakeIntake
) -> None:
    line, many = b'{"contract":"forewarn.cad/1"}', 40_000  # each answer is ten times as long
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    async with running(tmp_path, intake) as source:
        small.connect(source.address)
        async with signed_in(source, sock=small) as cad:
            cad.writer.transport.pause_reading()
            cad.send(*(many * [line]))
            await _at_rest(intake)
            assert len(intake.refused) < many
            cad.writer.transport.resume_reading()
            told = [await cad.told() for _ in range(many)]
    assert {answer["error"]["field"] for answer in told} == {"type"}


async def _at_rest(intake: FakeIntake) -> None:
    """Until a thousand turns of the loop brought nothing more."""
    last = -1
    while last != intake.arrived:
        last = intake.arrived
        for _ in range(1_000):
            await asyncio.sleep(0)


async def test_c1_refused_lines_are_told_field_and_reason_and_the_stream_goes_on(
    source: CadTcp, intake: FakeIntake
) -> None:
    bad = message(place={"address": CANARY, "postcode": 7})
    async with signed_in(source) as cad:
        cad.send(bad, message(n=2))
        refused, taken = await cad.told(), await cad.told()
    assert refused["error"]["field"] == "place.postcode"
    assert refused["standing"] == "refused"
    assert CANARY not in json.dumps(refused)
    assert [raw for _, _, raw in intake.refused] == [bad]
    assert taken["standing"] == "taken"


@pytest.mark.parametrize("pieces", [1, 5])
async def test_o4_a_line_that_is_too_long_is_refused_and_the_stream_goes_on_after_it(
    source: CadTcp, intake: FakeIntake, pieces: int
) -> None:
    async with signed_in(source) as cad:
        for _ in range(pieces):
            cad.writer.write(b"x" * 300_000)
            await cad.writer.drain()
        cad.send(b"", message(n=2))
        refused, taken = await cad.told(), await cad.told()
    assert refused["error"]["field"] == "message"
    assert [raw for _, _, raw in intake.refused] == [b"x" * 65_536]
    assert taken["id"] == "2026-11-22/000002"


async def test_c1_a_message_may_arrive_in_any_pieces_and_empty_lines_mean_nothing(
    source: CadTcp, intake: FakeIntake
) -> None:
    stream = message(n=1) + b"\r\n\n \n" + message(n=2) + b"\n"
    async with signed_in(source) as cad:
        for at in range(0, len(stream), 7):
            cad.writer.write(stream[at : at + 7])
            await asyncio.sleep(0)
        told = [await cad.told(), await cad.told()]
    assert [answer["standing"] for answer in told] == ["taken", "taken"]
    assert intake.refused == []


async def test_o4_the_same_again_is_known_and_other_content_a_conflict(source: CadTcp) -> None:
    async with signed_in(source) as cad:
        cad.send(message(), message(), message(nature="other words"))
        told = [await cad.told() for _ in range(3)]
    assert [answer["standing"] for answer in told] == ["taken", "known", "conflict"]
    assert told[2]["error"]["field"] == "revision"


@pytest.mark.parametrize(
    "hello",
    [
        b"{}",
        b"hello",
        b"[1]",
        b'{"hello":{"token":7}}',
        b'{"hello":{"token":"nobody\'s"}}',
        json.dumps({"hello": {"token": DEVICE_TOKEN}}).encode(),
        message(),
    ],
)
async def test_e2_who_is_no_system_is_dismissed_and_nothing_is_taken(
    source: CadTcp, intake: FakeIntake, hello: bytes
) -> None:
    async with connected(source) as cad:
        cad.send(hello, message())
        assert (await cad.told())["error"]["field"] == "hello.token"
        assert await cad.reader.read() == b""
    assert intake.arrived == 0, "who may not speak fills no quarantine"


async def test_o1_a_heartbeat_is_answered_in_its_turn(source: CadTcp) -> None:
    async with signed_in(source) as cad:
        cad.send(message(), b'{"heartbeat": true}', message(n=2))
        told = [await cad.told() for _ in range(3)]
    assert told[1] == {"heartbeat": True}


async def test_o1_a_silent_stream_is_closed_and_one_with_heartbeats_is_not(
    tmp_path: Path, intake: FakeIntake
) -> None:
    clock, idle = FakeClock(), timedelta(seconds=60)
    async with (
        running(tmp_path, intake, clock, idle=idle) as source,
        signed_in(source) as silent,
        signed_in(source) as alive,
    ):
        await clock.advance(idle)
        assert await alive.ask(b'{"heartbeat":true}') == {"heartbeat": True}
        await clock.advance(idle)
        await silent.gone()
        assert await alive.ask(b'{"heartbeat":true}') == {"heartbeat": True}


async def test_o1_connected_with_the_first_stream_and_lost_with_the_last(
    source: CadTcp, intake: FakeIntake
) -> None:
    async with signed_in(source):
        await intake.until(events=1)
        async with signed_in(source) as second:
            await second.ask(message())
        async with signed_in(source) as third:
            await third.ask(message(n=2))
        assert intake.of(SourceLost) == []
    await intake.until(events=4)
    (lost,) = intake.of(SourceLost)
    assert isinstance(lost, SourceLost)
    assert (lost.gap, lost.reason) == (False, "closed")
    (connected,) = intake.of(SourceConnected)
    assert connected.revision < lost.revision


async def test_o4_streams_are_bounded(tmp_path: Path, intake: FakeIntake) -> None:
    async with (
        running(tmp_path, intake, streams=1) as source,
        signed_in(source),
        connected(source) as second,
    ):
        assert (await second.told())["error"]["field"] == "hello"


async def test_o4_a_fault_of_the_intake_is_no_acknowledgement_and_reaches_the_supervisor(
    tmp_path: Path, intake: FakeIntake
) -> None:
    source = CadTcp(CadTcpSettings(listen=HostPort("127.0.0.1", 0)), fake_world(tmp_path))
    task = asyncio.create_task(source.run(intake))
    await source.listening.wait()
    async with signed_in(source) as cad:
        await intake.until(events=1)
        intake.fail(OSError("disk"))
        cad.send(message())
        with pytest.raises(ExceptionGroup):
            await task
        await cad.gone()
    intake.mend()
    again = asyncio.create_task(source.run(intake))
    await intake.until(events=2)
    again.cancel()
    assert [type(event) for event in intake.events] == [SourceConnected, SourceLost]


async def test_speed_small_answers_are_not_held_back_by_the_kernel(
    source: CadTcp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without TCP_NODELAY small answers wait for 25 to 45 ms."""
    chosen: list[tuple[Any, ...]] = []
    really = socket.socket.setsockopt

    def watch(self: socket.socket, *options: Any) -> None:
        chosen.append(options)
        really(self, *options)

    monkeypatch.setattr(socket.socket, "setsockopt", watch)
    async with signed_in(source):
        assert (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) in chosen


async def test_e2_a_certificate_makes_it_tls(tmp_path: Path, intake: FakeIntake) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    files = {"certificate": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}
    async with (
        running(tmp_path, intake, **files) as source,
        signed_in(source, ssl=trusting) as cad,
    ):
        assert (await cad.ask(message()))["standing"] == "taken"


async def test_o1_an_address_that_is_taken_is_said_with_what_to_do(
    source: CadTcp, tmp_path: Path, intake: FakeIntake
) -> None:
    second = CadTcp(CadTcpSettings(listen=source.address), fake_world(tmp_path))
    with pytest.raises(Trouble, match="set listen in"):
        await second.run(intake)
