"""What radios are told and what becomes of it (N3-N5, N7)."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.channels.radio_link import PerhapsSent
from middleware.ports import ChannelDown, ToDevice
from schemas.delivery import (
    CrewAcknowledged,
    Delivery,
    DeliveryReported,
    NoteDisplayed,
)
from schemas.service import SourceConnected, SourceLost
from simulators import radio_words as words
from simulators.radio import RadioGateway
from tests.brokers import until
from tests.radio_desk import Desk, at_work, settings, silent
from tests.radios import AT_ONCE, RADIO, SILENT_CREW, radio_text


async def test_n4_a_note_is_displayed_and_acknowledged_over_both_ways(
    way: RadioGateway, tmp_path: Path
) -> None:
    handset = way.handset(RADIO, AT_ONCE)
    async with at_work(way, settings(way), tmp_path / "state") as desk:
        await desk.tells()
        (answered,) = await desk.hears(CrewAcknowledged)
        (shown,) = await desk.hears(NoteDisplayed)
        await until(lambda: len(desk.states()) == 2)
        assert set(desk.states()) == {Delivery.SENT, Delivery.RECEIVED}
        assert handset.shown == ["VIOLENCE 14 months ago"]
        assert (answered.device, answered.by) == (RADIO, f"radio {RADIO}")
        assert (shown.device, shown.note, shown.note_revision) == (RADIO, "n1", 1)
        assert desk.intake.refused == []
        await way.stop()
        (lost,) = await desk.hears(SourceLost)
        assert lost.gap, "what radios said meanwhile is lost"
        with pytest.raises(ChannelDown):
            await desk.tells("n2")
        await way.start()
        await desk.hears(SourceConnected, 2)
        async with asyncio.timeout(60):
            await desk.back.acquire()
        await desk.tells("n3")
        await desk.hears(NoteDisplayed, 2)


async def test_n4_a_note_is_immediate_with_both_reports_and_as_long_as_it_is_in_force(
    desk: Desk,
) -> None:
    handset = silent(desk.gateway)
    await desk.tells()
    await desk.hears(NoteDisplayed)
    (message,) = handset.messages
    assert (message.protocol, message.wants) == (words.IMMEDIATE, 3)
    assert message.validity == 15, "50 minutes: the note is in force for less than an hour"


async def test_n4_what_may_have_been_there_says_that_it_is_repeated(desk: Desk) -> None:
    handset = silent(desk.gateway)
    await desk.tells(times=1)
    (shown,) = await desk.hears(NoteDisplayed)
    assert handset.shown == ["RPT VIOLENCE 14 months ago"]
    assert shown.note_revision == 1
    reported = await desk.hears(DeliveryReported)
    assert {e.times for e in reported} == {1}


@pytest.mark.parametrize(
    ("faults", "state", "code"),
    [
        ({"off": True}, Delivery.REFUSED, "0x4B"),
        ({"busy": True}, Delivery.BUSY, "0x5F"),
        ({"unseen": True}, Delivery.RECEIVED, "0x00"),
        ({"unseen": True, "short": True}, Delivery.RECEIVED, "short 2"),
    ],
)
async def test_n5_what_keeps_a_note_from_its_crew_is_reported_and_never_displayed(
    desk: Desk, faults: dict[str, Any], state: Delivery, code: str
) -> None:
    silent(desk.gateway, **faults)
    await desk.tells()
    reported = await desk.hears(DeliveryReported, 2)
    await desk.settled()
    assert {(e.state, e.code) for e in reported} == {(Delivery.SENT, "+CMGS 4"), (state, code)}
    assert {(e.note, e.note_revision, e.device) for e in reported} == {("n1", 1, RADIO)}
    assert desk.intake.of(NoteDisplayed) == []


async def test_n5_a_radio_that_is_not_known_in_the_network_is_reported(desk: Desk) -> None:
    await desk.tells()
    await until(lambda: Delivery.REFUSED in desk.states())


async def test_n3_short_reports_are_reports(desk: Desk) -> None:
    silent(desk.gateway, short=True)
    await desk.tells()
    await desk.hears(NoteDisplayed)


async def test_n4_a_note_that_is_lost_on_the_air_is_sent_and_no_more_and_never_again(
    desk: Desk,
) -> None:
    handset = silent(desk.gateway, lost=True)
    await desk.tells()
    await until(lambda: handset.tally["lost"] == 1)
    await desk.settled()
    assert desk.states() == [Delivery.SENT]
    assert len(desk.gateway.sent) == 1


async def test_n3_reports_said_twice_change_nothing(desk: Desk) -> None:
    silent(desk.gateway, doubled=True)
    await desk.tells()
    await desk.hears(NoteDisplayed)
    await desk.settled()
    assert len(desk.intake.of(NoteDisplayed)) == 1
    assert sorted(desk.states()) == [Delivery.RECEIVED, Delivery.SENT]
    assert desk.intake.conflicts == []


async def test_n3_reports_of_several_notes_are_each_ones_own(desk: Desk) -> None:
    """Also of two radios, whose references are the same numbers."""
    other = desk.gateway.handset("1001002", SILENT_CREW)
    silent(desk.gateway, late=0.05)
    for note in ("n1", "n2", "n3"):
        await desk.tells(note)
        await desk.channel.send(ToDevice("1001002", radio_text(f"{note}-other")))
    shown = await desk.hears(NoteDisplayed, 6)
    found = {(e.device, e.note) for e in shown}
    assert found == {
        *((RADIO, f"n{n}") for n in (1, 2, 3)),
        *((other.issi, f"n{n}-other") for n in (1, 2, 3)),
    }


async def test_n7_a_withdrawal_goes_the_same_way(desk: Desk) -> None:
    handset = silent(desk.gateway)
    await desk.tells(revision=2, withdrawn=True, text="CANCEL note: address was corrected")
    (gone,) = await desk.hears(NoteDisplayed)
    assert gone.note_revision == 2
    assert handset.shown == ["CANCEL note: address was corrected"]


async def test_n4_a_long_note_is_displayed_when_all_its_parts_are(
    gateway: RadioGateway, tmp_path: Path
) -> None:
    handset = silent(gateway)
    async with at_work(gateway, settings(gateway, longest=20, parts=2), tmp_path) as desk:
        await desk.tells(text="VIOLENCE whole building 14 months ago")
        await desk.hears(NoteDisplayed)
        await desk.settled()
        assert handset.shown == ["VIOLENCE whole building 14..."]
        assert len(desk.intake.of(NoteDisplayed)) == 1
        parts = [(message.part, message.text) for message in handset.messages]
        assert parts == [((0, 2, 1), "VIOLENCE whole"), ((0, 2, 2), "building 14...")]


async def test_n3_after_a_restart_a_late_report_still_finds_its_note(
    gateway: RadioGateway, tmp_path: Path
) -> None:
    handset = silent(gateway, unseen=True)
    for note in ("n1", "n2"):
        async with at_work(gateway, settings(gateway), tmp_path) as desk:
            await desk.tells(note)
            await until(lambda: Delivery.RECEIVED in desk.states())
    first, second = handset.messages
    assert first.reference != second.reference
    async with at_work(gateway, settings(gateway), tmp_path) as desk:
        gateway.from_air(words.report(RADIO, first.protocol, first.reference, words.CONSUMED))
        (shown,) = await desk.hears(NoteDisplayed)
        assert shown.note == "n1"
        gateway.from_air(words.report(RADIO, 0x89, 200, words.CONSUMED))
        await desk.intake.until(refused=1)
        assert desk.intake.refused[0][1].field == "reference"


async def test_n4_a_note_of_which_a_part_went_out_may_have_gone_out(
    gateway: RadioGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handset = silent(gateway)
    then_refuse = partial(setattr, gateway.faults, "refuses", True)
    monkeypatch.setattr(handset, "receive", lambda message: then_refuse())
    async with at_work(gateway, settings(gateway, longest=20, parts=2), tmp_path) as desk:
        with pytest.raises(PerhapsSent):
            await desk.tells(text="VIOLENCE whole building 14 months ago")
    assert len(gateway.sent) == 1


async def test_n4_when_the_network_does_not_take_a_part_the_rest_is_not_sent(
    gateway: RadioGateway, tmp_path: Path
) -> None:
    gateway.faults.not_sent = True
    async with at_work(gateway, settings(gateway, longest=20, parts=2), tmp_path) as desk:
        await desk.tells(text="VIOLENCE whole building 14 months ago")
        (reported,) = await desk.hears(DeliveryReported)
    assert reported.state is Delivery.FAILED
    assert len(gateway.sent) == 1
