"""Several control rooms that are to run in one process: what each must have for itself (O4)."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations as pairs
from pathlib import Path
from typing import NamedTuple

from middleware.config.combine import listeners
from middleware.config.lines import Path as Key
from middleware.config.load import load
from middleware.config.origin import PREFIX, ConfigError, Origin, shown
from middleware.config.sections import Config
from middleware.ops.listening import HostPort
from middleware.ports import AdapterTable

EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - looked for, not listened at


class Room(NamedTuple):
    """A control room, and the file that says what it is; None: the defaults."""

    config: Config
    file: Path | None


def load_rooms(
    files: Sequence[Path], adapters: AdapterTable, environ: Mapping[str, str]
) -> tuple[Room, ...]:
    """One room a file; without any, that of the defaults. ConfigError with every problem of all."""
    if len(files) <= 1:
        file = files[0] if files else None
        return (Room(load(file, adapters, environ), file),)
    rooms: list[Room] = []
    problems = [*_for_all(environ), *_twice(files)]
    for file in {one.resolve(): one for one in files}.values():
        try:
            rooms.append(Room(load(file, adapters, {}), file))
        except ConfigError as wrong:
            problems += wrong.problems
    problems += [why for one, other in pairs(rooms, 2) for why in _shared(one, other)]
    if problems:
        raise ConfigError(tuple(problems))
    return tuple(rooms)


def _for_all(environ: Mapping[str, str]) -> Iterator[str]:
    """It would also make a section in a room that has none."""
    for name in sorted(environ):
        if name.upper().startswith(PREFIX):
            yield f"{name}: would hold for every room; unset it, and say it in the file of each"


def _twice(files: Sequence[Path]) -> Iterator[str]:
    for one, other in pairs(files, 2):
        if one.resolve() == other.resolve():
            yield f"{other}: is named twice; name the file of each room once"


def _shared(one: Room, other: Room) -> Iterator[str]:
    """What both would have as theirs: where the second says it, and where the first does."""
    said, too = Origin(other.file, {}), Origin(one.file, {})
    for theirs, there in _own(one.config):
        for ours, here in _own(other.config):
            if _are_one(theirs, ours):
                also = f"{shown(there)} ({too.where(there)})"
                why = f"is the same as {also}; give each room its own"
                yield f"{said.where(here)}: {shown(here)}: {why}"


def _own(config: Config) -> Iterator[tuple[Hashable, Key]]:
    """What a room must have for itself, and the key that says it."""
    yield f"room {config.room}", ("room",)
    yield config.state.resolve(), ("state",)
    yield from ((at, key) for key, at in listeners(config) if at.port)
    for name in ("spool", "anchor"):
        if path := getattr(config.journal, name):
            yield path.resolve(), ("journal", name)
    for name, settings in config.store.items():
        path = getattr(settings, "path", None)
        if path is not None and path.is_absolute():
            yield path.resolve(), ("store", name, "path")
    for name, settings in config.source.items():  # who reads a stream takes from it
        if stream := getattr(settings, "stream", None):
            yield (getattr(settings, "connect", None), stream), ("source", name, "stream")


def _are_one(theirs: Hashable, ours: Hashable) -> bool:
    """Whether two rooms cannot both have it; who listens at every address listens at each."""
    if not (isinstance(theirs, HostPort) and isinstance(ours, HostPort)):
        return theirs == ours
    every = theirs.host in EVERY_ADDRESS or ours.host in EVERY_ADDRESS
    return theirs.port == ours.port and (every or _address(theirs) == _address(ours))


def _address(at: HostPort) -> str:
    return "127.0.0.1" if at.host == "localhost" else at.host
