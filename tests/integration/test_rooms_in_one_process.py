"""Two control rooms that one process serves (O4, E1, E2, N2); docs/several-rooms.md."""

import argparse
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters.channels.broker import free_port
from adapters.sources.bars_http import PATH
from adapters.stores.sqlite import SqliteJournal
from middleware.cli.common import add_configs
from middleware.ops.access import Role
from schemas.decision import NoteIssued
from schemas.incident import IncidentOpened
from schemas.service import BuildStarted
from simulators.cad_messages import resource
from tests.needs import require
from tests.neighbours import Neighbour, Neighbours, serving, set_up
from tests.room import made
from tests.service_process import ended
from tests.service_screen import screen
from tests.systemd import REPOSITORY, Machine

pytestmark = pytest.mark.timeout(300)
ON = "A101"
PAGE = REPOSITORY / "docs" / "running.md"
UNIT = "forewarn.service"
CALLER = "07700 900673"
THERE = {"address": "77 Quixotry Lane, Saltby", "postcode": "CT97 1AB", "phone": CALLER}
ELSEWHERE = {"address": "9 Ropewalk Terrace, Saltby", "postcode": "CT97 3TW"}
MARKERS = """\
id,address,postcode,scope,category,severity,what,happened_on,review_on,source
EOC-1,"77 Quixotry Lane, Saltby",CT97 1AB,house,physical_assault,high,Threw a grandfather clock,\
2025-11-02,2099-01-01,EOC
"""
PRIVATE = ("Quixotry", "grandfather", CALLER, CALLER.replace(" ", ""))
HANDS_ON = """
[channel.bars_flag]
url = "http://127.0.0.1:{port}{path}"
token_file = "handed-on.token"
look_every = "200ms"
[hand_on]
sender = "EOC 1"
sender_id = "RX900"
[[hand_on.service]]
name = "EOC 2"
id = "1122334455"
"""
TAKES = '\n[source.bars_http]\nlisten = "127.0.0.1:{port}"\n'


def beside(folder: Path) -> Neighbours:
    """eoc1 may hand on to eoc2, with a token that eoc2 gave it."""
    port = free_port("127.0.0.1")
    rooms = set_up(folder, HANDS_ON.format(port=port, path=PATH), TAKES.format(port=port))
    token = rooms.one.folder / "handed-on.token"
    token.touch(mode=0o600)
    token.write_text(rooms.two.tokens.add("system:eoc1"))
    return rooms


async def test_o4_e1_each_room_has_its_own_and_the_other_what_a_person_hands_on(
    tmp_path: Path,
) -> None:
    async with serving(beside(tmp_path)) as rooms:
        one, two = rooms.rooms
        for room in rooms.rooms:
            await room.ready()
        await one.import_markers(MARKERS, 1)
        async with (
            one.cad() as ours, two.cad() as theirs, one.device(ON) as mdt, two.device(ON) as other,
            screen(one, Role.DISPATCHER, "Dee") as here, screen(two, Role.DISPATCHER) as there,
        ):  # fmt: skip
            ours.open_incident("000001", THERE, resources=[resource(ON)])
            theirs.open_incident("000002", ELSEWHERE, resources=[resource(ON)])
            found = await here.shows("incidents", number="000001", outcome="found")
            await there.shows("incidents", number="000002", outcome="none_found")
            await one.until(lambda: mdt.tally["shown"] == 1, "the note in its own room")
            assert other.tally["shown"] == 0
            assert not here.find("incidents", number="000002")
            assert not there.find("incidents", number="000001")
            await _demand_figures_of_their_own(rooms)
            assert not _private_in(await _everything_said_by(two))
            await _demand_strangers(one, two)

            asked = {"incident": found["id"], "service": "EOC 2", "case": "mutual-aid"}
            assert (await here.does("hand-on", **asked))["say"] == "done"
            await one.until(lambda: len(there.rows["incidents"]) == 2, "what was handed on")
            handed = next(
                row for row in there.rows["incidents"].values() if row["number"] != "000002"
            )
            assert handed["nature"].startswith("SCENE NOT SAFE, as the sender says: ")
            assert "sender's reference 000001" in handed["nature"]
            await one.until(
                lambda: "received" in str(here.find("incidents", number="000001")), "the receipt"
            )
            back = here.find("incidents", number="000001")["handed_on"][0]["hand_on"]
            told = await here.does("end-hand-on", hand_on=back, reason="our own crew was nearer")
            assert told["say"] == "done"
            await two.until(
                lambda: there.find("incidents", id=handed["id"])["finished_at"], "that it is over"
            )
            assert other.tally["shown"] == 0
        assert await rooms.stop() == 0
        assert rooms.printed().rstrip().endswith("stopped")
        assert not _private_in(rooms.printed())
        assert {line["room"] for line in rooms.logged("listening")} == {"eoc1", "eoc2"}
        assert {line["room"] for line in rooms.logged("not_signed_in")} == {"eoc2"}
        await _demand_records_of_their_own(rooms)


async def _demand_figures_of_their_own(rooms: Neighbours) -> None:
    for room, notes, markers in ((rooms.one, 1, 1), (rooms.two, 0, 0)):
        await room.until_figure(notes, "forewarn_answered_total", channel="mdt")
        await room.until_figure(markers, "forewarn_markers", state="in_index")


