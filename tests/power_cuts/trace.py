"""What programs did to the files of a folder, as `strace` saw it, in one order.

strace sees every call, also those that a library makes inside itself, and needs no compiler. What
was written is kept whole. Who writes says on its standard output what was acknowledged to it; that
is a call in the same order.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.needs import require

CALLS = (
    "openat", "creat", "write", "pwrite64", "writev", "pwritev", "ftruncate", "fallocate",
    "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat",
)  # fmt: skip
LONGEST = 64_000_000
"""Bytes of one write."""
_LINE = re.compile(r"(?P<pid>\d+) +(?P<rest>.*)")
_ENDED = re.compile(r"\) += ")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(?P<rest>.*)")
_UNFINISHED = " <unfinished ...>"
_HEX = r"(?:\\x[0-9a-f]{2})*"
_FILE = re.compile(rf"^\d+<({_HEX})>")
_TEXTS = re.compile(rf'"({_HEX})"')
_SAID = "1<"


class Did(StrEnum):
    """What happened. A write counts from its beginning on, for some of it may be on the disk then;
    what a sync covers was written before it began, and is durable once it has ended."""

    OPENED = "opened"
    WROTE = "wrote"
    CUT_SHORT = "cut short"
    SYNC_BEGAN = "sync began"
    SYNC_ENDED = "sync ended"
    RENAMED = "renamed"
    REMOVED = "removed"
    SAID = "said"


@dataclass(frozen=True, slots=True)
class Event:
    """`at` is the offset of a write (None: where the last one ended), or the new length of a file
    that was cut short; `flags` those of open; `to` the new name."""

    did: Did
    path: str
    pid: str
    data: bytes = b""
    at: int | None = None
    flags: str = ""
    to: str = ""


def traced(command: Sequence[str], into: Path) -> list[str]:
    """The command that runs `command` and keeps what it does, with all that it starts."""
    return [
        require("strace"), "-f", "-y", "-xx", "-s", str(LONGEST), "-e", f"trace={','.join(CALLS)}",
        "-e", "signal=none", "-o", str(into), *command,
    ]  # fmt: skip


def read(trace: Path, folder: Path) -> Iterator[Event]:
    """Everything that was done below `folder`, and what was said."""
    under = os.fsencode(folder) + b"/"
    begun: dict[str, str] = {}
    with trace.open(encoding="ascii") as lines:
        for line in lines:
            match = _LINE.match(line)
            assert match, line[:200]
            pid, rest = match["pid"], match["rest"]
            if resumed := _RESUMED.match(rest):
                whole = begun.pop(pid) + resumed["rest"]
                yield from _events(pid, whole, under, begins=False)
            elif rest.endswith(_UNFINISHED):
                begun[pid] = rest.removesuffix(_UNFINISHED)
                yield from _events(pid, begun[pid], under, ends=False)
            else:
                yield from _events(pid, rest, under)


def _events(
    pid: str, call: str, under: bytes, *, begins: bool = True, ends: bool = True
) -> Iterator[Event]:
    name, bracket, rest = call.partition("(")
    ended = _ENDED.search(rest)
    arguments, result = (rest[: ended.start()], rest[ended.end() :]) if ended else (rest, "")
    if not bracket or result.startswith("-1"):
        return
    if name in {"openat", "creat", "rename", "renameat", "renameat2", "unlink", "unlinkat"}:
        if ends:
            yield from _named(name, pid, arguments, result, under)
        return
    path = _path(_FILE.match(arguments), under)
    if path is None:
        if name == "write" and arguments.startswith(_SAID) and begins:
            yield Event(Did.SAID, "", pid, _data(arguments))
        return
    if name in {"fsync", "fdatasync"}:
        if begins:
            yield Event(Did.SYNC_BEGAN, path, pid)
        if ends:
            yield Event(Did.SYNC_ENDED, path, pid)
    elif begins:
        yield from _written(name, pid, path, arguments)


def _written(name: str, pid: str, path: str, arguments: str) -> Iterator[Event]:
    numbers = arguments.rpartition('"')[2] if '"' in arguments else arguments.partition(">")[2]
    told = [part.strip(" ]}") for part in numbers.split(",")]
    match name:
        case "write" | "writev":
            yield Event(Did.WROTE, path, pid, _data(arguments))
        case "pwrite64" | "pwritev":
            yield Event(Did.WROTE, path, pid, _data(arguments), at=int(told[-1]))
        case "ftruncate":
            yield Event(Did.CUT_SHORT, path, pid, at=int(told[-1]))
        case "fallocate" if told[1] == "0":
            yield Event(Did.WROTE, path, pid, b"", at=int(told[-2]) + int(told[-1]))
        case _:
            raise AssertionError(f"what {name} does here is not known")


def _named(name: str, pid: str, arguments: str, result: str, under: bytes) -> Iterator[Event]:
    if name in {"openat", "creat"}:
        path = _path(_FILE.match(result), under)
        if path is not None:
            yield Event(Did.OPENED, path, pid, flags=arguments.rpartition('"')[2])
        return
    names = [_below(_whole(text, under), under) for text in _TEXTS.findall(arguments)]
    if names[0] is None:
        return
    if name.startswith("rename"):
        assert names[1] is not None
        yield Event(Did.RENAMED, names[0], pid, to=names[1])
    else:
        yield Event(Did.REMOVED, names[0], pid)


def _path(match: re.Match[str] | None, under: bytes) -> str | None:
    return None if match is None else _below(_decoded(match[1]), under)


def _whole(text: str, under: bytes) -> bytes:
    """A name without a folder is said by a program that works in this one."""
    path = _decoded(text)
    return path if path.startswith(b"/") else under + path


def _below(path: bytes, under: bytes) -> str | None:
    """Relative to the folder; None where it lies elsewhere."""
    if path + b"/" == under:
        return "."
    return os.fsdecode(path.removeprefix(under)) if path.startswith(under) else None


def _data(arguments: str) -> bytes:
    return b"".join(map(_decoded, _TEXTS.findall(arguments)))


def _decoded(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
