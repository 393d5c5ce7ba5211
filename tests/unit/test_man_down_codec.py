"""The man-down contract, message by message; what cannot be read is an emergency too (D1)."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.codecs.contract import Read
from adapters.codecs.man_down import MAN_DOWN, may_be_emergency, radio_in
from adapters.sources.man_down_http import PATH, ManDownHttp, ManDownHttpSettings
from middleware.ports import Problem
from schemas.safety import (
    ManDownCancelled,
    ManDownSignalled,
    Position,
    PositionReported,
    Signal,
    UnreadableEmergency,
)
from schemas.service import SourceConnected, SourceLost
from tests.alarms import RADIO, message
from tests.fakes import FakeClock, FakeIntake, fake_world
from tests.http_rigs import ANY, ManDownHttpRig
from tests.sources import over_http, running

man_down_http = partial(over_http, ManDownHttpRig)
HEADERS = {"Authorization": "Bearer cad-token-of-the-tests"}


def read(raw: bytes) -> Read:
    outcome = MAN_DOWN.read(raw, "gateway")
    assert isinstance(outcome, Read), outcome
    return outcome


def refused(raw: bytes) -> Problem:
    outcome = MAN_DOWN.read(raw, "gateway")
    assert isinstance(outcome, Problem), outcome
    return outcome


def test_d1_a_press_is_read_with_everything_the_contract_has() -> None:
    fixed = "2026-11-22T09:29:58Z"
    position = {"latitude": 51.3, "longitude": -0.5, "error_m": 20, "fixed_at": fixed}
    raw = message(callsign="A1", position=position, revision=2)
    event = read(raw).event
    assert isinstance(event, ManDownSignalled)
    assert (event.source, event.radio, event.callsign) == ("gateway", RADIO, "A1")
    assert event.signal is Signal.GATEWAY
    assert event.position == Position.model_validate_json(json.dumps(position))


def test_d1_the_least_that_is_a_press() -> None:
    assert isinstance(read(message()).event, ManDownSignalled)


def test_d2_a_cancel_is_an_event_of_its_own() -> None:
    assert isinstance(read(message("man_down.cancelled")).event, ManDownCancelled)


def test_d1_a_position_is_one_thing_a_radio() -> None:
    position = {"latitude": 51.3, "longitude": -0.5}
    said = message("radio.positioned", id=f"position/{RADIO}", revision=7, position=position)
    assert isinstance(read(said).event, PositionReported)
    problem = refused(message("radio.positioned", id="7", position=position))
    assert "position/<radio>" in problem.reason


def test_what_a_gateway_cannot_say_is_dropped_and_counted() -> None:
    outcome = read(message(source="radio", raw="AAAA", battery=7))
    assert outcome.event.source == "gateway"
    assert outcome.unknown == 3


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"contract": "forewarn.cad/1"}, "contract"),
        ({"type": "man_down.maybe"}, "type"),
        ({"radio": "A1"}, "radio"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"position": {"latitude": 99, "longitude": 0}}, "position.latitude"),
    ],
)
def test_bad_fields_are_named_with_a_remedy(more: dict[str, Any], field: str) -> None:
    assert refused(message(**more)).field == field


@pytest.mark.parametrize(
    ("raw", "radio"),
    [
        (message(radio="0001234"), "0001234"),
        (message()[:-20], None),
        (b'{"type":"man_down.signalled","radio":1234,', "1234"),
        (b"+CTSDSR: 13", None),
    ],
)
def test_d1_the_radio_is_read_out_of_what_cannot_be_read(raw: bytes, radio: str | None) -> None:
    assert radio_in(raw) == radio
    assert may_be_emergency(raw)


def test_a_bad_position_is_no_emergency() -> None:
    assert not may_be_emergency(message("radio.positioned", position=None))


async def test_d1_what_cannot_be_read_is_an_alarm_and_in_quarantine(tmp_path: Path) -> None:
    """The alarm comes first; the gateway is told that it was shown."""
    raw = b'{"type":"man_down.signalled","radio":"1234","occurred_at"'
    async with man_down_http(tmp_path) as rig:
        await rig.say_raw(raw)
        (event,) = rig.intake.of(UnreadableEmergency)
        assert isinstance(event, UnreadableEmergency)
        assert (event.radio, event.raw, event.source) == ("1234", raw, "gateway")
        ((source, problem, kept),) = rig.intake.refused
        assert (source, kept) == ("man_down_http", raw)
        assert problem.reason in event.reason


async def test_d1_a_bad_position_raises_no_alarm(tmp_path: Path) -> None:
    async with man_down_http(tmp_path) as rig:
        await rig.say_raw(message("radio.positioned", position=None))
        assert rig.intake.of(UnreadableEmergency) == []
        assert len(rig.intake.refused) == 1


async def test_d1_the_gateway_is_told_that_the_unreadable_was_shown(tmp_path: Path) -> None:
    async with man_down_http(tmp_path) as rig, ClientSession() as http:
        url = f"http://{rig.source.address}{PATH}"  # type: ignore[attr-defined]
        async with http.post(url, data=b"?", headers=HEADERS) as answer:
            assert (answer.status, (await answer.json())["shown"]) == (400, True)


async def test_d1_o1_a_gateway_that_falls_silent_is_a_dead_link(tmp_path: Path) -> None:
    """A heartbeat is answered, keeps it alive, and is nothing for the journal."""
    clock, intake = FakeClock(), FakeIntake()
    source = ManDownHttp(ManDownHttpSettings(listen=ANY), fake_world(tmp_path, clock))
    async with running(source, intake), ClientSession(headers=HEADERS) as http:
        url, beat = f"http://{source.address}{PATH}", b'{"heartbeat": true}'
        for _ in range(4):
            async with http.post(url, data=beat) as answer:
                assert (answer.status, await answer.json()) == (200, {"heartbeat": True})
            await clock.advance(timedelta(seconds=60))
        await intake.until(events=1)
        assert [type(event) for event in intake.events] == [SourceConnected]
        await clock.advance(timedelta(seconds=30))
        await intake.until(events=2)
        (lost,) = intake.of(SourceLost)
        assert isinstance(lost, SourceLost)
        assert (lost.id, lost.reason) == ("man_down_http", "silent")
        async with http.post(url, data=beat):
            await intake.until(events=3)
    assert len(intake.of(SourceConnected)) == 2


async def test_d1_o1_a_gateway_that_never_comes_is_said_to_be_lost(tmp_path: Path) -> None:
    """The record may have it as connected, from before a restart."""
    clock, intake = FakeClock(), FakeIntake()
    source = ManDownHttp(ManDownHttpSettings(listen=ANY), fake_world(tmp_path, clock))
    async with running(source, intake):
        await clock.advance(timedelta(seconds=89))
        assert intake.events == []
        await clock.advance(timedelta(seconds=1))
        await intake.until(events=1)
    assert len(intake.of(SourceLost)) == 1


async def test_e2_a_heartbeat_of_who_has_no_token_is_none(tmp_path: Path) -> None:
    async with man_down_http(tmp_path) as rig, ClientSession() as http:
        url = f"http://{rig.source.address}{PATH}"  # type: ignore[attr-defined]
        async with http.post(url, data=b'{"heartbeat": true}') as answer:
            assert answer.status == 401
        assert rig.intake.events == []