async def _everything_said_by(room: Neighbour) -> str:
    """To anybody, and on its disk."""
    said = [await room.get(path) for path in ("/metrics", "/healthz", "/readyz")]
    files = [file for file in room.state.rglob("*") if file.is_file()]
    return "".join(said + [file.read_bytes().decode("latin-1") for file in files])


def _private_in(said: str) -> list[str]:
    return [word for word in PRIVATE if word in said]


async def _demand_strangers(one: Neighbour, two: Neighbour) -> None:
    """A token of one room is nobody's in the other."""
    headers = {"Authorization": f"Bearer {one.cad_token}"}
    async with ClientSession(headers=headers) as http, http.post(two.cad_url, data=b"{}") as told:
        assert told.status == 401
    token = one.tokens.add(f"person:A. Uditor:{Role.AUDITOR}")
    asked = {"Authorization": f"Bearer {token}"}
    past = "/api/timeline/000002"
    async with ClientSession(two.console, headers=asked) as http, http.get(past) as told:
        assert told.status == 401


async def _demand_records_of_their_own(rooms: Neighbours) -> None:
    ours, theirs = [await room.journal() for room in rooms.rooms]
    assert len(made(ours, NoteIssued)) == 1
    assert not made(theirs, NoteIssued)
    numbers = [e.event.number for e in theirs if isinstance(e.event, IncidentOpened)]
    assert numbers[0] == "000002"
    assert len(numbers) == 2  # and the one that was handed on, under the name of the hand-on
    assert "000001" not in numbers


@contextmanager
def taken(room: Neighbour) -> Iterator[None]:
    """Somebody else listens where its console would."""
    with socket.create_server(("127.0.0.1", room.ports["console"])):
        yield


async def test_o4_what_goes_wrong_in_one_room_leaves_the_other_and_is_said(tmp_path: Path) -> None:
    rooms = set_up(tmp_path)
    one, two = rooms.rooms
    with taken(two):
        async with serving(rooms):
            await one.ready()
            await one.until(lambda: rooms.logged("room_failed"), "what is wrong to be said")
            assert f"eoc2: {two.config}: the console cannot listen at" in rooms.printed()
            assert await rooms.stop() == 1
    assert f"was not served when it was stopped: {two.config}" in rooms.printed()
    async with serving(rooms):
        for room in rooms.rooms:
            await room.ready()
        await one.import_markers(MARKERS, 1)
        async with one.cad() as ours, two.cad() as theirs, one.device(ON) as mdt:
            theirs.open_incident("000001", ELSEWHERE, resources=[])
            await theirs.settled()
            await _take_over(two)
            theirs.open_incident("000002", ELSEWHERE, resources=[])
            await one.until(lambda: _taken_over(rooms), "the room that is fenced to be ended")
            ours.open_incident("000001", THERE, resources=[resource(ON)])
            await one.until(lambda: mdt.tally["shown"] == 1, "a note in the other room")
            await two.ready()
            await theirs.settled()
        again = rooms.another(tmp_path / "again.log")
        assert await ended(again) == 1
        assert f"{one.config}: a service runs on the state" in (tmp_path / "again.log").read_text()
        assert await rooms.stop() == 0
    assert {line["room"] for line in rooms.logged("room_failed")} == {"eoc2"}
    numbers = [e.event.number for e in await two.journal() if isinstance(e.event, IncidentOpened)]
    assert numbers == ["000001", "000002"]
    starts = [e for e in await one.journal() if isinstance(e.event, BuildStarted)]
    assert len(starts) == 2, "the other room was never started again"


def _taken_over(rooms: Neighbours) -> bool:
    return "another service took over this journal" in rooms.printed()


async def _take_over(room: Neighbour) -> None:
    """As a second service on the same journal would."""
    journal = SqliteJournal(room.state / "journal.sqlite")
    try:
        await journal.acquire()
    finally:
        await journal.close()


def test_o4_the_page_tells_systemd_of_both_rooms(tmp_path: Path) -> None:
    """What docs/running.md gives to `systemctl edit` is taken by systemd, and by the command."""
    (words,) = re.findall(r"^```ini\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    machine = Machine(tmp_path, {})
    machine.prepare()
    program = tmp_path / "opt" / "forewarn" / "bin" / "forewarn"
    program.parent.mkdir(parents=True)
    program.symlink_to("/bin/true")
    unit = tmp_path / "etc" / "systemd" / "system" / UNIT
    unit.write_text((tmp_path / "source" / "docker" / "systemd" / UNIT).read_text())
    edited = unit.with_name(f"{UNIT}.d") / "override.conf"
    edited.parent.mkdir()
    edited.write_text(machine.here(words))
    verify = [require("systemd-analyze"), "verify", "--man=no", str(unit)]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    _, command = words.split("ExecStart=/opt/forewarn/bin/forewarn run ")
    parser = argparse.ArgumentParser()
    add_configs(parser)
    files = parser.parse_args(command.split()).config
    assert [file.name for file in files] == ["eoc1.toml", "eoc2.toml"]
