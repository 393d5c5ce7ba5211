"""Control rooms that one process serves: each with its own configuration and all that it has.

async with neighbours(tmp_path) as rooms: rooms.one.import_markers(…), rooms.two.cad() …
"""

import json
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.service import ControlRoom
from tests.service_process import FOREWARN, choose_ports, ended, environ


@dataclass(slots=True)
class Neighbour(ControlRoom):
    """One of them; what the process prints is the same file for all."""

    printed: Path = Path()

    @property
    def log(self) -> Path:
        return self.printed

    def configure(self, more: str = "", *, wait: str = "1h", snapshot_every: int = 20_000) -> None:
        """As any other, but that its paths hold wherever the process runs."""
        ControlRoom.configure(self, more, wait=wait, snapshot_every=snapshot_every)
        text = self.config.read_text()
        for path in ("state", "ami.secret", "handed-on.token"):
            text = text.replace(f'"{path}"', f'"{self.folder / path}"')
        self.config.write_text(text)


@dataclass(slots=True)
class Neighbours:
    """Two rooms, and the process while it runs."""

    folder: Path
    one: Neighbour
    two: Neighbour

    @property
    def rooms(self) -> tuple[Neighbour, Neighbour]:
        return self.one, self.two

    @property
    def log(self) -> Path:
        return self.one.log

    def printed(self) -> str:
        return self.log.read_text()

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log about it."""
        lines = (one for one in self.printed().splitlines() if one.startswith("{"))
        return [told for told in map(json.loads, lines) if told["event"] == event]

    def start(self) -> None:
        self.one.child = self.two.child = self.another(self.log)

    def another(self, log: Path) -> subprocess.Popen[bytes]:
        """One more process for the same rooms."""
        return process_for(self.folder, self.rooms, log)

    async def stop(self) -> int:
        """SIGTERM; the exit code of the process."""
        child = self.one.child
        assert child is not None
        self.one.child = self.two.child = None
        child.terminate()
        return await ended(child)


def process_for(folder: Path, rooms: Sequence[ControlRoom], log: Path) -> subprocess.Popen[bytes]:
    """`forewarn run` for these rooms."""
    files = [word for room in rooms for word in ("--config", str(room.config))]
    with log.open("ab") as out:
        return subprocess.Popen(
            [*FOREWARN, "run", *files], cwd=folder, env=environ({}), stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip


def set_up(folder: Path, one: str = "", two: str = "") -> Neighbours:
    """Configured, with this at the end of each, and not started."""
    made = []
    for code, more in (("eoc1", one), ("eoc2", two)):
        (folder / code).mkdir()
        room = Neighbour(folder / code, choose_ports(), room=code, printed=folder / "service.log")
        room.configure(more)
        room.prepare()
        made.append(room)
    return Neighbours(folder, *made)


@asynccontextmanager
async def serving(rooms: Neighbours) -> AsyncIterator[Neighbours]:
    """Started; whatever still runs at the end is stopped."""
    rooms.start()
    try:
        yield rooms
    finally:
        if rooms.one.child is not None:
            await rooms.stop()
