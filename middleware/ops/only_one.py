"""One service a state directory. Started twice by mistake, the second would take the journal from
the first, and the broker's files from under its broker, before it finds the ports taken (O4).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from middleware.ops.errors import Trouble
from middleware.ops.files import PRIVATE, private_directory


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Hold the directory while the context lasts; Trouble when another service holds it. The
    system lets go of it however the process ends, so nothing is left to clean up."""
    private_directory(state)
    descriptor = os.open(state / "service.lock", os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        _take(descriptor, state)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, state: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Trouble(
            f"a service runs on the state directory {state} already",
            "stop that one first, or name another `state` in the configuration",
        ) from None
