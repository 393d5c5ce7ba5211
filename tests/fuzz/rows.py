"""Every row of the adapter table that hears, at work, hearing what is wrong: what it takes in, what
goes to quarantine and what it turns away is all there was (O4).

A row that can be played (O2) hears it on a played wire, any other from its rig of the contract
suite: a new row is among them unasked.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.sources.played import PlayedDesk
from adapters.table import ADAPTERS
from middleware.ops.virtual_time import VirtualClock, run_virtually
from middleware.ports import (
    AdapterSpec,
    By,
    Kind,
    OnWire,
    Problem,
    Source,
    Standing,
    Submitted,
    WireFrame,
)
from schemas.event import Event
from schemas.service import SourceConnected, SourceLost
from simulators.esl_words import frame
from tests.channels import Line, rig_of, running
from tests.fakes import FakeIntake, fake_world
from tests.fuzz import seeds
from tests.fuzz.account import Account, Fate, Finding
from tests.fuzz.codecs import NOW
from tests.fuzz.mutate import Mutator
from tests.mait import MAPPED
from tests.rigs import PATIENCE, Device
from tests.sources import RIGS

A_LIFE = 200
"""Messages that one source hears, then another begins: what it remembers is bounded here."""
_ROUNDS = 500
_GIVEN = {"password_file": Path("not-needed"), "mapping": MAPPED}
"""What a row must be told and no default is for."""
_IDS = re.compile(rb"000001|press/1|answer/1|236bb75d|004711")
"""What the seeds call the thing they are about: each time another one, or most would conflict."""
_OF_LINKS = (SourceConnected, SourceLost)


def _ami(data: bytes) -> bytes:
    """One block: without an empty line in it, and with one at its end."""
    lines = [line for line in data.split(b"\n") if line not in (b"", b"\r")]
    return (b"\n".join(lines) or b"x") + b"\r\n\r\n"


_FRAMED: dict[str, Callable[[bytes], bytes]] = {
    "asterisk_ami": _ami,
    "freeswitch_esl": lambda data: frame("text/event-json", data),
}
"""How one message is told apart from the next; elsewhere it is what is heard at once."""


class CountingIntake(FakeIntake):
    """Counts what was handed in, also what is known already."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = self.quarantined = self.lost = 0

    async def submit(self, event: Event, raw: bytes = b"") -> Submitted:
        submitted = await super().submit(event, raw)
        if isinstance(event, SourceLost):
            self.lost += 1
        elif not isinstance(event, SourceConnected):
            self.taken += submitted.standing is not Standing.CONFLICT
            self.quarantined += submitted.standing is Standing.CONFLICT
        return submitted

    async def refuse(self, source: str, problem: Problem, raw: bytes) -> Submitted:
        self.quarantined += 1
        return await super().refuse(source, problem, raw)


class _Wire(asyncio.Queue[WireFrame]):
    """Knows when whoever hears it waits for more."""

    def __init__(self) -> None:
        super().__init__()
        self.idle = asyncio.Event()

    async def get(self) -> WireFrame:
        if self.empty():
            self.idle.set()
        heard = await super().get()
        self.idle.clear()
        return heard


class Played:
    """One source on a played wire."""

    def __init__(self, spec: AdapterSpec, folder: Path) -> None:
        clock = VirtualClock(asyncio.get_running_loop(), NOW)
        world = replace(fake_world(folder), clock=clock)
        fields = spec.settings.model_fields.items()
        wanted = {key: _GIVEN[key] for key, field in fields if field.is_required()}
        self._wire, self._spec, self.intake = _Wire(), spec, CountingIntake()
        assert spec.play is not None
        self.source: Source = spec.play(spec.settings(**wanted), world, self._wire)
        self._read = world.meters.counter("forewarn_adapter_received_total", adapter=spec.name)

    async def say(self, data: bytes) -> Fate:
        """One message; Finding where nothing came of it, or the source fell."""
        before = self._counts()
        await self._put(WireFrame(OnWire.HEARD, 1, data))
        for _ in range(_ROUNDS):
            if fate := self._fate(before):
                break
            self._fall_with(data)
            await asyncio.sleep(0)
        else:
            raise Finding(self._spec.name, "nothing came of it", data)
        if self.intake.lost > before[3]:
            await self._put(WireFrame(OnWire.OPENED, 1, midway=True))
        return fate

    def _fate(self, before: tuple[float, ...]) -> Fate | None:
        taken, quarantined, read, lost = (
            now > then for now, then in zip(self._counts(), before, strict=True)
        )
        if quarantined:
            return Fate.QUARANTINED
        if lost:
            return Fate.REFUSED
        of_no_interest = read and not isinstance(self.source, PlayedDesk)
        return Fate.ACCEPTED if taken or of_no_interest else None

    def _counts(self) -> tuple[float, ...]:
        (metric,) = self._read.collect()
        read = next(one.value for one in metric.samples if one.name.endswith("_total"))
        return self.intake.taken, self.intake.quarantined, read, self.intake.lost

    async def _put(self, heard: WireFrame) -> None:
        self._wire.put_nowait(heard)
        self._wire.idle.clear()
        for _ in range(_ROUNDS):
            if self._wire.idle.is_set() or self.running.done():
                break
            await asyncio.sleep(0)

    def _fall_with(self, data: bytes) -> None:
        if self.running.done():
            fault = self.running.exception()
            raise Finding(self._spec.name, f"{type(fault).__name__} is raised", data) from fault

    async def __aenter__(self) -> "Played":
        self.running = asyncio.ensure_future(self.source.run(self.intake))
        await self._put(WireFrame(OnWire.OPENED, 1, midway=True))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)


