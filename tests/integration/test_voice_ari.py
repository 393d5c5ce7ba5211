"""Spoken calls through an Asterisk: our simulator of its REST Interface, held to a real one's
recording (N4, N5)."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.channels.voice_round import LEAD_IN
from adapters.channels.voice_speech import Speech
from adapters.codecs import ari_voice
from middleware.ports import ChannelDown
from schemas.delivery import Delivery, DeliveryReported, NoteAcknowledged
from schemas.service import SourceConnected, SourceLost
from simulators.ari import AriSimulator, Crew
from tests.brokers import real_world, until
from tests.voice import NUMBER, Line, running, spoken

RECORDING = Path(__file__).parent.parent / "recordings/asterisk-22/handsfree.ari.jsonl"
SECRET = "secret-of-the-tests"


@asynccontextmanager
async def through(asterisk: AriSimulator, folder: Path, **settings: Any) -> AsyncIterator[Line]:
    password = folder / "ari.password"
    password.write_text(SECRET)
    password.chmod(0o600)
    async with running(
        folder, through="asterisk", ari_url=f"http://127.0.0.1:{asterisk.port}/ari",
        ari_password_file=password, ari_sounds=folder / "sounds", ari_caller_id="100", **settings,
    ) as line:  # fmt: skip
        yield line


def an_asterisk(crew: Crew, port: int = 0) -> AriSimulator:
    return AriSimulator("forewarn", SECRET, crew, port)


async def test_n4_a_crew_hears_the_note_and_acknowledges_with_1(tmp_path: Path) -> None:
    """What Asterisk is asked to play is, byte for byte, what was rendered."""
    async with an_asterisk(Crew(does=("", "1"))) as asterisk, through(asterisk, tmp_path) as line:
        await line.can_send()
        await line.tell(spoken())
        (acknowledged,) = await line.hears(NoteAcknowledged)
        await line.can_send()
    assert acknowledged.device == NUMBER
    assert line.told == ["displayed n1/1", "acknowledged n1/1"]
    speech = Speech(["nanotts"], real_world(tmp_path))
    assert asterisk.heard[0] == LEAD_IN + await speech.say(" ".join(spoken().sentences))
    assert asterisk.channels == {}, "it hung up"
    assert sounds(tmp_path) == [], "the sounds are gone with the call"


def sounds(folder: Path) -> list[Path]:
    return list((folder / "sounds").iterdir())


@pytest.mark.parametrize(
    ("crew", "settings", "state", "code"),
    [
        (Crew("busy"), {}, Delivery.BUSY, "cause 17"),
        (Crew("declined"), {}, Delivery.DECLINED, "cause 21"),
        (Crew("no_answer"), {}, Delivery.NO_ANSWER, "cause 19"),
        (Crew("never"), {"ring": "1s"}, Delivery.NO_ANSWER, None),
        (Crew("unknown_number"), {}, Delivery.FAILED, "cause 1"),
        (Crew(does=()), {"key_within": "100ms"}, Delivery.SILENCE, None),
        (Crew(does=("#",)), {}, Delivery.CUT_OFF, "cause 16"),
        (Crew(does=("1#",)), {}, Delivery.CUT_OFF, "cause 16"),
        (Crew(fails=True), {}, Delivery.FAILED, "playback"),
    ],
    ids=[
        "busy", "declined", "no answer", "never answers", "unknown number", "a voicemail",
        "hangs up half-way", "presses 1 and hangs up half-way", "the sound cannot be played",
    ],
)  # fmt: skip
async def test_n5_what_is_no_acknowledgement_is_told_apart(
    tmp_path: Path, crew: Crew, settings: dict[str, str], state: Delivery, code: str | None
) -> None:
    async with (
        an_asterisk(crew) as asterisk,
        through(asterisk, tmp_path, **settings) as line,
    ):
        await line.can_send()
        await line.tell(spoken(), times=2)
        (reported,) = await line.hears(DeliveryReported)
        await line.can_send()
    assert (reported.state, reported.code, reported.times) == (state, code, 2)
    assert line.told == [f"{state} n1/1"]
    assert (asterisk.channels, sounds(tmp_path)) == ({}, [])


async def test_o4_asterisk_lost_in_a_call_is_a_failure_and_its_call_is_ended_on_return(
    tmp_path: Path,
) -> None:
    async with an_asterisk(Crew(does=())) as asterisk, through(asterisk, tmp_path) as line:
        await line.can_send()
        await line.hears(SourceConnected)
        await line.tell(spoken())
        await until(lambda: len(asterisk.heard) == 2)
        await asterisk.cut()
        (reported,) = await line.hears(DeliveryReported)
        await line.hears(SourceLost)
        assert (reported.state, reported.code) == (Delivery.FAILED, "line")
        await line.hears(SourceConnected, times=2)
        await until(lambda: not asterisk.channels)
        await until(lambda: sounds(tmp_path) == [])


async def test_o4_before_asterisk_is_there_nothing_goes_out(tmp_path: Path) -> None:
    async with an_asterisk(Crew()) as first:
        port = first.port
    async with through(first, tmp_path) as line:
        with pytest.raises(ChannelDown):
            await line.tell(spoken())
        async with an_asterisk(Crew(), port):
            await line.can_send()
            await line.tell(spoken())
            await line.hears(NoteAcknowledged)


async def test_o4_what_an_earlier_run_left_behind_is_ended(tmp_path: Path) -> None:
    async with an_asterisk(Crew("never")) as asterisk:
        async with through(asterisk, tmp_path) as line:
            await line.can_send()
            await line.tell(spoken())
            await until(lambda: bool(asterisk.channels))
            (left,) = asterisk.channels.values()
        asterisk.channels[left.id] = left
        (tmp_path / "sounds" / f"{left.id}-1.wav").write_bytes(b"left")
        async with through(asterisk, tmp_path) as line:
            await line.can_send()
            assert (asterisk.channels, sounds(tmp_path)) == ({}, [])


async def test_o4_another_client_in_our_place_is_seen(tmp_path: Path) -> None:
    async with an_asterisk(Crew()) as asterisk, through(asterisk, tmp_path) as line:
        await line.hears(SourceConnected)
        async with through(asterisk, tmp_path) as other:
            await other.hears(SourceConnected)
            (lost,) = (await line.hears(SourceLost))[:1]
    assert lost.reason == "replaced"


# --- the simulator is like the real one ------------------------------------------------


def recorded(kind: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in RECORDING.read_text().splitlines()]
    return [line["data"] for line in lines if line["kind"] == kind]


def shape(value: Any) -> Any:
    """Names and types, without values."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return type(value).__name__ if not isinstance(value, list) else "list"


