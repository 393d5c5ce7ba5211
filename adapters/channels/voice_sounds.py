"""Sounds that another process must read, Asterisk: files that live as long as their call (E1).

They hold addresses. Their names do not; the group of the folder, which Asterisk's user is in, may
read them, others may not; at every connect what an earlier run left behind is removed.
"""

import asyncio
import io
import os
import wave
from pathlib import Path

from adapters.channels.voice_line import RATE, WIDTH, Sound

MODE = 0o640


class Sounds:
    """`folder` is one that Asterisk can read; its set-group-id bit hands its group on. Other rooms
    may have theirs there too."""

    def __init__(self, folder: Path, room: str) -> None:
        self._folder = folder.absolute()
        self._own = f"forewarn-{room}-{'[0-9a-f]' * 16}-*.wav"

    async def put(self, name: str, sound: Sound) -> str:
        """Write it as a WAV; its path without the ending, as Asterisk wants it."""
        path = self._folder / f"{name}.wav"
        await asyncio.to_thread(_write, path, sound)
        return str(path.with_suffix(""))

    async def remove(self, name: str) -> None:
        path = self._folder / f"{name}.wav"
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def clear(self) -> None:
        await asyncio.to_thread(_clear, self._folder, self._own)


def _write(path: Path, sound: Sound) -> None:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, WIDTH, RATE, 0, "NONE", ""))
        file.writeframes(sound)
    path.unlink(missing_ok=True)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    os.fchmod(opened, MODE)  # whatever the umask is
    with os.fdopen(opened, "wb") as file_of_it:
        file_of_it.write(made.getvalue())


def _clear(folder: Path, own: str) -> None:
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    for left in folder.glob(own):
        left.unlink(missing_ok=True)
