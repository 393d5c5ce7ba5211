"""Man-down through the real service: from a gateway's post to a named person, over kill -9 (D1-D3,
E3, O4)."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from middleware.ops.access import Role
from schemas import alarm as a
from schemas.safety import ManDownSignalled
from simulators.cad_faults import Faults
from tests.guarded_room import HERE, RADIO, GuardedRoom, guarded_room
from tests.room import made
from tests.service_screen import screen

MARKERS = """id,address,scope,category,severity,what,happened_on,review_on,source
M1,"14 High Street, Anytown",house,physical_assault,high,assaulted,2025-09-01,2030-09-01,report
"""


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[GuardedRoom]:
    async with guarded_room(tmp_path) as room:
        yield room


async def test_d1_d2_d3_e3_from_the_button_to_a_named_person_and_to_the_timeline(
    room: GuardedRoom,
) -> None:
    """The crew has been told and has acknowledged; then its button is pressed."""
    await room.import_markers(MARKERS, 1)
    async with (
        room.cad() as cad,
        room.device("A101"),
        room.carrying() as gateway,
        screen(room, Role.SUPERVISOR, "Sue") as shown,
    ):
        cad.open_incident("7", {"address": "14 High Street, Anytown"}, resources=[_resource()])
        await shown.until_told("acknowledged", "7", "A101")
        gateway.report("2", HERE | {"latitude": 51.31})
        gateway.press(RADIO, position=HERE)
        gateway.press(RADIO)
        await gateway.settled()
        alarm = await shown.shows("alarms", who="A101", step=0)
        assert alarm["signals"] == "emergency from the gateway 2 ×"
        assert alarm["position"]["exact"] == "exact to 20 m"
        assert alarm["incident"]["words"] == "MARKER FOUND"
        assert alarm["incident"]["notes"][0]["told"] == "acknowledged"
        assert [near["away"] for near in alarm["nearest"]] == ["1.1 km"]
        assert alarm["listening"]["done"] is None
        await shown.does("report-listening", alarm=alarm["id"], done=True)
        assert (await shown.does("accept-alarm", alarm=alarm["id"]))["say"] == "done"
        await shown.shows("alarms", phase="accepted", accepted_by="Sue")
        await shown.does("send-help", alarm=alarm["id"], what="B2 and police")
        gateway.cancel(RADIO)
        await gateway.settled()
        row = await shown.shows("alarms", phase="help_on_the_way", help_what="B2 and police")
        assert row["cancelled_at"] is not None
        ended = await shown.does("end-alarm", alarm=alarm["id"], outcome="accidental")
        assert ended["words"] == "Ended: pressed by accident."
        await room.until(lambda: not shown.rows["alarms"], "the alarm to leave the screen")
        await room.until_figure(1, "forewarn_man_down_total", what="accidental")
    async with room.program(Role.AUDITOR) as web, web.get("/api/timeline/7") as answer:
        told = [line["words"] for line in json.loads(await answer.read())]
    for words in ("MAN-DOWN of A101", "accepted by Sue", "ended by Sue: pressed by accident"):
        assert any(words in line for line in told), words


async def test_d2_o4_killed_between_press_and_acceptance_the_alarm_is_there_and_told_on(
    room: GuardedRoom,
) -> None:
    """Another press comes while nothing runs; the acceptance outlives the next kill."""
    async with room.carrying() as gateway:
        gateway.press(RADIO, position=HERE)
        await gateway.settled()
        room.kill()
        gateway.press(RADIO)
        await asyncio.sleep(2)
        await room.restart()
        await gateway.settled()
        async with screen(room, Role.DISPATCHER, "Dee") as shown:
            alarm = await shown.shows("alarms_dispatch", who="A101", phase="raised")
            assert alarm["signals"] == "emergency from the gateway 2 ×"
            await shown.does("accept-alarm", alarm=alarm["id"])
            await shown.shows("alarms_dispatch", phase="accepted", accepted_by="Dee")
            room.kill()
            await room.restart()
        async with screen(room, Role.DISPATCHER, "Dan") as shown:
            await shown.shows("alarms_dispatch", phase="accepted", accepted_by="Dee")
    entries = await room.journal()
    assert len(made(entries, a.AlarmRaised)) == 1
    assert len(made(entries, a.AlarmTaken)) == 1
    times = [one.times for one in made(entries, a.AlarmStepped)]
    assert times == sorted(times)
    assert (await room.forewarn("journal", "verify", "--config", room.config.name)).code == 0


async def test_d1_o4_a_gateway_that_does_everything_wrong_loses_and_doubles_no_alarm(
    room: GuardedRoom,
) -> None:
    """Cut, said twice, garbage between, and kill -9 in the middle: one alarm a radio."""
    faults = Faults(duplicate=0.3, conflict=0.2, garbage=0.2, cut=0.3)
    radios = [str(n) for n in range(100, 130)]
    async with room.carrying(faults=faults) as gateway:
        for n, radio in enumerate(radios):
            gateway.press(radio)
            if n in (10, 20):
                await asyncio.sleep(0.3)
                room.kill()
                await room.restart()
        await gateway.settled()
    entries = await room.journal()
    raised = [one.radio for one in made(entries, a.AlarmRaised)]
    assert sorted(radio for radio in raised if radio) == sorted(radios)
    assert raised.count(None) == 1, "the garbage is one alarm of its source"
    said = {e.event.radio for e in entries if isinstance(e.event, ManDownSignalled)}
    assert said == set(radios)
    assert not made(entries, a.AlarmClosed)


def _resource() -> dict[str, Any]:
    return {"callsign": "A101", "single_responder": False}


async def test_d1_o1_a_gateway_that_falls_silent_is_on_every_screen_until_it_is_heard_again(
    tmp_path: Path,
) -> None:
    """A silent link is a dead link; a restart does not make it alive."""
    async with guarded_room(tmp_path) as room:
        room.kill()
        text = room.config.read_text()
        silent = '[source.man_down_http]\nsilent_after = "3s"'
        room.config.write_text(text.replace("[source.man_down_http]", silent))
        await room.restart()
        async with screen(room, Role.CALL_HANDLER, "Cal") as shown:
            await shown.shows("sources", id="man_down_http", up=False)
            async with room.carrying(beat_s=0.2):
                await shown.shows("sources", id="man_down_http", up=True)
            await shown.shows("sources", id="man_down_http", up=False)
            await room.until_figure(0, "forewarn_adapter_connected", adapter="man_down_http")
