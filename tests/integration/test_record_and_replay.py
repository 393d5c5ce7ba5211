"""A shift recorded from the real service, replayed and compared, as a test team does it (O2)."""

import asyncio
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
import pytest_asyncio

from middleware.flow.recording.file import Recording
from middleware.ops.access import Role
from middleware.ops.keys import FileKeys
from schemas.call import CallEnded
from schemas.delivery import NoteAcknowledged, NoteOpened
from schemas.event import Event
from simulators.cad_messages import resource
from simulators.telephony import TelephonySimulator
from tests.service import AMI_SECRET, ControlRoom, control_room
from tests.service_process import Ran

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARKED = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
UNMARKED = {"address": "9 Ropewalk Terrace, Saltby", "postcode": "CT97 3TW"}
NUMBER = "07700900114"
MARKERS = """\
id,address,postcode,phones,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,,house,physical_assault,high,Threw a chair at the crew,\
2025-11-02,2099-01-01,EOC
EOC-2,,,07700 900114,person,verbal_abuse,low,Shouted at the handler,2025-06-14,2099-01-01,EOC
"""
PERSONAL = (b"Marram", b"Ropewalk", NUMBER.encode(), b"Threw a chair", b"CT97")


@dataclass
class Shift:
    """A service, and the file of what it recorded."""

    room: ControlRoom
    file: Path

    async def forewarn(self, *words: str) -> Ran:
        return await self.room.forewarn(*words)

    async def replay(self, out: str) -> bytes:
        """The outcome's bytes."""
        ran = await self.forewarn("replay", str(self.file), "--out", out)
        assert ran.code == 0, ran.err
        return (self.room.folder / out).read_bytes()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shift(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shift]:
    """Incidents before and while it is recorded, a crew that answers, and a call."""
    async with control_room(tmp_path_factory.mktemp("shift")) as room:
        await room.import_markers(MARKERS, 2)
        async with room.device("A101"), room.cad() as cad:
            cad.open_incident("000001", MARKED, resources=[resource("A101")])
            await heard(room, NoteAcknowledged, 1)
            file = await begun(room)
            cad.open_incident("000002", UNMARKED, resources=[resource("A101")])
            cad.change_address("000002", MARKED)
            cad.mobile("000001", "A101")
            await heard(room, NoteAcknowledged, 2)
            await called(room)
        yield Shift(room, await ended(room, file))


async def heard(room: ControlRoom, kind: type[Event], times: int) -> None:
    """Until so many of them are on record."""
    async with room.patience(f"{times} {kind.kind}"):
        while await on_record(room, kind) < times:
            room.demand_alive()
            await asyncio.sleep(0.1)


async def on_record(room: ControlRoom, kind: type[Event]) -> int:
    return sum(isinstance(entry.event, kind) for entry in await room.journal())


