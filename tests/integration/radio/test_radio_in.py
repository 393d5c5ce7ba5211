"""What radios say: emergencies, positions, questions (C5, D1-D3, O4)."""

from pathlib import Path

import pytest

from adapters.channels.radio import SPEC
from middleware.ports import ToDevice
from schemas.delivery import (
    CrewAcknowledged,
    CrewAsked,
    NoteDisplayed,
)
from schemas.safety import ManDownCancelled, ManDownSignalled, PositionReported
from schemas.service import SourceConnected
from schemas.stand_off import CrewSaidStandOff, StandOffState
from schemas.told import RadioAnswer
from simulators import radio_words as words
from simulators.radio import RadioGateway
from tests.brokers import until
from tests.radio_desk import Desk, at_work, settings, silent
from tests.radios import AT_ONCE, RADIO, SILENT_CREW, STATUS


async def test_d1_one_press_is_up_to_three_signals_all_kept(
    way: RadioGateway, tmp_path: Path
) -> None:
    handset = way.handset(RADIO, SILENT_CREW)
    async with at_work(way, settings(way), tmp_path / "state") as desk:
        handset.emergency()
        handset.emergency(call=False, lip=False)
        heard = await desk.hears(ManDownSignalled, 4)
        assert sorted(e.signal for e in heard) == [
            "emergency_call", "lip_emergency", "status_emergency", "status_emergency",
        ]  # fmt: skip
        assert {e.radio for e in heard} == {RADIO}
        assert len({e.id for e in heard}) == 4
        assert all(e.raw for e in heard)
        (where,) = [e.position for e in heard if e.position]
        assert (where.latitude, where.longitude) == pytest.approx((51.3, 0.5), abs=1e-5)
        assert (where.error_m, where.age_s) == (200, 5)
        await desk.settled()
        assert way.sent == [], "silent first: nothing is sent to the radio"


async def test_d1_a_cancel_and_the_sites_own_emergency_come_in(
    gateway: RadioGateway, tmp_path: Path
) -> None:
    handset = silent(gateway)
    table = {**STATUS, "80FF": "emergency"}
    async with at_work(gateway, settings(gateway, status=table), tmp_path) as desk:
        handset.press(0x80FF)
        handset.press(0x8012)
        (signalled,) = await desk.hears(ManDownSignalled)
        (cancelled,) = await desk.hears(ManDownCancelled)
        assert (signalled.signal, cancelled.radio) == ("status_emergency", RADIO)


async def test_p3_a_crew_says_by_status_how_it_holds(gateway: RadioGateway, tmp_path: Path) -> None:
    handset = silent(gateway)
    table = {**STATUS, "8013": "standing_off", "8014": "at_rvp", "8015": "gone_in", "8016": "over"}
    async with at_work(gateway, settings(gateway, status=table), tmp_path) as desk:
        for status in (0x8013, 0x8014, 0x8015, 0x8016):
            handset.press(status)
        said = await desk.hears(CrewSaidStandOff, 4)
        assert {one.state for one in said} == set(StandOffState)
        assert {(one.device, one.by) for one in said} == {(RADIO, f"radio {RADIO}")}


async def test_d1_positions_are_taken_at_most_every_ten_seconds(desk: Desk) -> None:
    handset = silent(desk.gateway)
    for _ in range(5):
        handset.locate()
    desk.gateway.from_air(words.location("1001002", 51.3, 0.5, 129))
    await desk.settled()
    reported = await desk.hears(PositionReported, 2)
    assert sorted(e.id for e in reported) == ["position/1001001", "position/1001002"]


async def test_c5_a_crew_asks_by_status_or_text_and_the_answer_comes_the_same_way(
    desk: Desk,
) -> None:
    handset = silent(desk.gateway)
    handset.ask()
    handset.ask()
    handset.ask("Risk at our job?")
    asked = await desk.hears(CrewAsked, 2)
    await desk.settled()
    assert len({e.ask for e in asked if e.device == RADIO}) == 2, "the same twice is one question"
    answer = RadioAnswer(ask=asked[0].ask, texts=("000042: VIOLENCE", "000043: none found"))
    await desk.channel.send(ToDevice(RADIO, answer))
    await until(lambda: len(handset.shown) == 2)
    assert handset.shown == ["000042: VIOLENCE", "000043: none found"]
    assert {message.wants for message in handset.messages} == {0}


