"""Files that are there whole or not at all, and that only this service's user can read."""

import os
from pathlib import Path

PRIVATE = 0o600
PRIVATE_DIRECTORY = 0o700


def private_directory(path: Path) -> None:
    """Make the directory, for this user alone; one that is there stays as it is."""
    path.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)


def sync_directory(path: Path) -> None:
    """A new or renamed name in it survives a power cut from here on."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, data: bytes) -> None:
    """Durable, and at every moment either the old content or the new."""
    beside = path.with_name(path.name + ".new")
    append_durably(beside, data, os.O_TRUNC)
    beside.replace(path)
    sync_directory(path.parent)


def append_durably(path: Path, data: bytes, flags: int = os.O_APPEND) -> None:
    """Returns when the disk has it; the file is made when it is not there."""
    new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if new:
        sync_directory(path.parent)
