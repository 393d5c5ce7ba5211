"""Spoken calls to a real SIP telephone in another process: heard, answered, or not (N4, N5).

They run in real time, as a call does. What the telephone recorded is compared with what was
rendered (tests.voice.alike).
"""

from pathlib import Path

import psutil
import pytest
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from adapters.channels.voice_line import RATE
from adapters.channels.voice_round import BY, GOODBYE, ONE_MORE, REPEATED, THANKS
from adapters.channels.voice_speech import Speech
from middleware.ports import ChannelDown, LinesBusy
from schemas.delivery import Delivery, DeliveryReported, NoteAcknowledged, NoteDisplayed
from schemas.service import SourceConnected, SourceLost
from tests.brokers import real_world, until
from tests.voice import (
    ANOTHER,
    NUMBER,
    Samples,
    alike,
    over_sip,
    registrar,
    running,
    samples,
    spoken,
    telephone,
    times_heard,
)

pytestmark = pytest.mark.timeout(300)
"""Calls take the time that they take, on a loaded machine more."""

SAME, OTHER = 0.3, 0.1
"""A sound is in a recording when more than three in ten of its half seconds are there whole, and is
not when hardly any is: without a hurry it is 1 and 0, and between them lies what a loaded machine
spoils."""


async def rendered(folder: Path, text: str) -> Samples:
    return samples(await Speech(["nanotts"], real_world(folder)).say(text))


async def test_n4_a_crew_hears_the_note_and_acknowledges_with_1(tmp_path: Path) -> None:
    """The key came while the note was being said: it counts when it has been said."""
    note = spoken()
    async with telephone("--presses", "1@1", folder=tmp_path) as phone:
        async with over_sip(phone, tmp_path) as line:
            await line.tell(note)
            (acknowledged,) = await line.hears(NoteAcknowledged)
            await phone.says("call over")
        heard = await phone.recording()
    assert (acknowledged.by, acknowledged.device, acknowledged.channel) == (BY, NUMBER, "voice")
    assert line.told == ["displayed n1/1", "acknowledged n1/1"]
    assert alike(await rendered(tmp_path, " ".join(note.sentences)), heard) > SAME
    assert alike(await rendered(tmp_path, THANKS), heard) > SAME
    for not_said in ("Nobody is at home. Ask control.", REPEATED, GOODBYE):
        assert alike(await rendered(tmp_path, not_said), heard) < OTHER


async def test_n4_with_2_it_is_said_again(tmp_path: Path) -> None:
    note = spoken()
    async with telephone("--presses", "2@3", "1@4", folder=tmp_path) as phone:
        async with over_sip(phone, tmp_path) as line:
            await line.tell(note)
            await line.hears(NoteAcknowledged)
            await phone.says("call over")
        heard = await phone.recording()
    assert line.told == ["displayed n1/1", "acknowledged n1/1"]
    said = await rendered(tmp_path, " ".join(note.sentences))
    assert alike(said, heard) > SAME
    assert heard.size > 3 * RATE + said.size, "from the start, when 2 was pressed after 3 s"


async def test_n4_a_key_that_comes_twice_acknowledges_once(tmp_path: Path) -> None:
    async with (
        telephone("--doubled", "--presses", "1@1") as phone,
        over_sip(phone, tmp_path) as line,
    ):
        await line.tell(spoken())
        await phone.says("call over")
    assert phone.said.count("pressed 1") == 2
    assert line.told == ["displayed n1/1", "acknowledged n1/1"]


CREWS = """
[A105]
number = "+447700900123"
behaviour = { presses = [["1", 1.0]], hangs_up_after = 2.0 }
[R201]
number = "+447700900124"
behaviour = { presses = [["1", 1.0]] }
"""


async def test_o3_n4_two_crews_in_calls_at_once_each_with_its_own_telephone(
    tmp_path: Path,
) -> None:
    crews = tmp_path / "crews.toml"
    crews.write_text(CREWS)
    async with telephone("--crews", str(crews), folder=tmp_path) as phone:
        async with over_sip(phone, tmp_path) as line:
            await line.tell(spoken("n1"), NUMBER)
            await line.tell(spoken("n2"), ANOTHER)
            await line.hears(NoteAcknowledged)
            await phone.says("R201 call over")
        heard = await phone.recording()
    assert line.told == ["cut_off n1/1", "displayed n2/1", "acknowledged n2/1"]
    assert phone.said.index("A105 answered") < phone.said.index("R201 call over")
    assert alike(await rendered(tmp_path, " ".join(spoken("n2").sentences)), heard) > SAME


@pytest.mark.parametrize(
    ("crew", "settings", "state", "code"),
    [
        (["--busy"], {}, Delivery.BUSY, "486"),
        (["--declines"], {}, Delivery.DECLINED, "603"),
        (["--never-answers"], {"ring": "1s"}, Delivery.NO_ANSWER, None),
        (["--lost"], {"ring": "1s"}, Delivery.NO_ANSWER, None),
        (["--silent", "--dies-after", "1"], {"key_within": "100ms"}, Delivery.SILENCE, None),
        (["--silent", "--hangs-up-after", "1"], {}, Delivery.CUT_OFF, "none"),
        (["--presses", "1@1", "--hangs-up-after", "2"], {}, Delivery.CUT_OFF, "none"),
    ],
    ids=[
        "busy", "declined", "never answers", "is not there", "dies half-way", "hangs up half-way",
        "presses 1 and hangs up half-way",
    ],
)  # fmt: skip
async def test_n5_what_is_no_acknowledgement_is_told_apart(
    tmp_path: Path, crew: list[str], settings: dict[str, str], state: Delivery, code: str | None
) -> None:
    async with (
        telephone("--answers-after", "0", *crew) as phone,
        over_sip(phone, tmp_path, **settings) as line,
    ):
        await line.tell(spoken(), times=0)
        (reported,) = await line.hears(DeliveryReported)
        await line.can_send()
    assert (reported.state, reported.code) == (state, code)
    assert (reported.note, reported.note_revision, reported.times) == ("n1", 1, 0)
    assert line.told == [f"{state} n1/1"]


