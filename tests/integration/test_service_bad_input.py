"""Garbage on every door of the real service: refused with field and reason, counted, in quarantine
with its raw bytes; and the next thing that is said through that door is taken (C1, C2, M5, N3, O1,
O4)."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import aiomqtt
import pytest
import pytest_asyncio
from aiohttp import ClientSession

from adapters.codecs.cad import LIMIT
from middleware.ops.access import Role
from schemas.markers_in import MARKERS_A_CHUNK
from schemas.service import Refused
from simulators.telephony import TelephonySimulator
from tests.cad import message
from tests.service import AMI_SECRET, ControlRoom, control_room
from tests.service_process import ROOM
from tests.service_screen import Screen, screen

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEVICE = "A101"
NUMBERS = count(1)
MARKER = {
    "id": "EOC-1", "address": "14 Marram Street, Saltby", "scope": "house", "source": "EOC",
    "category": "physical_assault", "severity": "high", "what": "Hit", "happened_on": "2025-11-02",
    "review_on": "2099-01-01",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outside:
    """What is around the service while all of this is said."""

    room: ControlRoom
    exchange: TelephonySimulator
    supervisor: Screen


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outside(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outside]:
    async with (
        control_room(tmp_path_factory.mktemp("room")) as room,
        TelephonySimulator(secret=AMI_SECRET, port=room.ports["ami"]) as exchange,
        screen(room, Role.SUPERVISOR) as supervisor,
    ):
        await exchange.signed_in()
        yield Outside(room, exchange, supervisor)


# --- the doors: each says the garbage, then something good; returns what was answered -----------


async def cad_http(outside: Outside, raw: bytes) -> str:
    room = outside.room
    headers = {"Authorization": f"Bearer {room.cad_token}"}
    async with ClientSession(headers=headers) as http:
        async with http.post(room.cad_url, data=raw) as refused:
            assert refused.status in {400, 413}
            said = await refused.text()
        async with http.post(room.cad_url, data=message(n=next(NUMBERS))) as taken:
            assert taken.status == 202
    return said


async def cad_tcp(outside: Outside, raw: bytes) -> str:
    room = outside.room
    reader, writer = await asyncio.open_connection("127.0.0.1", room.ports["cad_tcp"])
    hello = json.dumps({"hello": {"token": room.cad_token}}).encode()
    writer.write(b"\n".join((hello, raw, message(n=next(NUMBERS)), b"")))
    assert b"welcome" in await reader.readline()
    refused, taken = await reader.readline(), await reader.readline()
    assert json.loads(taken)["standing"] == "taken"
    writer.close()
    return refused.decode()


async def exchange(outside: Outside, raw: bytes) -> str:
    """It is told nothing; a call that rings afterwards is taken in."""
    before = (await outside.room.figures()).total("forewarn_checks_total", subject="call")
    outside.exchange.play(raw + b"\r\n\r\n")
    outside.exchange.ring("07700900101").hang_up()
    await outside.room.until_figure(before + 1, "forewarn_checks_total", subject="call")
    return ""


async def device(outside: Outside, raw: bytes) -> str:
    """It is told nothing; what it says afterwards is taken in."""
    room = outside.room
    root = f"forewarn/{ROOM}/mdt/{DEVICE}"
    hello = {"contract": "forewarn.mdt/1", "session": f"s{next(NUMBERS)}"}
    before = (await room.figures()).total("forewarn_submissions_total", source="mdt")
    async with aiomqtt.Client(
        "127.0.0.1", room.ports["broker"], username=DEVICE, password=room.passwords[DEVICE],
        identifier=DEVICE,
    ) as client:  # fmt: skip
        await client.publish(f"{root}/receipts", raw, qos=1)
        await client.publish(f"{root}/hello", json.dumps(hello), qos=1)
        await room.until_figure(before + 2, "forewarn_submissions_total", source="mdt")
    return ""


async def marker_api(outside: Outside, raw: bytes) -> str:
    batch = f"/api/markers/b{next(NUMBERS)}/chunk?chunk=1"
    async with outside.room.program(Role.MARKING_TEAM) as team:
        async with team.post(batch, data=raw) as refused:
            assert refused.status == 400
            said = await refused.text()
        async with team.post(batch, json={"supplied": [MARKER]}) as staged:
            assert staged.status == 200
    return said


# --- what is said ------------------------------------------------------------------------------


class Bad(NamedTuple):
    """Garbage, and what is said of it."""

    raw: bytes
    field: str
    reason: str


BAD_CAD = (
    Bad(b"crumbs", "message", "is not JSON at character 0; send one UTF-8 object"),
    Bad(b"[]", "message", "is not a JSON object; send one object a message"),
    Bad(b'{"contract": "\xff\xfe"}', "message", "is not JSON"),
    Bad(b'{"contract": "forewarn.cad/9"}', "contract", "is not forewarn.cad/1; this is the one"),
    Bad(message("incident.exploded"), "type", "is no message of the contract; send one of"),
    Bad(message(place={"latitude": "north"}), "place.latitude", "Input should be a valid number"),
    Bad(message(revision=0), "revision", "Input should be greater than or equal to 1"),
    Bad(message(nature="x" * LIMIT), "message", f"is longer than {LIMIT} bytes"),
)
BAD_DEVICE = (
    Bad(b"crumbs", "payload", "is not JSON at character 0; send one UTF-8 object"),
    Bad(b'{"contract": "forewarn.mdt/9"}', "contract", "is not forewarn.mdt/1"),
    Bad(b'{"contract": "forewarn.mdt/1", "kind": "displayed", "revision": 1}', "note", "required"),
    Bad(
        b'{"contract": "forewarn.mdt/1", "kind": "acknowledged", "note": "n1", "revision": 1}',
        "by", "is given exactly with acknowledged",
    ),
)  # fmt: skip
BAD_EXCHANGE = (
    Bad(b"crumbs", "line 1", "is not of the form `Key: Value`"),
    Bad(b"Event: Newchannel\r\n: crumbs", "line 2", "is not of the form `Key: Value`"),
    Bad(b"Event: " + b"x" * 70_000, "message", "is longer than 65536 bytes or never ends"),
)
BAD_MARKERS = (
    Bad(b"crumbs", "body", "Invalid JSON"),
    Bad(
        json.dumps({"supplied": [MARKER, MARKER | {"review_on": None}]}).encode(),
        "supplied.1.review_on", "Input should be a valid date",
    ),
    Bad(
        json.dumps({"supplied": [MARKER] * (MARKERS_A_CHUNK + 1)}).encode(),
        "supplied", f"at most {MARKERS_A_CHUNK} items",
    ),
)  # fmt: skip
Door = Callable[[Outside, bytes], Awaitable[str]]
DOORS: dict[Door, tuple[str, tuple[Bad, ...]]] = {
    cad_http: ("cad_http", BAD_CAD),
    cad_tcp: ("cad_tcp", BAD_CAD),
    device: ("mdt", BAD_DEVICE),
    exchange: ("asterisk_ami", BAD_EXCHANGE),
    marker_api: ("console", BAD_MARKERS),
}


@pytest.mark.parametrize(
    ("door", "source", "bad"),
    [
        pytest.param(door, source, bad, id=f"{door.__name__} {bad.field} {number}")
        for door, (source, every) in DOORS.items()
        for number, bad in enumerate(every)
    ],
)
async def test_o1_o4_garbage_is_refused_counted_kept_and_followed_by_what_is_good(
    outside: Outside, door: Door, source: str, bad: Bad
) -> None:
    room, supervisor = outside.room, outside.supervisor
    before = await refusals(room, source)
    answered = await door(outside, bad.raw)
    assert await refusals(room, source) == before + 1
    kept = [e.event for e in await room.journal() if isinstance(e.event, Refused)][-1]
    assert (kept.source, kept.field) == (source, bad.field)
    assert bad.reason in kept.reason
    assert kept.raw.startswith(bad.raw[:LIMIT])
    await room.until(lambda: latest(supervisor).get("reason") == kept.reason, "it on the screen")
    assert (latest(supervisor)["source"], latest(supervisor)["field"]) == (source, bad.field)
    if answered:
        assert bad.field in answered
        assert bad.reason in answered


async def refusals(room: ControlRoom, source: str) -> int:
    figures = await room.figures()
    return figures.total("forewarn_submissions_total", source=source, standing="refused")


def latest(shown: Screen) -> dict[str, str]:
    """The newest refusal on the screen."""
    row = shown.find("quarantine", id="quarantine")
    return dict(row["latest"][0]) if row["latest"] else {}


async def test_e2_o4_of_who_is_not_known_nothing_is_kept(outside: Outside) -> None:
    """Not even in quarantine: a stranger must not fill the journal."""
    room = outside.room
    before = len(await room.journal())
    async with ClientSession(headers={"Authorization": "Bearer wrong"}) as http:
        async with http.post(room.cad_url, data=message(n=next(NUMBERS))) as answer:
            assert answer.status == 401
        async with http.put(f"{room.console}/api/markers/EOC-1", data=b"crumbs") as answer:
            assert answer.status == 401
    for first in (b"crumbs", b'{"hello": {"token": "wrong"}}'):
        reader, writer = await asyncio.open_connection("127.0.0.1", room.ports["cad_tcp"])
        writer.write(first + b"\n" + message(n=next(NUMBERS)) + b"\n")
        assert json.loads(await reader.readline())["error"]["field"] == "hello.token"
        assert await reader.read() == b""
        writer.close()
    assert len(await room.journal()) == before
