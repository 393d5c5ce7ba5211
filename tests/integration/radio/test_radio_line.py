"""The line to the radio: refusals, noise, silence, cuts (N4, D1, O4)."""

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme

from adapters.channels.radio_link import PerhapsSent
from middleware.ports import ChannelDown
from schemas.delivery import (
    CrewAsked,
    Delivery,
    DeliveryReported,
    NoteDisplayed,
)
from schemas.safety import ManDownSignalled, UnreadableEmergency
from schemas.service import SourceConnected, SourceLost
from simulators import radio_words as words
from simulators.radio import RadioGateway
from tests.radio_desk import Desk, at_work, settings, silent


async def test_n4_what_the_radio_refuses_did_not_go_out(desk: Desk) -> None:
    desk.gateway.faults.refuses = True
    with pytest.raises(ChannelDown):
        await desk.tells()
    assert desk.metric("forewarn_send_failures_total", channel="radio") == 1
    desk.gateway.faults.refuses = False
    silent(desk.gateway)
    await desk.tells("n2")
    (shown,) = await desk.hears(NoteDisplayed)
    assert shown.note == "n2"


async def test_n4_what_the_network_did_not_take_is_reported(desk: Desk) -> None:
    desk.gateway.faults.not_sent = True
    await desk.tells()
    (reported,) = await desk.hears(DeliveryReported)
    assert (reported.state, reported.code) == (Delivery.FAILED, "+CMGS 5")


async def test_n4_a_radio_that_never_says_sent_counts_as_having_taken_it(
    gateway: RadioGateway, tmp_path: Path
) -> None:
    silent(gateway, lost=True)
    gateway.faults.never_says_sent = True
    async with at_work(gateway, settings(gateway, sent_within="10ms"), tmp_path) as desk:
        await desk.tells()
        (reported,) = await desk.hears(DeliveryReported)
        assert (reported.state, reported.code) == (Delivery.SENT, "taken by the radio")


async def test_n4_what_radios_say_inside_an_answer_is_heard(desk: Desk) -> None:
    handset = silent(desk.gateway)
    desk.gateway.faults.interleaves = True
    handset.emergency(call=False)
    await desk.tells()
    assert {e.signal for e in await desk.hears(ManDownSignalled, 2)} == {
        "status_emergency",
        "lip_emergency",
    }
    assert desk.gateway.tally["commands"] > 0


async def test_o4_noise_on_the_line_is_kept_and_nothing_after_it_is_lost(desk: Desk) -> None:
    handset = silent(desk.gateway)
    desk.gateway.faults.noise = b"\xff\x00@#\r\n"
    handset.ask("risk?")
    await desk.hears(CrewAsked)
    await desk.intake.until(refused=1)
    assert b"\xff" in desk.intake.refused[0][2]


async def test_d1_a_link_that_is_silent_is_dead_and_is_opened_again(
    gateway: RadioGateway, tmp_path: Path
) -> None:
    limits = {"poll_every": "100ms", "answer_within": "300ms"}
    async with at_work(gateway, settings(gateway, **limits), tmp_path) as desk:
        gateway.faults.silent = True
        lost = (await desk.hears(SourceLost))[0]
        assert (lost.reason, lost.gap) == ("silent", True)
        gateway.faults.silent = False
        await desk.hears(SourceConnected, 2)


async def test_n4_a_message_that_is_not_answered_may_have_gone_out_and_the_link_is_left(
    gateway: RadioGateway, tmp_path: Path
) -> None:
    async with at_work(gateway, settings(gateway, answer_within="1s"), tmp_path) as desk:
        gateway.faults.silent = True
        with pytest.raises(PerhapsSent):
            await desk.tells()
        await desk.hears(SourceLost)
        gateway.faults.silent = False
        await desk.hears(SourceConnected, 2)
        assert gateway.sent == [], "and is not sent again by the channel"


async def test_d1_an_emergency_that_is_cut_with_the_line_is_shown_as_it_came(desk: Desk) -> None:
    handset = silent(desk.gateway)
    desk.gateway.faults.cut_after = 40
    handset.press(words.EMERGENCY_STATUS)
    (seen,) = await desk.hears(UnreadableEmergency)
    assert seen.raw.startswith(b"+CTSDSR: 13,1001001")
    await desk.hears(SourceConnected, 2)


async def test_e2_beyond_this_machine_the_line_is_tls_and_only_who_is_trusted_is_spoken_to(
    tmp_path: Path,
) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    for name, ca in (("ours", authority), ("other", stranger)):
        ca.cert_pem.write_to_path(str(tmp_path / name))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    async with RadioGateway(tls=server).running() as gateway:
        handset = silent(gateway)
        trusted = settings(gateway, tls_ca_file=tmp_path / "ours")
        async with at_work(gateway, trusted, tmp_path / "state") as desk:
            await desk.tells()
            await desk.hears(NoteDisplayed)
        wrong = settings(gateway, tls_ca_file=tmp_path / "other")
        desk = Desk(gateway, wrong, tmp_path / "elsewhere")
        running = asyncio.create_task(desk.channel.run(desk.intake, desk.back.release))
        (lost,) = await desk.hears(SourceLost)
        running.cancel()
        await asyncio.wait([running])
    assert lost.reason == "untrusted"
    assert len(handset.messages) == 1