async def begun(room: ControlRoom) -> Path:
    token = room.tokens.add(f"person:A. Dmin:{Role.ADMINISTRATOR}")
    (room.folder / "admin.token").write_text(token)
    async with (
        room.program(Role.ADMINISTRATOR) as http,
        http.post("/api/recording", json={"name": "night"}) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return room.folder / (await answer.json())["file"]


async def called(room: ControlRoom) -> None:
    """A caller with a marker rings, is answered and hangs up."""
    async with TelephonySimulator(secret=AMI_SECRET, port=room.ports["ami"]) as exchange:
        await exchange.signed_in()
        call = exchange.ring(NUMBER)
        call.answer("handler1")
        call.hang_up()
        await heard(room, CallEnded, 1)


async def ended(room: ControlRoom, file: Path) -> Path:
    ran = await room.forewarn("record", "--stop", "--token-file", "admin.token")
    assert (ran.code, ran.out.strip()) == (0, str(file.relative_to(room.folder))), ran.err
    return file


async def test_o2_e4_a_recording_is_of_its_user_alone_and_holds_nothing_in_clear(
    shift: Shift,
) -> None:
    data = shift.file.read_bytes()
    assert stat.S_IMODE(shift.file.stat().st_mode) == 0o600
    assert not [words for words in PERSONAL if words in data]
    header = orjson.loads(data.splitlines()[0])
    assert header["sources"] == {"cad_http": "wire", "cad_tcp": "wire", "asterisk_ami": "wire"}
    assert AMI_SECRET.encode() not in data
    assert shift.room.cad_token.encode() not in data


async def test_o2_it_has_the_wire_itself_what_people_told_and_what_came_of_it(
    shift: Shift,
) -> None:
    recording = Recording(shift.file, FileKeys(shift.room.state / "keys"))
    frames = list(recording.frames())
    assert recording.seal is not None
    assert recording.seal.why == "ended by a person"
    said = b"".join(orjson.dumps(frame) for frame in frames)
    assert not [words for words in PERSONAL if words not in said]
    wires = {(frame["f"], frame["source"]) for frame in frames if "source" in frame}
    assert {("opened", "asterisk_ami"), ("heard", "asterisk_ami"), ("heard", "cad_tcp")} <= wires
    told = {frame["event"][0] for frame in frames if frame["f"] == "told"}
    assert {"note.displayed", "note.acknowledged"} <= told
    assert shift.room.cad_token.encode() not in said


async def test_o2_e1_who_recorded_is_on_record(shift: Shift) -> None:
    events = [entry.event for entry in await shift.room.journal()]
    opened = [(e.subject, e.by) for e in events if isinstance(e, NoteOpened)]
    assert ("recording/night", "P. Rogram") in opened
    assert ("recording/stop", "A. Dmin") in opened


async def test_o2_twice_replayed_it_is_the_same_byte_for_byte(shift: Shift) -> None:
    first, second = await shift.replay("first.jsonl"), await shift.replay("second.jsonl")
    assert first == second
    ran = await shift.forewarn("compare", "first.jsonl", "second.jsonl")
    assert (ran.code, ran.out) == (0, "")


async def test_o2_the_replay_decides_what_the_service_decided(shift: Shift) -> None:
    await shift.replay("same.jsonl")
    ran = await shift.forewarn("compare", str(shift.file), "same.jsonl", "--later-than", "60s")
    assert (ran.code, ran.out) == (0, ""), ran.out


async def test_o2_other_rules_show_as_differences_with_their_report(shift: Shift) -> None:
    other = shift.room.config.read_text().replace('wait = "1h"', 'wait = "1m"')
    (shift.room.folder / "other.toml").write_text(other)
    await shift.replay("as-it-was.jsonl")
    words = ["replay", str(shift.file), "--out", "other.jsonl", "--rules-of-config"]
    assert (await shift.room.forewarn_with("other.toml", *words)).code == 0
    ran = await shift.forewarn(
        "compare", "as-it-was.jsonl", "other.jsonl", "--report", "report.html"
    )
    assert ran.code == 1
    assert "otherwise: timer_set" in ran.out
    page = (shift.room.folder / "report.html").read_text()
    assert "What came out of two runs" in page
    assert "Threw a chair" not in page


async def test_o2_the_present_matcher_is_asked_again(shift: Shift) -> None:
    ran = await shift.forewarn("replay", str(shift.file), "--rematch")
    assert (ran.code, ran.out) == (0, ""), ran.out
    assert "checks asked again, 0 answers changed" in ran.err


async def test_o2_it_can_be_sent_to_a_running_service(shift: Shift) -> None:
    """To the very one that heard it: it says that it knows each message."""
    (shift.room.folder / "cad.token").write_text(shift.room.cad_token)
    ran = await shift.forewarn(
        "replay", str(shift.file), "--speed", "max", "--token-file", "cad.token",
        "--against", f"cad_tcp=127.0.0.1:{shift.room.ports['cad_tcp']}",
    )  # fmt: skip
    assert (ran.code, ran.out) == (0, "cad_tcp: 3 known\n"), ran.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("replay", "missing.jsonl"), "cannot be read: no such file"),
        (("replay", "forewarn.toml"), "is no recording of this format"),
        (("replay", "FILE", "--speed", "fast"), "give a number such as 10, or max, or step"),
        (("replay", "FILE", "--against", "voice=127.0.0.1:1"), "or replay in-process"),
        (("compare", "FILE", "FILE", "--later-than", "soon"), "give for example"),
        (("record", "--stop", "--token-file", "admin.token"), "no recording is under way"),
        (("record", "--for", "soon", "--token-file", "admin.token"), "give for example --for 8h"),
    ],
)
async def test_o2_every_error_says_what_to_do(
    shift: Shift, words: tuple[str, ...], told: str
) -> None:
    ran = await shift.forewarn(*(str(shift.file) if word == "FILE" else word for word in words))
    assert ran.code != 0
    assert told in ran.err


async def test_o2_e4_made_anonymous_it_decides_the_same_and_holds_nothing_of_anybody(
    shift: Shift,
) -> None:
    ran = await shift.forewarn("anonymise", str(shift.file), "--out", "anonymous.jsonl")
    assert ran.code == 0, ran.err
    assert "telephone numbers replaced" in ran.err
    assert "free texts replaced" in ran.err
    data = (shift.room.folder / "anonymous.jsonl").read_bytes()
    assert not [words for words in (*PERSONAL, b"handler1", b"P1001") if words in data]
    assert b"14 " in data
    for words in (
        ["replay", "anonymous.jsonl", "--out", "anonymous.outcome.jsonl"],
        ["compare", "anonymous.jsonl", "anonymous.outcome.jsonl", "--later-than", "60s"],
        ["replay", "anonymous.jsonl", "--rematch"],
    ):
        ran = await shift.forewarn(*words)
        assert ran.code == 0, ran.out + ran.err