async def test_c5_o4_a_text_that_is_no_question_is_kept_where_people_see_it(desk: Desk) -> None:
    silent(desk.gateway).write("Please send us a relief crew")
    await desk.intake.until(refused=1)
    ((source, problem, raw),) = desk.intake.refused
    assert (source, problem.field) == ("radio", "text")
    assert b"+CTSDSR: 12" in raw


async def test_c5_other_statuses_are_between_the_crew_and_the_cad(desk: Desk) -> None:
    silent(desk.gateway).press(0x8004)
    await desk.settled()
    assert [type(e) for e in desk.intake.events] == [SourceConnected, CrewAsked]
    assert desk.metric("forewarn_adapter_unknown_fields_total", adapter="radio") == 1


async def test_n3_a_report_that_wants_an_acknowledgement_gets_one(desk: Desk) -> None:
    silent(desk.gateway, unseen=True)
    await desk.tells()
    reference = desk.gateway.handsets[RADIO].messages[0].reference
    wanted = bytes([0x89, 0x18, 0x02, reference])
    desk.gateway.from_air(words.message_line(RADIO, 12, wanted))
    await desk.hears(NoteDisplayed)
    await until(lambda: desk.gateway.tally["answers"] == 1)
    assert desk.gateway.sent[-1] == (RADIO, bytes([0x89, 0x20, 0x03, reference]))


async def test_d1_with_the_journal_held_up_the_line_is_read_on_and_emergencies_stay(
    desk: Desk,
) -> None:
    """Ten times more than there is room for; nothing of man-down is lost."""
    handset = silent(desk.gateway)
    desk.intake.hold()
    for n in range(500):
        handset.write(f"text {n}")
    handset.emergency()
    received = "forewarn_adapter_received_total"
    await until(lambda: desk.metric(received, adapter="radio") >= 503)
    assert desk.metric("forewarn_adapter_dropped_total", adapter="radio") >= 400
    desk.intake.release()
    assert len(await desk.hears(ManDownSignalled, 3)) == 3


def test_n4_settings_that_cannot_work_are_refused() -> None:
    for wrong in (
        {},
        {"connect": "127.0.0.1:4001", "serial": "/dev/ttyUSB0"},
        {"connect": "192.0.2.1:4001"},
        {"connect": "127.0.0.1:4001", "status": {"0000": "ask"}},
        {"connect": "127.0.0.1:4001", "init": ["no command"]},
    ):
        with pytest.raises(ValueError, match=r"connect|status|init"):
            SPEC.settings(**wrong)
    assert SPEC.settings(connect="192.0.2.1:4001", in_the_clear=True)


async def test_n5_a_press_that_the_network_says_twice_is_one_press(desk: Desk) -> None:
    """What is displayed between the two is not answered by the second."""
    handset = desk.gateway.handset(RADIO, AT_ONCE)
    handset.acknowledge()
    await desk.hears(CrewAcknowledged)
    handset.acknowledge()
    desk.gateway.from_air(words.status("1001002", 0x8010))
    pressed = await desk.hears(CrewAcknowledged, 2)
    assert [press.device for press in pressed] == [RADIO, "1001002"]
    assert desk.intake.conflicts == []


async def test_o4_radios_that_want_answers_from_a_slow_line_hold_up_nothing(desk: Desk) -> None:
    """Each of a hundred radios wants its text reported; the line answers nothing meanwhile."""
    desk.gateway.freeze()
    text = bytes.fromhex("820E0101") + b"ask"
    for n in range(100):
        desk.gateway.from_air(words.message_line(f"{1002000 + n}", 12, text))
    assert len(await desk.hears(CrewAsked, 100)) == 100
    desk.gateway.thaw()
    await until(lambda: desk.gateway.tally["answers"] >= 1)
