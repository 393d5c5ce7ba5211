"""Text on standard input, sound on standard output: one short process for each text.

The voices are C code that holds the interpreter or may fall over; here neither stops the service.
The text never stands in the arguments, which other users of the machine can read.
"""

import io
import subprocess
import sys
import wave

import numpy as np
import numpy.typing as npt

from adapters.channels.voice_line import RATE

Samples = npt.NDArray[np.float64]

TONES_UP_TO = 3_400
"""Hertz that a telephone carries; what is higher would come back as noise."""
TAPS = 101
LOUDEST = 0.5
"""Of full scale: telephones distort what is louder, and the voices come louder."""
FULL_SCALE = 32_767


def nanotts(text: str) -> tuple[Samples, int]:
    """SVOX Pico with its British voice, from the wheel."""
    from py_nanotts import NanoTTS  # type: ignore[import-untyped]

    said = NanoTTS().speak(text, voice="en-GB", speed=0.9, volume=0.5)
    return np.frombuffer(said, "<i2").astype(np.float64), 16_000


def espeak(text: str) -> tuple[Samples, int]:
    """espeak-ng, the program, where it is installed."""
    command = ["espeak-ng", "-v", "en-gb", "-s", "150", "--stdin", "--stdout"]
    made = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    with wave.open(io.BytesIO(made.stdout)) as sound:
        frames = sound.readframes(len(made.stdout))
        return np.frombuffer(frames, "<i2").astype(np.float64), sound.getframerate()


VOICES = {"nanotts": nanotts, "espeak-ng": espeak}


def for_the_telephone(samples: Samples, rate: int) -> bytes:
    """8 kHz, 16 bits, mono, at a level that a telephone carries; empty when nothing is heard."""
    if not samples.size or not np.abs(samples).max():
        return b""
    narrow = np.convolve(samples, _low_pass(rate), mode="same")
    times = np.arange(int(samples.size * RATE / rate)) * (rate / RATE)
    heard = np.interp(times, np.arange(narrow.size), narrow)
    level = LOUDEST * FULL_SCALE / max(1.0, float(np.abs(heard).max()))
    sound: bytes = (heard * level).astype("<i2").tobytes()
    return sound


def _low_pass(rate: int) -> Samples:
    """A windowed sinc: what is below TONES_UP_TO passes."""
    places = np.arange(TAPS) - TAPS // 2
    taps = np.sinc(2 * TONES_UP_TO / rate * places) * np.hamming(TAPS)
    return np.asarray(taps / taps.sum(), dtype=np.float64)


def main(voice: str) -> int:
    """0 with sound, 1 without."""
    text = sys.stdin.buffer.read().decode()
    sound = for_the_telephone(*VOICES[voice](text))
    sys.stdout.buffer.write(sound)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
