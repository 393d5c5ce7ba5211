"""The real service is stopped and started again, started twice, and taken over (O4, E3)."""

import asyncio
import json
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout

from middleware.ops.access import Role
from simulators.cad_messages import resource
from simulators.mdt import Faults
from tests.cad import message
from tests.room import refold
from tests.service import ControlRoom, control_room
from tests.service_process import ended
from tests.service_screen import screen

MARKED = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
MARKERS = """\
id,address,postcode,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,house,physical_assault,high,Hit,2025-11-02,2099-01-01,EOC
"""
ON, OFF = "A101", "A102"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[ControlRoom]:
    async with control_room(tmp_path) as room:
        await room.import_markers(MARKERS, 1)
        yield room


async def restart(room: ControlRoom) -> None:
    assert await room.stop() == 0
    assert room.log.read_text().endswith("stopped\n")
    room.start()
    await room.ready()


async def test_o4_n3_what_was_open_goes_out_again_and_is_not_shown_as_new(
    room: ControlRoom,
) -> None:
    unanswered = Faults(never_acknowledges=True)
    async with room.cad() as cad, room.device(ON, faults=unanswered) as on:
        cad.open_incident("000001", MARKED, resources=[resource(ON), resource(OFF)])
        async with screen(room, Role.DISPATCHER) as before:
            await before.until_told("shown", "000001", ON)
            await before.until_told("sending", "000001", OFF)
        await restart(room)
        async with screen(room, Role.DISPATCHER) as after, room.device(OFF) as off:
            await after.until_told("acknowledged", "000001", OFF)
            assert after.told("000001", ON) == ["shown"]
        await room.until(lambda: on.tally["known: shown or removed before"], "it again")
        cad.close_incident("000001")
        await room.until(lambda: on.tally["removed"], "the withdrawal")
    assert [on.tally["shown"], off.tally["shown"]] == [1, 1]
    assert on.log.violations == off.log.violations == []


async def test_o4_e3_the_state_is_there_before_the_first_message_can_come(
    room: ControlRoom,
) -> None:
    """The first thing that is said to a service that starts is known to it."""
    first = await said_over_tcp(room, message())
    assert first["standing"] == "taken"
    await room.stop()
    room.start()
    again = await said_over_tcp(room, message())
    assert again == first | {"standing": "known"}
    await room.ready()


async def said_over_tcp(room: ControlRoom, line: bytes) -> dict[str, Any]:
    """The answer to one line, said as soon as the source listens at all."""
    async with room.patience("the CAD source"):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", room.ports["cad_tcp"])
            except OSError:
                await asyncio.sleep(0)
                continue
            hello = json.dumps({"hello": {"token": room.cad_token}}).encode()
            writer.write(hello + b"\n" + line + b"\n")
            await reader.readline()
            answer: dict[str, Any] = json.loads(await reader.readline())
            writer.close()
            return answer


async def test_o4_nothing_of_it_runs_on_when_it_has_stopped(tmp_path: Path) -> None:
    """Not its broker, and not the process that makes a snapshot after an import."""
    async with control_room(tmp_path) as room:
        importing = asyncio.create_task(room.import_markers(MARKERS, 1))
        await room.until(lambda: len(room.children()) == 2, "the snapshot to begin")
        children = room.children()
        importing.cancel()
        assert await room.stop() == 0
    assert [child for child in children if child.is_running()] == []


@pytest.mark.parametrize("environ", [{}, {"FOREWARN_BROKER__EMBEDDED": "false"}])
async def test_o4_starting_it_twice_by_mistake_harms_nothing(
    room: ControlRoom, environ: dict[str, str]
) -> None:
    log = room.folder / "second.log"
    assert await ended(room.another(log, **environ)) == 1
    assert "a service runs on the state directory state already" in log.read_text()
    assert "what to do: stop that one first" in log.read_text()
    [broker] = room.brokers()
    broker.kill()
    async with room.cad() as cad, screen(room, Role.DISPATCHER) as desk, room.device(ON):
        cad.open_incident("000001", MARKED, resources=[resource(ON)])
        await desk.until_told("acknowledged", "000001", ON)


async def test_o1_a_source_that_cannot_listen_says_how_to_mend_it_and_comes_when_it_can(
    room: ControlRoom,
) -> None:
    await room.stop()
    with socket.create_server(("127.0.0.1", room.ports["cad_tcp"])):
        room.start()
        remedy = "end the program that listens there, or set listen in [source.cad_tcp]"
        await room.until(lambda: remedy in room.log.read_text(), "the remedy in the log")
        async with room.cad("http") as cad, room.patience("the other way in"):
            cad.open_incident("000001", MARKED)
            await cad.settled()
    assert (await said_over_tcp(room, message(n=2)))["standing"] == "taken"


async def test_o4_a_second_service_on_the_journal_takes_over_and_the_first_ends(
    room: ControlRoom,
) -> None:
    """As when another machine takes over while the first one hangs."""
    await said_over_tcp(room, message(n=1))
    first, second = room.child, room.elsewhere()
    assert first
    await second.ready()
    status = await post(room, message(n=2))
    assert status != 202
    assert await ended(first) == 1
    assert "another service took over this journal" in room.log.read_text()
    assert "what to do: stop the other service" in room.log.read_text()
    assert await post(second, message(n=1)) == 200, "known from the first"
    assert await post(second, message(n=2)) == 202
    room.child = None
    await second.stop()
    assert len(refold(await room.journal()).incidents) == 2


async def post(room: ControlRoom, body: bytes) -> int:
    """The status, 0 when there is no answer."""
    headers = {"Authorization": f"Bearer {room.cad_token}"}
    async with ClientSession(headers=headers, timeout=ClientTimeout(total=30)) as session:
        try:
            async with session.post(room.cad_url, data=body) as answer:
                return answer.status
        except ClientError:
            return 0


async def test_o4_a_snapshot_spares_reading_what_lies_before_it(room: ControlRoom) -> None:
    """Records before it are no longer records; those after it are read."""
    async with room.cad() as cad:
        cad.open_incident("000001", MARKED, resources=[resource(OFF)])
        await cad.settled()
        taken = await room.forewarn("journal", "snapshot")
        position = int(taken.out)
        cad.open_incident("000002", MARKED, resources=[resource(OFF)])
        await cad.settled()
        room.kill()
        with closing(sqlite3.connect(room.state / "journal.sqlite")) as journal, journal:
            journal.execute("UPDATE records SET record = x'00' WHERE position <= ?", (position,))
        room.start()
        await room.ready()
        cad.close_incident("000001")
        async with screen(room, Role.DISPATCHER) as desk:
            await desk.until_told("withdrawn", "000001", OFF)
            await desk.until_told("sending", "000002", OFF)
            assert desk.find("incidents", number="000002")["outcome"] == "found"


@pytest.mark.parametrize("keep", [0, -1])
async def test_o4_a_damaged_snapshot_costs_time_and_nothing_else(
    room: ControlRoom, keep: int
) -> None:
    assert await post(room, message(place=MARKED)) == 202
    await room.forewarn("journal", "snapshot")
    room.kill()
    [snapshot] = room.state.glob("*.snapshot")
    snapshot.write_bytes(snapshot.read_bytes()[:keep])
    room.start()
    await room.ready()
    async with screen(room, Role.DISPATCHER) as desk:
        assert (await desk.shows("incidents", number="000001"))["outcome"] == "found"
    await room.until_figure(1, "forewarn_markers", state="in_index")