async def test_the_simulator_says_what_asterisk_22_says(tmp_path: Path) -> None:
    """Each event has the fields, and the types, of the recorded ones of its kind."""
    async with an_asterisk(Crew(does=("1",))) as asterisk, through(asterisk, tmp_path) as line:
        await line.can_send()
        await line.tell(spoken())
        await line.hears(NoteAcknowledged)
        await line.can_send()
    real = {event["type"]: shape(event) for event in recorded("event")}
    said = {event["type"]: shape(event) for event in asterisk.said}
    assert said == {kind: real[kind] for kind in said}
    needed = {"StasisStart", "ChannelDtmfReceived", "PlaybackFinished", "ChannelDestroyed"}
    assert needed <= said.keys()


async def test_what_is_asked_of_asterisk_is_what_the_recorded_one_was_asked(
    tmp_path: Path,
) -> None:
    async with an_asterisk(Crew(does=("1",))) as asterisk, through(asterisk, tmp_path) as line:
        await line.can_send()
        await line.tell(spoken())
        await line.hears(NoteAcknowledged)
        await line.can_send()
    asked = [(what.split("/")[1], set(given)) for what, given in asterisk.asked if given]
    for call in recorded("http")[:2]:
        what = call["request"].split("/")[1]
        names = set(call["params"]) - {"appArgs"}
        assert (what, names) in asked


def test_the_recorded_call_is_read_as_it_went() -> None:
    told = [ari_voice.read(json.dumps(event)) for event in recorded("event")]
    assert [t for t in told if t is not None] == [
        ari_voice.ChannelEntered("note-1-call"),
        ari_voice.KeyPressed("note-1-call", "1"),
        ari_voice.PlaybackEnded("note-1-play", failed=False),
        ari_voice.ChannelGone("note-1-call", 16),
    ]
