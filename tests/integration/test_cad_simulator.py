"""The CAD simulator against the real sources, with every fault (O3, O4, C1)."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.sources.cad_http import PATH, CadHttp, CadHttpSettings
from adapters.sources.cad_tcp import CadTcp, CadTcpSettings
from middleware.ops.listening import HostPort
from schemas.incident import CadEvent
from simulators.cad import CadSimulator
from simulators.cad_faults import Faults
from simulators.cad_links import HttpLink, TcpLink
from simulators.cad_outbox import Dismissed, Link
from simulators.shift import load
from tests.fakes import CAD_TOKEN, FakeIntake, fake_world

ANY = HostPort("127.0.0.1", 0)
MANY = 40


def http_link(source: CadHttp | CadTcp, token: str) -> Link:
    return HttpLink(f"http://{source.address}{PATH}", token)


def tcp_link(source: CadHttp | CadTcp, token: str) -> Link:
    return TcpLink(*source.address, token)


def http_source(state: Path) -> CadHttp:
    return CadHttp(CadHttpSettings(listen=ANY), fake_world(state))


def tcp_source(state: Path) -> CadTcp:
    return CadTcp(CadTcpSettings(listen=ANY), fake_world(state))


WAYS = [
    pytest.param(http_source, http_link, id="http"),
    pytest.param(tcp_source, tcp_link, id="tcp"),
]
Make = Callable[[Path], CadHttp | CadTcp]
Way = Callable[[CadHttp | CadTcp, str], Link]


@asynccontextmanager
async def running(source: CadHttp | CadTcp, intake: FakeIntake) -> AsyncIterator[None]:
    task = asyncio.create_task(source.run(intake))
    await source.listening.wait()
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def a_shift(cad: CadSimulator) -> int:
    """Some incidents with everything that can happen to them; how many messages that makes."""
    for n in range(MANY):
        number, callsign = f"{n:06}", f"A{n % 8:03}"
        cad.open_incident(number, {"address": f"{n} Marram Street, Saltby"}, priority="C2")
        cad.assign(number, callsign)
        cad.mobile(number, callsign)
        cad.change_address(number, {"address": f"{n + 100} Marram Street, Saltby"})
        cad.at_scene(number, callsign)
        cad.clear(number, callsign)
        cad.close_incident(number)
    return 7 * MANY


async def told(cad: CadSimulator) -> None:
    task = asyncio.create_task(cad.run())
    await cad.settled()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(("make", "way"), WAYS)
async def test_o3_a_faultless_cad_is_taken_in_whole_and_in_order(
    tmp_path: Path, make: Make, way: Way
) -> None:
    source, intake = make(tmp_path), FakeIntake()
    async with running(source, intake):
        cad = CadSimulator(way(source, CAD_TOKEN))
        said = a_shift(cad)
        await told(cad)
    assert cad.tally == {"taken": said}
    about_first = [
        e.kind for e in intake.events if isinstance(e, CadEvent) and e.number == "000000"
    ]
    assert about_first == [
        "incident.opened", "resource.assigned", "resource.mobile", "incident.address_changed",
        "resource.at_scene", "resource.cleared", "incident.closed",
    ]  # fmt: skip


FAULTS = {
    "duplicate": Faults(duplicate=0.3),
    "conflict": Faults(conflict=0.3),
    "garbage": Faults(garbage=0.3),
    "cut": Faults(cut=0.05),
    "reorder": Faults(reorder=0.3),
    "resource_first": Faults(resource_first=True),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("make", "way"), WAYS)
async def test_o4_whatever_the_cad_does_wrong_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, make: Make, way: Way, fault: str
) -> None:
    source, intake = make(tmp_path), FakeIntake()
    async with running(source, intake):
        cad = CadSimulator(way(source, CAD_TOKEN), faults=FAULTS[fault])
        said = a_shift(cad)
        await told(cad)
    assert cad.mischief[fault] > 0, "the fault must have struck"
    taken = [(e.id, e.revision) for e in intake.events if isinstance(e, CadEvent)]
    assert len(taken) == len(set(taken)) == said
    assert len(intake.conflicts) == cad.mischief.get("conflict", 0)
    assert len(intake.refused) == cad.mischief.get("garbage", 0)


async def test_o4_what_was_not_answered_when_the_service_died_is_said_again(tmp_path: Path) -> None:
    intake = FakeIntake()
    first = tcp_source(tmp_path)
    async with running(first, intake):
        cad = CadSimulator(tcp_link(first, CAD_TOKEN))
        task = asyncio.create_task(cad.run())
        said = a_shift(cad)
        await intake.until(events=20)
        intake.hold()
    intake.release()
    second = CadTcp(CadTcpSettings(listen=first.address), fake_world(tmp_path))
    async with running(second, intake):
        await cad.settled()
    task.cancel()
    assert cad.tally["sent again"] > 0
    assert len([e for e in intake.events if isinstance(e, CadEvent)]) == said


async def test_o3_a_silent_cad_is_connected_and_says_nothing(tmp_path: Path) -> None:
    source, intake = tcp_source(tmp_path), FakeIntake()
    async with running(source, intake):
        cad = CadSimulator(tcp_link(source, CAD_TOKEN), faults=Faults(silent=True))
        said = a_shift(cad)
        task = asyncio.create_task(cad.run())
        await intake.until(events=1)
        task.cancel()
    assert cad.unanswered == said


@pytest.mark.parametrize(("make", "way"), WAYS)
async def test_e2_a_cad_with_a_wrong_token_is_told_and_stops(
    tmp_path: Path, make: Make, way: Way
) -> None:
    source = make(tmp_path)
    async with running(source, FakeIntake()):
        cad = CadSimulator(way(source, "wrong"))
        cad.close_incident("000001")
        with pytest.raises(Dismissed, match="token"):
            await cad.run()


async def test_o3_the_command_line_plays_the_whole_shift(tmp_path: Path) -> None:
    source, intake = tcp_source(tmp_path), FakeIntake()
    token = tmp_path / "token.txt"
    token.write_text(CAD_TOKEN)
    async with running(source, intake):
        cad = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulators", "cad", "--tcp", str(source.address),
            "--token-file", str(token), "--speed", "200", "--first-number", "500",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        told, _ = await cad.communicate()
    played = [event for event in intake.events if isinstance(event, CadEvent)]
    messages = sum(step.system == "cad" for step in load().steps)
    assert cad.returncode == 0
    assert len(played) == messages
    assert {event.number for event in played} == {f"{n:06}" for n in range(500, 540)}
    assert f"taken {messages}; unanswered 0" in told.decode()
    assert intake.refused == []
