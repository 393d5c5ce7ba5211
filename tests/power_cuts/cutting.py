"""Power cuts: a run of a store is recorded, cut at many moments, and every disk that comes of it is
opened by the store again."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from adapters.stores.spool_file import SpoolFile
from middleware.flow.chain import Chain
from middleware.flow.verify import Fault, verify
from middleware.flow.whole import WholeJournal
from middleware.ops.errors import Trouble
from middleware.ports import Journal
from tests.golden.files import GoldenKeys
from tests.power_cuts.disk import Disk
from tests.power_cuts.trace import Did, Event, read, traced
from tests.power_cuts.writer import (
    KEPT,
    ROOM,
    SEGMENT,
    SPOOL,
    SPOOL_BYTES,
    Sealed,
    archive,
    opened,
)
from tests.redis_server import STREAM_OF_JOURNAL, RedisServer, ServerEnded, server_program

STORES = ("sqlite", "archived", "redis", "spool")
A_RUN = 10
"""Cuts that are made of one run."""
GROUPS = 80
ROOT = Path(__file__).parents[2]
OUR_OWN = ("users.acl", "server.log")
"""Files that the tests write for a server: no part of the store."""


@dataclass(slots=True)
class Said:
    """What the writer had been told when the power went."""

    head: int = 0
    token: int = 0
    cleared: int = 0

    def hear(self, data: bytes) -> None:
        word, _, number = data.decode().partition(" ")
        setattr(self, word, max(int(number), getattr(self, word)))


@dataclass(slots=True)
class Cut:
    """One power cut: what was acknowledged before it, and how the store was after it."""

    number: int
    said: Said
    image: dict[str, bytes]
    unsynced: int
    """Bytes that had been written and not made durable."""
    found: int = 0
    mended: bool = False
    """The server's own tool had to cut a torn end off before it opened."""
    trimmed: bool = False
    """It opened with torn records at the end, and a person had to take them out."""
    faults: tuple[Fault, ...] = ()
    wrong: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return max(0, self.said.head - self.found)


