"""What belongs to a person goes through every door of the real service, and is then nowhere but
in the sealed journal and before the eyes that may see it (E1, E4, N8)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiomqtt
import pytest
import pytest_asyncio
from aiohttp import ClientResponse, ClientSession

from middleware.ops.access import Role
from simulators.telephony import TelephonySimulator
from tests.cad import message
from tests.catalogue import strangers
from tests.service import AMI_SECRET, ControlRoom, control_room
from tests.service_process import ROOM
from tests.service_screen import Screen, screen

PERSON, STREET = "Zebedee Quillfeather", "Quixotry Lane"
IN_CAD, IN_CALL, IN_CSV = "07700 900673", "07700900674", "01632 960675"
WHAT, NATURE = "Threw a grandfather clock named Thaddeus", "Fell over an umbrella, Hortensia"
PLACE = {"address": f"77 {STREET}, Saltby", "postcode": "CT97 1AB", "phone": IN_CAD}
DOORS = ("http", "tcp", "ami", "mqtt", "row", "api", "verb", "path", "name")
GARBAGE = {door: f"crumb{door}crumb of {PERSON}" for door in DOORS}
JOURNALLED = ("http", "tcp", "ami", "mqtt", "row", "api")
MARKERS = f"""\
id,address,postcode,phones,person,scope,category,severity,what,happened_on,review_on,source
EOC-1,"77 {STREET}, Saltby",CT97 1AB,{IN_CSV},{PERSON},house,physical_assault,high,\
"{WHAT}",2025-11-02,2099-01-01,EOC
EOC-2,"78 {STREET}, Saltby",CT97 1AB,,{GARBAGE["row"]},house,physical_assault,high,\
"{WHAT}",2025-11-02,,EOC
"""
DEVICE = "A101"


def written(*numbers: str) -> set[str]:
    """A number as it was said, without blanks, and as one dials it from abroad."""
    bare = {number.replace(" ", "") for number in numbers}
    return {*numbers, *bare, *(f"44{number.removeprefix('0')}" for number in bare)}


NAMES = {*PERSON.split(), "Quixotry"}
NUMBERS = written(IN_CAD, IN_CALL, IN_CSV)
CRUMBS = {f"crumb{door}crumb" for door in DOORS}
PRIVATE = NAMES | NUMBERS | CRUMBS | {"Thaddeus", "Hortensia"}


def found_in(said: bytes | str, private: set[str] = PRIVATE) -> set[str]:
    """Which of these words are in there, however they are written."""
    text = said if isinstance(said, str) else said.decode("latin-1")
    return {word for word in private if word.lower() in text.lower()}


@dataclass(slots=True)
class Told:
    """What the service said: to those who were refused, to the crew, to anybody, to a handler."""

    refused: list[str] = field(default_factory=list)
    crew: list[bytes] = field(default_factory=list)
    anybody: list[str] = field(default_factory=list)
    handler: str = ""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ControlRoom]:
    async with control_room(tmp_path_factory.mktemp("room")) as room:
        yield room


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(room: ControlRoom) -> Told:
    """Everything has happened: a marker, an incident, a call, a note; garbage on every door; the
    broker was killed, which leaves more behind than one that ends."""
    told = Told()
    [broker] = room.brokers()
    broker.kill()
    await room.until(lambda: room.brokers() not in ([], [broker]), "another broker")
    told.refused.append((await room.import_markers(MARKERS, 1)).err)
    async with a_device(room, told), screen(room, Role.CALL_HANDLER) as handler:
        await the_cad_speaks(room, told)
        await the_exchange_speaks(room, handler)
        await people_speak(room, handler, told)
        await room.until(lambda: len(told.crew) == 2, "the note and the answer")
        told.handler = json.dumps(handler.rows)
    assert (await room.forewarn("journal", "snapshot")).code == 0
    told.anybody = [await room.get(path) for path in ("/metrics", "/healthz", "/readyz")]
    return told


@asynccontextmanager
async def a_device(room: ControlRoom, told: Told) -> AsyncIterator[None]:
    """Keeps what it is sent as it came; asks, and says garbage as well."""

    def say(leaf: str, **fields: str) -> "asyncio.Future[None]":
        said = json.dumps({"contract": "forewarn.mdt/1", **fields})
        return asyncio.ensure_future(client.publish(f"{root}/{leaf}", said, qos=1))

    async def hear() -> None:
        async for heard in client.messages:
            told.crew.append(bytes(heard.payload))
            if heard.topic.value.endswith("notes"):
                await say("ask", ask="q1")

    root, port = f"forewarn/{ROOM}/mdt/{DEVICE}", room.ports["broker"]
    await room.until_figure(1, "forewarn_adapter_connected", adapter="mdt")
    client = aiomqtt.Client(
        "127.0.0.1", port, username=DEVICE, password=room.passwords[DEVICE], identifier=DEVICE
    )
    async with client:
        await client.subscribe([(f"{root}/notes", 1), (f"{root}/answers", 1)])
        await say("hello", session="s1")
        await say("receipts", kind="acknowledged", by=GARBAGE["mqtt"])
        hearing = asyncio.create_task(hear())
        yield
        hearing.cancel()
        await asyncio.wait([hearing])


async def the_cad_speaks(room: ControlRoom, told: Told) -> None:
    said: dict[str, Any] = {"place": PLACE | {"person": PERSON}}
    said["resources"] = [{"callsign": DEVICE}]
    unknown: dict[str, Any] = {GARBAGE["path"]: PERSON}
    headers = {"Authorization": f"Bearer {room.cad_token}"}
    async with ClientSession(headers=headers) as http:
        for body, status in (
            (message(**said, nature=NATURE), 202),
            (message(**said, nature=PERSON), 409),
            (GARBAGE["http"].encode(), 400),
            (message(n=2, place=PLACE | {"latitude": PERSON}), 400),
            (message(n=3, place={}, **unknown), 202),
        ):
            async with http.post(room.cad_url, data=body) as answer:
                assert answer.status == status
                told.refused.append(await answer.text())
        async with http.get(f"{room.cad_url}/{GARBAGE['path']}") as answer:
            told.refused.append(await answer.text())
    hello = json.dumps({"hello": {"token": room.cad_token}})
    for lines in (f"{hello}\n{GARBAGE['tcp']}\n", f'{{"hello": {{"token": "{PERSON}"}}}}\n'):
        reader, writer = await asyncio.open_connection("127.0.0.1", room.ports["cad_tcp"])
        writer.write(lines.encode())
        for _ in lines.splitlines():
            told.refused.append((await reader.readline()).decode())
        writer.close()


async def the_exchange_speaks(room: ControlRoom, handler: Screen) -> None:
    async with TelephonySimulator(secret=AMI_SECRET, port=room.ports["ami"]) as exchange:
        await exchange.signed_in()
        exchange.play(f"{GARBAGE['ami']}\r\n\r\n".encode())
        exchange.ring(IN_CALL)
        await handler.shows("calls", number=IN_CALL)


async def people_speak(room: ControlRoom, handler: Screen, told: Told) -> None:
    row = await handler.shows("incidents", number="000001")
    note = await handler.does("open-note", subject=row["id"])
    assert found_in(json.dumps(note)) >= {"Quixotry", "Thaddeus"}
    told.refused.append(json.dumps(await handler.does("open-note", subject=GARBAGE["verb"])))
    told.refused.append(json.dumps(await handler.does(GARBAGE["verb"])))
    async with room.program(Role.MARKING_TEAM) as team, ClientSession(room.console) as anybody:
        wrong = {"name": GARBAGE["name"], "password": GARBAGE["name"]}
        for asked in (
            team.put(f"/api/markers/{GARBAGE['path']}", data=GARBAGE["api"]),
            team.put("/api/markers/EOC-9", json={"id": "EOC-9", "person": PERSON, "what": WHAT}),
            team.get(f"/static/{GARBAGE['path']}"),
            anybody.post("/sign-in", json=wrong),
            anybody.get(f"/api/timeline/{GARBAGE['path']}"),
        ):
            async with asked as answer:
                told.refused.append(await refusal(answer))


async def refusal(answer: ClientResponse) -> str:
    assert answer.status >= 400
    return await answer.text()


async def test_e1_all_of_it_is_on_record_and_before_the_eyes_that_may_see_it(
    room: ControlRoom, told: Told
) -> None:
    """So the tests below look for something that is there to be found."""
    kept = str([entry.event for entry in await room.journal()])
    journalled = {f"crumb{door}crumb" for door in JOURNALLED}
    assert found_in(kept) >= NAMES | journalled | {"Thaddeus", "Hortensia", IN_CAD, IN_CALL, IN_CSV}
    assert found_in(told.handler) >= {"Quixotry", "Hortensia", IN_CALL}


async def test_e1_nothing_of_it_is_in_any_file_of_the_service(
    room: ControlRoom, told: Told
) -> None:
    """Journal and snapshot are sealed; the broker keeps nothing of what it carried."""
    files = [file for file in room.state.rglob("*") if file.is_file()]
    names = {file.name for file in files}
    assert names > {"journal.sqlite", "journal.sqlite.snapshot", "nats-server.json",
                    "nats-server.log", "anchors.jsonl"}  # fmt: skip
    assert any("store" in file.parts for file in files)
    assert {file.name: found for file in files if (found := found_in(file.read_bytes()))} == {}
    assert found_in(" ".join(map(str, files))) == set()


async def test_e1_nothing_of_it_is_in_what_it_prints_and_logs(
    room: ControlRoom, told: Told
) -> None:
    said = room.log.read_text()
    assert "device_refused" in said
    assert found_in(said) == set()


async def test_e1_nothing_of_it_is_in_metrics_and_health(told: Told) -> None:
    assert "forewarn_submissions_total" in told.anybody[0]
    assert strangers(told.anybody[0]) == [], "O1: labels are fixed words and configured names"
    assert [found_in(page) for page in told.anybody] == [set()] * 3


async def test_e1_who_is_refused_is_not_told_what_was_sent(told: Told) -> None:
    assert len(told.refused) > len(DOORS)
    assert [said for said in told.refused if found_in(said)] == []


async def test_n8_the_device_is_told_what_happened_and_of_nobody(told: Told) -> None:
    note, answer = told.crew
    for said in (note, answer):
        assert found_in(said) == {"Thaddeus"}
