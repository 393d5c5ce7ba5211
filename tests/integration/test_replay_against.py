"""A recording of every wire sent to a running service, each as its other side speaks (O2)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.channels.broker import NatsBroker, free_port
from adapters.table import ADAPTERS
from middleware.flow.recording.file import Header, RecordingWriter
from middleware.flow.recording.frames import pack, wire_frame
from middleware.ops.clock import SystemClock
from middleware.ops.listening import HostPort
from middleware.ports import Kind, OnWire, WireFrame
from schemas.call import CallRang
from schemas.incident import IncidentOpened
from schemas.police import BackUpAnswered
from schemas.safety import ManDownSignalled
from schemas.service import Refused
from simulators.esl_words import Leg, event
from tests import alarms, ami, ari, bars, eido, mait, police
from tests.cad import message
from tests.fakes import fake_world
from tests.redis_server import PASSWORD, USER, RedisServer, redis_server
from tests.service import ControlRoom
from tests.service_process import Ran, choose_ports
from tests.unit.flow.test_recording_file import HEADER

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
DOORS = ("cad_http", "man_down_http", "bars_http", "mait_http", "police_answers")
EXCHANGES = ("asterisk_ami", "asterisk_ari", "freeswitch_esl")
CONVEYED = ("eido_server", "eido_client")
LISTENED = {"asterisk_ami": "ami", "asterisk_ari": "ari", "freeswitch_esl": "esl"}
SIGNED_IN = 'password_file = "ami.secret"\nretry_first = "50ms"\nretry_most = "200ms"\n'
LEG = Leg("u-1", "sofia/external/07700900123@192.0.2.1", "inbound", "in999", "07700900123", "999",
          "u-1")  # fmt: skip
TOPICS = ("cad_mqtt", "man_down_mqtt")
EIDO = """[source.eido_server]
listen = "127.0.0.1:{server}"
[source.eido_client]
url = "ws://127.0.0.1:{client}/IncidentData/ent"
retry_first = "50ms"
retry_most = "200ms"
"""
REDIS = """[source.cad_redis]
connect = "127.0.0.1:{port}"
username = "{user}"
password_file = "{file}"
"""
UNREADABLE = b"{no message"
SAID: dict[str, list[bytes]] = {
    "cad_http": [message(n=1), UNREADABLE],
    "cad_tcp": [message(n=2), UNREADABLE],
    "cad_mqtt": [message(n=3), UNREADABLE],
    "cad_redis": [message(n=4), UNREADABLE],
    "man_down_http": [alarms.message(id="press/1")],
    "man_down_mqtt": [alarms.message(id="press/2", radio="7654321")],
    "bars_http": [bars.bundle()],
    "mait_http": [mait.about(7)],
    "police_answers": [police.message()],
    "eido_server": [eido.event(eido.simple(1)), UNREADABLE],
    "eido_client": [b'{"subscribeResponse":{"statusCode":200}}', eido.event(eido.simple(2))],
    "asterisk_ami": ami.pieces("answered")[1:],
    "asterisk_ari": ari.lines("answered"),
    "freeswitch_esl": [event("CHANNEL_CREATE", LEG.headers())],
}
"""What each wire had, of a connection that was there when the recording began."""


class EveryWay(ControlRoom):
    """A control room with every source that has a recorded wire."""

    told: Ran

    async def replay(self, file: Path, *words: str) -> Ran:
        given = ["--speed", "max", "--token-file", "cad.token", *words]
        return await self.forewarn("replay", str(file), *given)


def written(folder: Path) -> Path:
    """As the recorder would have written it, in the clear."""
    header = HEADER.model_copy(update={"sources": dict.fromkeys(SAID, "wire")})
    path = folder / "recorded.jsonl"
    writer = RecordingWriter(path, Header.model_validate(header.model_dump()), None)
    frames: list[dict[str, Any]] = []
    for source, said in SAID.items():
        heard = [WireFrame(OnWire.HEARD, 1, data) for data in said]
        opened = WireFrame(OnWire.OPENED, 1, midway=True)
        frames += [wire_frame(source, one, 0.1) for one in (opened, *heard)]
    writer.add(pack(frame) for frame in frames)
    writer.close("of a test")
    return path


def configured(room: ControlRoom, broker: NatsBroker, server: RedisServer) -> None:
    room.configure(wait="1h", snapshot_every=20_000)
    doors = [f'[source.{door}]\nlisten = "127.0.0.1:{room.ports[door]}"\n' for door in DOORS[1:]]
    doors = [text + (f'mapping = "{mait.MAPPED}"\n' if "mait" in text else "") for text in doors]
    exchanges = [f'[source.{name}]\nconnect = "127.0.0.1:{room.ports[LISTENED[name]]}"\n{SIGNED_IN}'
                 for name in EXCHANGES[1:]]  # fmt: skip
    at, secret = broker.at, room.folder / "redis.secret"
    brokers = [f'[source.{name}]\nat = "{at.at}"\nusername = "{at.username}"\n'
               f'password_file = "{at.password_file}"\n' for name in TOPICS]  # fmt: skip
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)
    conveyed = EIDO.format(server=room.ports["eido_server"], client=room.ports["eido_client"])
    redis = REDIS.format(port=server.port, user=USER, file=secret.name)
    with room.config.open("a") as config:
        config.write("".join(["\n", *doors, *exchanges, *brokers, redis, conveyed]))
    room.prepare()
    (room.folder / "cad.token").write_text(room.cad_token)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EveryWay]:
    """One that was told everything; its journal is looked into."""
    folder = tmp_path_factory.mktemp("against")
    ports = choose_ports()
    for name in (*DOORS[1:], *CONVEYED, "ari", "esl"):
        while (port := free_port("127.0.0.1")) in ports.values():
            pass
        ports[name] = port
    room = EveryWay(folder, ports)
    world = replace(fake_world(folder / "cads"), clock=SystemClock())
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(redis_server(folder / "redis"))
        broker = NatsBroker(world, HostPort("127.0.0.1", 0))
        await broker.start()
        stack.push_async_callback(broker.stop)
        configured(room, broker, server)
        room.start()
        stack.push_async_callback(room.stop)
        await room.ready()
        room.told = await room.replay(written(folder), *_everywhere(room, broker, server))
        yield room


def _everywhere(room: ControlRoom, broker: NatsBroker, server: RedisServer) -> list[str]:
    at = broker.at
    against = {door: f"http://127.0.0.1:{room.ports[door]}" for door in DOORS}
    against |= {name: f"127.0.0.1:{room.ports[LISTENED[name]]}" for name in EXCHANGES}
    against |= dict.fromkeys(TOPICS, f"{at.username}@{at.at}")
    against |= {"cad_tcp": f"127.0.0.1:{room.ports['cad_tcp']}",
                "cad_redis": f"{USER}@127.0.0.1:{server.port}"}  # fmt: skip
    against |= {"eido_server": f"http://127.0.0.1:{room.ports['eido_server']}",
                "eido_client": f"127.0.0.1:{room.ports['eido_client']}"}  # fmt: skip
    files = [f"cad_mqtt={at.password_file}", f"man_down_mqtt={at.password_file}",
             "cad_redis=redis.secret"]  # fmt: skip
    words = [
        word for source, place in against.items() for word in ("--against", f"{source}={place}")
    ]
    return [*words, *(word for file in files for word in ("--token-file", file))]


async def test_o2_every_source_with_a_recorded_wire_is_among_them() -> None:
    recorded = {spec.name for spec in ADAPTERS.values() if spec.kind is Kind.SOURCE and spec.play}
    assert recorded == set(SAID)


async def test_o2_each_is_sent_as_its_other_side_speaks_and_told_how_it_was_taken(
    room: EveryWay,
) -> None:
    assert room.told.code == 0, room.told.err
    told = dict(line.split(": ") for line in room.told.out.splitlines())
    answered = dict.fromkeys(("cad_tcp", "cad_mqtt", "cad_redis"), "1 taken, 1 refused")
    answered |= {"eido_server": "1 taken, 1 refused", "eido_client": "1 taken"}
    answered |= dict.fromkeys(DOORS, "1 status 202") | {"man_down_mqtt": "1 taken"}
    answered["cad_http"] += ", 1 status 400"
    heard = {name: f"1 opened, {len(SAID[name])} heard" for name in EXCHANGES}
    assert told == answered | heard


async def test_o2_the_service_has_it_on_record(room: EveryWay) -> None:
    rung = {"asterisk_ami", "asterisk_ari", "freeswitch_esl"}
    async with room.patience("the calls of every exchange"):
        while {one.source for one in await on_record(room, CallRang)} != rung:
            room.demand_alive()
            await asyncio.sleep(0.1)
    opened = await on_record(room, IncidentOpened)
    assert {one.source for one in opened} == {"cad", "bars", "mait", "eido"}
    assert len([one for one in opened if one.source == "eido"]) == 2
    assert {one.number for one in opened if one.source == "cad"} == {
        f"{n:06}" for n in (1, 2, 3, 4)
    }
    pressed = await on_record(room, ManDownSignalled)
    assert {one.id for one in pressed} == {"press/1", "press/2"}
    assert len(await on_record(room, BackUpAnswered)) == 1
    refused = await on_record(room, Refused)
    assert {one.source for one in refused} == {
        "cad_http", "cad_tcp", "cad_mqtt", "cad_redis", "eido_server",
    }  # fmt: skip


async def on_record(room: ControlRoom, kind: type[Any]) -> list[Any]:
    return [entry.event for entry in await room.journal() if isinstance(entry.event, kind)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cad_mqtt=cad@nobody.example:1883"], "give --ca-file"),
        (["cad_mqtt=cad"], "write it as cad_tcp=127.0.0.1:8102"),
        (["caller_directory=127.0.0.1:1"], "or replay in-process"),
        (["cad_redis=127.0.0.1:1"], "start it with sources at these addresses"),
        (["asterisk_ari=127.0.0.1:x"], "write it as"),
        (["asterisk_ari=192.0.2.1:8088"], "cannot listen at 192.0.2.1:8088"),
    ],
)
async def test_o2_a_place_that_cannot_be_spoken_to_is_named(
    room: EveryWay, words: list[str], told: str
) -> None:
    against = [word for one in words for word in ("--against", one)]
    ran = await room.replay(room.folder / "recorded.jsonl", *against)
    assert ran.code != 0
    assert told in ran.err