async def test_n4_a_voicemail_hears_it_twice_and_is_told_that_nobody_answered(
    tmp_path: Path,
) -> None:
    async with telephone("--silent", folder=tmp_path) as phone:
        async with over_sip(phone, tmp_path, key_within="100ms", times=2) as line:
            await line.tell(spoken(), times=1)
            (reported,) = await line.hears(DeliveryReported)
        heard = await phone.recording()
    assert (reported.state, reported.times) == (Delivery.SILENCE, 1)
    said = await rendered(tmp_path, " ".join((REPEATED, *spoken().sentences)))
    assert times_heard(said, heard, SAME) == 2, "and that it is repeated comes first"
    assert alike(await rendered(tmp_path, GOODBYE), heard) > SAME


async def test_n4_notes_for_one_crew_go_into_one_call_while_it_rings(tmp_path: Path) -> None:
    first, second = spoken("n1"), spoken("n2", 3)
    async with telephone("--answers-after", "3", "--presses", "1@1", folder=tmp_path) as phone:
        async with over_sip(phone, tmp_path) as line:
            await line.tell(first)
            await line.tell(second, times=2)
            await line.hears(NoteAcknowledged, times=2)
            await phone.says("call over")
            await line.can_send()
        heard = await phone.recording()
    assert line.told == [
        "displayed n1/1", "displayed n2/3", "acknowledged n1/1", "acknowledged n2/3",
    ]  # fmt: skip
    assert phone.said.count("rings") == 1
    for text in (first.sentences, (ONE_MORE, REPEATED, *second.sentences)):
        assert alike(await rendered(tmp_path, " ".join(text)), heard) > SAME


async def test_n7_a_withdrawal_that_was_heard_is_taken_away_not_acknowledged(
    tmp_path: Path,
) -> None:
    async with (
        telephone("--presses", "1@1") as phone,
        over_sip(phone, tmp_path) as line,
    ):
        await line.tell(spoken(revision=2, withdrawn=True))
        await line.hears(NoteDisplayed)
        await phone.says("call over")
    assert line.told == ["displayed n1/2"]


async def test_n5_with_all_lines_in_use_nothing_goes_out_until_one_is_free(tmp_path: Path) -> None:
    async with (
        telephone("--never-answers") as phone,
        over_sip(phone, tmp_path, calls=1, ring="5s") as line,
    ):
        await line.tell(spoken("n1"), NUMBER)
        with pytest.raises(LinesBusy, match="in use"):
            await line.tell(spoken("n2"), ANOTHER)
        await line.can_send()
        await line.tell(spoken("n2"), ANOTHER)
        await line.hears(DeliveryReported, times=2)
    assert line.told == ["no_answer n1/1", "no_answer n2/1"]


def kill_the_telephone() -> None:
    children = psutil.Process().children()
    (telephone,) = [c for c in children if "adapters.channels.voice_sip_agent" in c.cmdline()]
    telephone.kill()


async def test_o4_a_telephone_that_dies_in_a_call_is_on_record_and_comes_back(
    tmp_path: Path,
) -> None:
    """Nobody knows what was heard: failed, and never said again by itself."""
    async with (
        telephone("--presses", "1@1") as phone,
        over_sip(phone, tmp_path) as line,
    ):
        await line.hears(SourceConnected)
        await line.tell(spoken("n1"))
        await phone.says("answered")
        kill_the_telephone()
        (reported,) = await line.hears(DeliveryReported)
        await line.hears(SourceLost)
        assert (reported.state, reported.code) == (Delivery.FAILED, "line")
        await line.hears(SourceConnected, times=2)
        assert phone.said.count("rings") == 1


async def test_o4_where_the_exchange_refuses_us_nothing_goes_out_until_it_takes_us(
    tmp_path: Path,
) -> None:
    async with (
        registrar() as (at, exchange),
        running(
            tmp_path, sip_register=True, sip_domain=at, sip_interface="127.0.0.1",
            sip_to="sip:{digits}@127.0.0.1",
        ) as line,
    ):  # fmt: skip
        with pytest.raises(ChannelDown):
            await line.tell(spoken())
        await until(lambda: exchange.refused > 0)
        exchange.status = "200 OK"
        await line.can_send()
        await line.hears(SourceConnected)


async def test_e1_no_number_and_no_word_stands_in_a_log_or_a_metric(tmp_path: Path) -> None:
    with capture_logs() as logged:
        async with telephone("--busy") as phone, over_sip(phone, tmp_path) as line:
            await line.tell(spoken())
            await line.hears(DeliveryReported)
            await line.can_send()
    assert logged, "something was logged"
    told = str(logged) + generate_latest(line.meters.registry).decode()
    for kept_back in (NUMBER, NUMBER[3:], "High Street", "Fourteen"):
        assert kept_back not in told
    assert not lies_on_the_disk(tmp_path)


def lies_on_the_disk(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))