class Row:
    """One row of the table."""

    def __init__(self, spec: AdapterSpec, folder: Path) -> None:
        self.name, self._spec, self._folder = spec.name, spec, folder

    def several(self, account: Account, mutator: Mutator, times: int) -> None:
        """So many messages; Finding where one is not accounted for."""
        play = self._played if self._spec.play else self._rigged
        for begun in range(0, times, A_LIFE):
            count = min(A_LIFE, times - begun)
            run = run_virtually if self._spec.play else asyncio.run
            run(play(account, mutator, count))

    async def _played(self, account: Account, mutator: Mutator, times: int) -> None:
        framed = _FRAMED.get(self.name, lambda data: data)
        async with Played(self._spec, self._folder) as played:
            for n in range(times):
                data = framed(mutator.changed([_about(n, one) for one in self._some(mutator)]))
                account.count(1, [await played.say(data)], data)

    def _some(self, mutator: Mutator) -> list[bytes]:
        return mutator.random.choices(seeds.of_row(self.name), k=2)

    async def _rigged(self, account: Account, mutator: Mutator, times: int) -> None:
        """Over its real connection; what it can only be asked for is answered so."""
        async with RIGS[self.name](self._folder) as rig:
            for n in range(times):
                data = mutator.changed([_about(n, one) for one in self._some(mutator)])
                account.count(1, [await _answered(rig, data)], data)


def _about(n: int, seed: bytes) -> bytes:
    """The same of the thing `n`."""

    def other(found: re.Match[bytes]) -> bytes:
        kind, slash, _ = found[0].partition(b"/")
        return b"%b/%d" % (kind, n) if slash else b"%0*d" % (len(kind), n)

    return _IDS.sub(other, seed)


async def _answered(rig: Any, data: bytes) -> Fate:
    intake = rig.intake
    before = len(intake.events), len(intake.refused) + len(intake.conflicts), intake.arrived
    await rig.say_raw(data)
    if len(intake.refused) + len(intake.conflicts) > before[1]:
        return Fate.QUARANTINED
    if intake.arrived == before[2]:
        raise Finding(rig.source.name, "nothing came of it", data)
    return Fate.ACCEPTED


class DeviceRow(Row):
    """A channel whose devices speak, over its real connection: each message is followed by one that
    is surely taken, so that it is known that both came."""

    def several(self, account: Account, mutator: Mutator, times: int) -> None:
        asyncio.run(self._spoken(account, mutator, times))

    async def _spoken(self, account: Account, mutator: Mutator, times: int) -> None:
        rig = rig_of(self.name, self._folder)
        await rig.start()
        try:
            async with running(self._spec, rig, self._folder) as line, rig.signed_in() as device:
                await line.connected()
                for _ in range(times):
                    data = mutator.changed(seeds.of_codec(self.name))
                    account.count(1, [await self._said(line, device, data)], data)
        finally:
            await rig.kill()

    async def _said(self, line: Line, device: Device, data: bytes) -> Fate:
        intake, self._sessions = line.intake, self._sessions + 1
        refused, arrived = len(intake.refused) + len(intake.conflicts), intake.arrived
        await device.say_raw(data)
        await device.comes_up(f"fuzz-{self._sessions}")
        try:
            async with asyncio.timeout(PATIENCE):
                await intake.until(arrived=arrived + 2)
        except TimeoutError:
            raise Finding(self.name, "nothing came of it", data) from None
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        is_kept = len(intake.refused) + len(intake.conflicts) > refused
        return Fate.QUARANTINED if is_kept else Fate.ACCEPTED

    _sessions = 0


def rows(folder: Path) -> list[Row]:
    """Every source of the table, and every channel whose devices speak a dialect of messages; the
    lines of a radio are fed to its codecs alone."""
    made = [Row(spec, folder) for spec in ADAPTERS.values() if spec.kind is Kind.SOURCE]
    channels = [spec for spec in ADAPTERS.values() if spec.kind is Kind.CHANNEL]
    speak = (one for one in channels if one.way.by is By.DEVICE)
    return [*made, *(DeviceRow(spec, folder) for spec in speak)]
