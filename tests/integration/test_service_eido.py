"""EIDO through the real service: an incident of another service comes in and its crew is told; that
service hears the caution and the man-down, over kill -9 (C1, N2, N3, D1, D2, O4)."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.channels.broker import free_port
from middleware.ops.access import Role
from schemas.decision import IncidentTaken, ResourceMoved
from schemas.incident import Stage
from simulators.eido_notifier import PATH
from tests.guarded_room import HERE, RADIO, SECTION, GuardedRoom
from tests.rigs import PATIENCE
from tests.room import made
from tests.service_process import choose_ports
from tests.service_screen import screen

MARKERS = """id,address,scope,category,severity,what,happened_on,review_on,source
M1,"14 High Street, Anytown",house,physical_assault,high,assaulted,2025-09-01,2030-09-01,report
"""
EIDO = """
[source.eido_server]
listen = "127.0.0.1:{eido_in}"
[channel.eido_notifier]
listen = "127.0.0.1:{eido_out}"
element = "forewarn.anytown.example"
"""
KEY = "a004711:cad.saltby.example"


@asynccontextmanager
async def a_room(folder: Path) -> AsyncIterator[GuardedRoom]:
    doors = {name: free_port("127.0.0.1") for name in ("man_down", "eido_in", "eido_out")}
    room = GuardedRoom(folder, choose_ports() | doors)
    guarded = SECTION.format(port=room.ports["man_down"], radio=RADIO)
    room.configure(guarded + EIDO.format(**doors))
    room.prepare()
    (folder / "eido.token").write_text(room.tokens.add("system:neighbour"))
    async with room.serving():
        yield room


async def neighbour(
    room: GuardedRoom, how: str, port: str, *more: str
) -> asyncio.subprocess.Process:
    """The other service, as a program."""
    told = ["--url", f"ws://127.0.0.1:{room.ports[port]}{PATH}"]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", "eido", how, *told,
        "--token-file", str(room.folder / "eido.token"), *more,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def convey(room: GuardedRoom, *more: str) -> None:
    """The incident as it is now."""
    told = ("--key", KEY, "--civic", "HNO=14", "RD=High Street", "A3=Anytown")
    conveying = await neighbour(room, "connect", "eido_in", *told, *more)
    printed, _ = await conveying.communicate()
    assert conveying.returncode == 0, printed


async def line(hearing: asyncio.subprocess.Process) -> dict[str, Any]:
    assert hearing.stdout
    async with asyncio.timeout(PATIENCE):
        said: dict[str, Any] = json.loads(await hearing.stdout.readline())
    return said


async def test_c1_n2_d1_an_incident_comes_in_and_the_caution_and_the_man_down_go_out(
    tmp_path: Path,
) -> None:
    async with a_room(tmp_path) as room, room.device("A101"), room.carrying() as gateway:
        await room.import_markers(MARKERS, 1)
        hearing = await neighbour(room, "subscribe", "eido_out")
        call = ("--number", "07700900123", "--began", "2026-01-31T10:00:00Z")
        await convey(room, *call, "--unit", "A101=En Route")

        caution = await line(hearing)
        number = caution["incident"]
        assert number == KEY
        assert (caution["severity"], caution["withdrawn"]) == ("high", False)
        await room.until_figure(1, "forewarn_answered_total", channel="mdt")

        gateway.press(RADIO, position=HERE)
        await gateway.settled()
        pressed = await line(hearing)
        assert (pressed["incident"], pressed["units"]) == (number, ["A101"])
        assert (pressed["acknowledged"], pressed["stopped"]) == (False, False)

        room.kill()
        await room.restart()
        sent = {"channel": "eido_notifier"}
        await room.until_figure(1, "forewarn_sent_total", kind="note", **sent)
        await room.until_figure(1, "forewarn_sent_total", kind="emergency", **sent)

        await convey(room, "--unit", "A101=On Scene")
        async with screen(room, Role.SUPERVISOR, "Sue") as shown:
            alarm = await shown.shows("alarms", who="A101")
            await shown.does("accept-alarm", alarm=alarm["id"])
            assert (await line(hearing))["acknowledged"] is True
            await shown.does("end-alarm", alarm=alarm["id"], outcome="accidental")
            ended = await line(hearing)
        assert (ended["stopped"], ended["severity"]) == (True, "lowest")
        hearing.kill()
        await hearing.wait()
        entries = await room.journal()
    (opened, *_) = made(entries, IncidentTaken)
    assert len(made(entries, IncidentTaken)) == 1, "on another day it is the same incident"
    assert {move.incident for move in made(entries, ResourceMoved)} == {opened.incident}
    assert made(entries, ResourceMoved)[-1].stage is Stage.AT_SCENE