def make(
    store: str, numbers: Sequence[int], folder: Path, *, ordered: bool = False, weak: bool = False
) -> Iterator[Cut]:
    """The cuts of these numbers, of as many runs as it takes; each number is a seed. `ordered`: see
    tests.power_cuts.disk; `weak`: the store is set so that it may lose what it acknowledged."""
    by_run: dict[int, list[int]] = {}
    for number in numbers:
        by_run.setdefault(number // A_RUN, []).append(number)
    for run, cuts in by_run.items():
        events = _record(store, run, folder / f"{store}-{run}", weak=weak)
        for cut in _cut(events, cuts, ordered=ordered):
            disk = folder / f"{store}-cut-{cut.number}"
            _lay(cut.image, disk)
            asyncio.run(_open_again(store, cut, disk))
            yield cut


def _record(store: str, seed: int, folder: Path, *, weak: bool) -> list[Event]:
    """Let it run, and demand that what was recorded explains every byte of its files."""
    data, trace = folder / "data", folder / "trace"
    data.mkdir(parents=True)
    command = [sys.executable, "-m", "tests.power_cuts.writer", store, str(data), str(seed)]
    command += [str(GROUPS), *(["--weak"] if weak else [])]
    subprocess.run(traced(command, trace), check=True, stdout=subprocess.PIPE, cwd=ROOT)
    events = list(read(trace, data))
    disk = Disk()
    for event in events:
        disk.happened(event)
    for name, file in disk.names.items():
        if not name.startswith(OUR_OWN) and (data / name).read_bytes() != file.content:
            raise AssertionError(f"{name}: what was recorded is not all that was written")
    shutil.rmtree(folder)
    return events


def _cut(events: list[Event], numbers: Sequence[int], *, ordered: bool) -> Iterator[Cut]:
    """Each at a moment of its own, from the first thing that was done to the last."""
    moments = sorted((Random(n).randrange(len(events)), n) for n in numbers)
    disk, said, done = Disk(), Said(), 0
    for moment, number in moments:
        for event in events[done:moment]:
            disk.happened(event)
            if event.did is Did.SAID:
                said.hear(event.data)
        done = moment
        unsynced = sum(len(c.data) for f in disk.names.values() for c in f.pending)
        now = Said(said.head, said.token, said.cleared)
        yield Cut(number, now, disk.after_cut(Random(number), ordered=ordered), unsynced)


def _lay(image: dict[str, bytes], folder: Path) -> None:
    folder.mkdir()
    for name, content in image.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


async def _open_again(store: str, cut: Cut, folder: Path) -> None:
    try:
        if store == "spool":
            await _spool_again(cut, folder)
        else:
            await _journal_again(store, cut, folder)
    except (OSError, Trouble, ServerEnded) as fault:
        cut.wrong.append(f"it does not open: {fault}")
    if not cut.wrong:
        shutil.rmtree(folder)


async def _journal_again(store: str, cut: Cut, folder: Path) -> None:
    try:
        await _look_into(store, cut, folder)
    except ServerEnded:
        cut.mended = True
        mend(folder)
        await _look_into(store, cut, folder)


async def _look_into(store: str, cut: Cut, folder: Path) -> None:
    async with opened(store, folder) as (journal, server):
        await _demand_all(journal, cut)
        torn = min((fault.position for fault in cut.faults), default=0)
        if server is None or torn <= cut.said.head:
            return
        cut.trimmed, cut.wrong = True, []
        await take_out(server, torn)
        await _demand_all(journal, cut)


async def _demand_all(journal: Journal, cut: Cut) -> None:
    """Nothing acknowledged is lost, the chain holds, and the writing goes on."""
    cut.found = await journal.head()
    if cut.lost:
        cut.wrong.append(f"{cut.lost} acknowledged records are lost")
    cut.faults = (await verify(journal, GoldenKeys(), [], room=ROOM)).faults
    cut.wrong += [f"position {fault.position}: {fault.what}" for fault in cut.faults]
    token = await journal.acquire()
    if token <= cut.said.token:
        cut.wrong.append(f"token {token} was given a second time")
    if not cut.wrong:
        await _go_on(journal, token)
    await journal.load_snapshot("v1")


async def _go_on(journal: Journal, token: int) -> None:
    chain = Chain(ROOM, GoldenKeys())
    async for position, record in journal.read(0):
        chain.open(position, record)
    more = Sealed.behind(chain, token).group()
    await journal.append(chain.position, token, more)
    rows = [record async for _, record in journal.read(chain.position)]
    if rows != more:
        raise OSError("what is appended after the cut is not what is read")
    if isinstance(journal, WholeJournal):
        before = [row async for row in journal.read(0)]
        await archive(journal, token, await journal.head())
        if [row async for row in journal.read(0)] != before:
            raise OSError("what is archived after the cut is not what is read")
        if len(before) > SEGMENT + KEPT and await journal.first() == 1:
            raise OSError("nothing is archived after the cut")


async def _spool_again(cut: Cut, folder: Path) -> None:
    """What was laid there since it was last emptied is there, in order; a torn end is not."""
    spool = SpoolFile(folder / SPOOL, SPOOL_BYTES)
    try:
        left = await spool.load()
    finally:
        spool.close()
    first, last = left.first, left.first - 1 + len(left.records)
    cut.found = cut.said.head if cut.said.head == cut.said.cleared else last
    if cut.lost or (cut.said.head > cut.said.cleared and first > cut.said.cleared + 1):
        cut.wrong.append(f"{first} to {last} are there, {cut.said} was told")
    if cut.said.token and left.token != cut.said.token:
        cut.wrong.append(f"the token is {left.token}")
    chain = Chain(ROOM, GoldenKeys())
    for position, record in enumerate(left.records, start=first):
        if position > 1 and position == first:
            chain.go_on(position, record)
        else:
            chain.open(position, record)


def mend(folder: Path) -> None:
    """As docs/redis.md says: the server's own tool cuts off what it cannot read."""
    last = max(
        (folder / "appendonlydir").glob("*.incr.aof"), key=lambda path: int(path.name.split(".")[2])
    )
    tool = ["valkey-check-aof", "--fix", str(last)]
    subprocess.run(tool, executable=server_program(), input=b"y\n", capture_output=True, check=True)


SOUND = """
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', ARGV[1])) do
  redis.call('XADD', KEYS[2], entry[1], unpack(entry[2]))
end
return redis.call('XLEN', KEYS[2])
"""


async def take_out(server: RedisServer, first: int) -> None:
    """As docs/redis.md says: what is torn at the end, and was never acknowledged, is put aside."""
    journal = STREAM_OF_JOURNAL
    sound, torn = f"{journal}:sound", f"{journal}:torn"
    async with server.client() as client:
        admin: Any = client
        await admin.eval(SOUND, 2, journal, sound, f"{first - 1}-0")
        await admin.rename(journal, torn)
        await admin.rename(sound, journal)
