"""From text to the sound of a telephone: offline, once for each text, never nothing (N4)."""

import stat
from pathlib import Path

import numpy as np
import pytest

from adapters.channels import voice_speech
from adapters.channels.voice_line import RATE, WIDTH, seconds
from adapters.channels.voice_round import REPEATED
from adapters.channels.voice_sounds import Sounds
from adapters.channels.voice_speaker import FULL_SCALE, LOUDEST, for_the_telephone
from adapters.channels.voice_speech import MOST_LETTERS, NoVoice, Speech
from adapters.codecs.ari_voice import channel_id
from middleware.ops.metrics import Metrics
from middleware.ports import World
from tests.brokers import real_world
from tests.needs import require
from tests.voice import Samples, alike, samples

TEXT = "Violence warning. Fourteen A, High Street."


@pytest.fixture
def world(tmp_path: Path) -> World:
    return real_world(tmp_path)


def counted(world: World, name: str) -> float | None:
    assert isinstance(world.meters, Metrics)
    return world.meters.registry.get_sample_value(name)


@pytest.mark.parametrize("voice", ["nanotts", "espeak-ng"])
async def test_n4_a_voice_speaks_at_the_level_and_rate_of_a_telephone(
    voice: str, world: World
) -> None:
    if voice == "espeak-ng":
        require(voice)
    sound = await Speech([voice], world).say(TEXT)
    assert 2 < seconds(sound) < 10
    heard = samples(sound)
    assert np.abs(heard).max() == pytest.approx(LOUDEST * FULL_SCALE, rel=0.01)
    assert np.sqrt(np.mean(heard**2)) > 0.02 * FULL_SCALE


async def test_n4_a_text_is_rendered_once(world: World) -> None:
    speech = Speech(["nanotts"], world)
    assert await speech.say(TEXT) == await speech.say(TEXT)
    assert await speech.say(TEXT) != await speech.say("Abuse warning.")
    assert counted(world, "forewarn_speech_rendered_total") == 2
    assert counted(world, "forewarn_speech_reused_total") == 2


async def test_n4_what_is_kept_is_bounded_and_the_oldest_goes_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech = Speech(["nanotts"], world)
    size = len(await speech.say("One."))
    monkeypatch.setattr(voice_speech, "KEPT_BYTES", 3 * size)
    for text in ("Two.", "Three.", "Four.", "One."):
        await speech.say(text)
    assert counted(world, "forewarn_speech_reused_total") == 0


@pytest.mark.parametrize("text", ["", " ", "...", "a\0b", "x" * (MOST_LETTERS + 1)], ids=repr)
async def test_n4_what_cannot_be_said_is_refused_not_left_silent(text: str, world: World) -> None:
    with pytest.raises(NoVoice):
        await Speech(["nanotts"], world).say(text)


async def test_n4_where_one_voice_cannot_the_next_one_speaks(world: World) -> None:
    """The first of these does not exist: its process fails."""
    assert seconds(await Speech(["no-such-voice", "nanotts"], world).say(TEXT)) > 2
    with pytest.raises(NoVoice):
        await Speech(["no-such-voice"], world).say(TEXT)


def test_n4_silence_is_no_sound() -> None:
    assert for_the_telephone(np.zeros(16_000), 16_000) == b""
    assert for_the_telephone(np.zeros(0), 16_000) == b""


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050])
def test_n4_a_tone_keeps_its_length_and_what_is_too_high_is_gone(rate: int) -> None:
    """A tone above what a telephone carries must not come back as a lower one."""
    times = np.arange(rate) / rate
    low = samples(for_the_telephone(np.sin(2 * np.pi * 500 * times), rate))
    assert low.size == pytest.approx(RATE, abs=1)
    assert np.argmax(np.abs(np.fft.rfft(low))) == pytest.approx(500, abs=2)
    if rate > RATE:
        both = np.sin(2 * np.pi * 500 * times) + np.sin(2 * np.pi * 5_500 * times)
        spectrum = np.abs(np.fft.rfft(samples(for_the_telephone(both, rate))))
        assert spectrum[RATE - 5_500] < 0.01 * spectrum[500]


async def test_e1_a_sound_on_the_disk_can_be_read_by_its_group_alone_and_goes(
    tmp_path: Path,
) -> None:
    sounds = Sounds(tmp_path / "sounds", "eoc1")
    await sounds.clear()
    names = [f"{channel_id(room, 7)}-1" for room in ("eoc1", "eoc1", "eoc1-2")]
    path = Path(await sounds.put(names[0], bytes(RATE * WIDTH))).with_suffix(".wav")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    await sounds.remove(names[0])
    await sounds.remove(names[0])
    assert left(tmp_path) == []
    for name in names:
        await sounds.put(name, bytes(2))
    await sounds.clear()
    assert left(tmp_path) == [f"{names[2]}.wav"], "that of another room stays"


def left(folder: Path) -> list[str]:
    return [path.name for path in (folder / "sounds").iterdir()]


# --- what the tests with a telephone measure by ----------------------------------------


def after_a_law(sound: Samples) -> Samples:
    """As it comes out of a telephone line: A-law (G.711), eight bits a sample."""
    level = np.abs(sound) / FULL_SCALE
    scale = 1 + np.log(87.6)
    large = (1 + np.log(np.maximum(87.6 * level, 1))) / scale
    coded = np.round(np.where(level < 1 / 87.6, 87.6 * level / scale, large) * 127) / 127
    decoded = np.where(coded < 1 / scale, coded * scale / 87.6, np.exp(coded * scale - 1) / 87.6)
    return np.asarray(np.sign(sound) * decoded * FULL_SCALE)


async def test_the_measure_knows_the_same_sound_from_another_and_bears_loss(world: World) -> None:
    """Said on a line with half a second of noise before it, and one packet in fifty lost."""
    speech, chance = Speech(["nanotts"], world), np.random.default_rng(7)
    said, other = samples(await speech.say(TEXT)), samples(await speech.say(REPEATED))
    line = np.concatenate([chance.normal(0, 5, 4_000), after_a_law(said)])
    assert alike(said, line) == 1
    assert alike(other, line) == 0
    packets = line[: line.size // 160 * 160].reshape(-1, 160)
    packets[chance.random(len(packets)) < 0.02] = 0
    assert alike(said, packets.ravel()) > 0.5
