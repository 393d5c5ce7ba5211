"""Files that commands are given, and how they are shown to be read."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def read_bytes(path: Path) -> bytes:
    """The content; Trouble when it cannot be read."""
    from middleware.ops.errors import Trouble

    try:
        return path.read_bytes()
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise Trouble(f"{path} cannot be read: {why}", "name another file") from None


@contextmanager
def unreadable(path: Path) -> Iterator[None]:
    """What cannot be taken as a whole is told as Trouble with the file's name."""
    from adapters.codecs.csv_rows import Unreadable
    from middleware.ops.errors import Trouble

    try:
        yield
    except Unreadable as refusal:
        raise Trouble(f"{path} {refusal.what}", refusal.remedy) from None


def today() -> date:
    """The day it is in the control room."""
    from middleware.domain.calendar import london_day
    from middleware.ops.clock import SystemClock

    return london_day(SystemClock().now())


def screen() -> "Console":
    """Where progress is drawn: apart from the output."""
    from rich.console import Console

    return Console(file=sys.stderr)
