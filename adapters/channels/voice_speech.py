"""From text to sound, once for each text (N4): offline, kept in memory alone, bounded.

What is said holds addresses, so it is never written to the disk here; the memory ends with the
service, and what was not asked for longest goes first.
"""

import asyncio
import os
import shutil
import sys
from collections import OrderedDict
from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b

import structlog

from adapters.channels.voice_line import Sound, seconds
from middleware.ports import World

log = structlog.get_logger()

KEPT_BYTES = 32 * 1024 * 1024
"""About half an hour of speech."""
MOST_LETTERS = 4_000
WITHIN = timedelta(seconds=30)
"""For one text; it takes a tenth of a second."""
LEAST_SECONDS = 0.2
"""What is shorter is no speech."""


class NoVoice(Exception):
    """No voice could say it; the log has the codes."""


class Speech:
    """`say` gives the sound of a text. One text is rendered at a time: the voices bear no more."""

    def __init__(self, voices: Sequence[str], world: World) -> None:
        self._voices = tuple(voices)
        self._kept: OrderedDict[bytes, Sound] = OrderedDict()
        self._bytes = 0
        self._one_at_a_time = asyncio.Lock()
        self._rendered = world.meters.counter("forewarn_speech_rendered_total")
        self._reused = world.meters.counter("forewarn_speech_reused_total")

    async def say(self, text: str) -> Sound:
        """Raises NoVoice; also for a text with nothing to say in it."""
        if not any(letter.isalpha() for letter in text) or "\0" in text:
            raise NoVoice("the text has nothing that can be said")
        if len(text) > MOST_LETTERS:
            raise NoVoice("the text is too long to be said")
        key = blake2b(text.encode(), digest_size=16).digest()
        async with self._one_at_a_time:
            if key in self._kept:
                self._kept.move_to_end(key)
                self._reused.inc()
                return self._kept[key]
            sound = await self._render(text)
            self._keep(key, sound)
        return sound

    def _keep(self, key: bytes, sound: Sound) -> None:
        self._rendered.inc()
        self._kept[key] = sound
        self._bytes += len(sound)
        while self._bytes > KEPT_BYTES:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone)

    async def _render(self, text: str) -> Sound:
        for voice in self._voices:
            if voice == "espeak-ng" and not shutil.which(voice):
                log.error("voice_not_installed", code=voice)
                continue
            sound = await self._speak(voice, text)
            if seconds(sound) >= LEAST_SECONDS:
                return sound
            log.error("voice_gave_no_sound", code=voice)
        raise NoVoice("no voice could say it")

    async def _speak(self, voice: str, text: str) -> Sound:
        """Empty when it failed: the next voice is asked."""
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", "adapters.channels.voice_speaker", voice,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        try:
            async with asyncio.timeout(WITHIN.total_seconds()):
                sound, _ = await child.communicate(text.encode())
        except TimeoutError:
            return b""
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return sound if child.returncode == 0 else b""
