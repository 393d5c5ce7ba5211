"""Lines to the radio at the control room: TCP, or a pseudo-terminal in place of a serial port."""

import asyncio
import os
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol


class Line(Protocol):
    """One connected client. `write` never waits; `cut` ends it at once."""

    def write(self, data: bytes) -> None: ...
    def cut(self) -> None: ...


Heard = Callable[[Line, bytes], None]


class TcpLine:
    """A client over TCP."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def cut(self) -> None:
        self._writer.transport.abort()


class Pty:
    """A serial port: `path` is a link that stays the same from one `open` to the next. Nobody
    says when its other side is opened or closed; what is not read is lost, as on a cable."""

    def __init__(self, path: Path, heard: Heard) -> None:
        self.path, self._heard = path, heard
        self._master: int | None = None
        self._slave: int | None = None

    def open(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._slave))
        asyncio.get_running_loop().add_reader(self._master, self._read)

    def _read(self) -> None:
        if self._master is None:
            return
        with suppress(BlockingIOError):
            self._heard(self, os.read(self._master, 4_096))

    def write(self, data: bytes) -> None:
        if self._master is not None:
            with suppress(BlockingIOError):
                os.write(self._master, data)

    def cut(self) -> None:
        """The cable is pulled."""
        if self._master is None or self._slave is None:
            return
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = None
        self.path.unlink(missing_ok=True)
