"""kill -9 of the real service, under load and at any moment: nothing taken in is lost, nothing is
shown twice as new (O4)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random

import psutil
import pytest
import pytest_asyncio

from middleware.engine.entry import Entry
from middleware.engine.state import Note, Phase
from middleware.ops.access import Role
from schemas.decision import TaskRaised
from schemas.delivery import TimerDue
from schemas.incident import CadEvent
from schemas.service import BuildStarted
from simulators.cad import CadSimulator
from simulators.cad_faults import Faults
from simulators.cad_messages import Message
from simulators.mdt_screen import ShownLog
from tests.room import refold
from tests.service import ControlRoom, control_room
from tests.service_process import Ran
from tests.service_screen import screen

pytestmark = pytest.mark.timeout(300)
SEED = 20_261_122
KILLS = 5
NEVER = 10**9
MOST_BETWEEN = 60
"""Answers to the CAD between two kills."""
CREWS = ("A101", "A102", "A103", "A104", "A105", "A106")
OFF = "A107"
FAULTS = Faults(duplicate=0.05, garbage=0.02, cut=0.01)
STREETS = ("Marram Street", "Ropewalk Terrace", "Beacon Street", "Chapel Row")
HEADER = "id,address,postcode,scope,category,severity,what,happened_on,review_on,source\n"
ROW = '{},"14 {}, Saltby",CT97 1AB,house,physical_assault,high,Hit crew,2025-11-02,2099-01-01,EOC\n'
MARKERS = HEADER + "".join(ROW.format(f"EOC-{n}", street) for n, street in enumerate(STREETS))


@dataclass(slots=True)
class Aftermath:
    """What was seen from outside, and the journal after all of it."""

    room: ControlRoom
    kill_at: int = NEVER
    log: ShownLog = field(default_factory=ShownLog)
    answered: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    orphans: list[psutil.Process] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    couriers: int = 0
    verdict: Ran = field(default_factory=lambda: Ran(1, "", ""))

    def heard(self, message: Message, standing: str) -> None:
        """The CAD has an answer; at the worst of all moments, just now, the service is killed."""
        self.answered.setdefault((message.id, message.revision), set()).add(standing)
        if len(self.answered) >= self.kill_at and self.room.child:
            self.room.kill()

    async def killed(self, after: int) -> list[psutil.Process]:
        """The brokers of the service that was killed so many answers later."""
        brokers, self.kill_at = self.room.brokers(), len(self.answered) + after
        await self.room.until(lambda: self.room.child is None, "the kill")
        self.kill_at = NEVER
        return brokers

    @property
    def notes(self) -> list[Note]:
        return list(refold(self.entries).notes.values())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def aftermath(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aftermath]:
    """A shift during which the service is killed again and again, also while it starts."""
    async with AsyncExitStack() as fleet:
        folder, chance = tmp_path_factory.mktemp("room"), Random(SEED)
        room = await fleet.enter_async_context(control_room(folder, snapshot_every=300))
        seen = Aftermath(room)
        cad = await fleet.enter_async_context(room.cad(faults=FAULTS, seed=SEED, heard=seen.heard))
        await room.import_markers(MARKERS, len(STREETS))
        for crew in CREWS:
            await fleet.enter_async_context(room.device(crew, log=seen.log))
        shift = asyncio.create_task(go_on(cad, chance))
        for _ in range(KILLS):
            brokers = await seen.killed(after=chance.randint(20, MOST_BETWEEN))
            await start(room, chance)
            seen.orphans += [broker for broker in brokers if lives(broker)]
        shift.cancel()
        async with room.patience("the last answers to the CAD"):
            await cad.settled()
        seen.entries = await every_crew_has_been_told(room)
        seen.couriers = (await room.figures()).total("forewarn_queue_depth", queue="couriers")
        seen.verdict = await room.forewarn("journal", "verify")
    yield seen


async def go_on(cad: CadSimulator, chance: Random) -> None:
    """A CAD that never rests: each incident is at a marked address and has a crew."""
    for number in map("{:06}".format, count(1)):
        crew, street = chance.choice((*CREWS, OFF)), chance.choice(STREETS)
        cad.open_incident(number, {"address": f"14 {street}, Saltby", "postcode": "CT97 1AB"})
        cad.assign(number, crew)
        cad.mobile(number, crew)
        if chance.random() < 0.3:
            cad.stand_down(number, crew)
        await asyncio.sleep(0.02)


async def start(room: ControlRoom, chance: Random) -> None:
    """At once; now and then it is killed while it starts, and started once more."""
    room.start()
    if chance.random() < 0.4:
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        room.kill()
        room.start()
    await room.ready()


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def every_crew_has_been_told(room: ControlRoom) -> list[Entry]:
    """The journal, as soon as each crew whose device is on has seen all and answered."""
    async with room.patience("the crews"):
        while True:
            entries = await room.journal()
            notes = [n for n in refold(entries).notes.values() if n.device != OFF]
            if all(is_told(note) and note.phase is not Phase.OPEN for note in notes):
                return entries
            await asyncio.sleep(0.3)


def is_told(note: Note) -> bool:
    """Its device said that it shows the note, or took it away."""
    return note.shown.get("mdt", 0) >= note.revision


def test_o4_the_service_was_killed_and_came_back_each_time(aftermath: Aftermath) -> None:
    starts = sum(isinstance(entry.event, BuildStarted) for entry in aftermath.entries)
    assert starts > KILLS
    assert len(aftermath.log.shown) > KILLS * len(CREWS)


def test_o4_what_was_answered_to_the_cad_is_in_the_journal_once(aftermath: Aftermath) -> None:
    events = (entry.event for entry in aftermath.entries)
    said = Counter((e.id, e.revision) for e in events if isinstance(e, CadEvent))
    assert said == Counter(aftermath.answered.keys())
    assert set().union(*aftermath.answered.values()) == {"taken", "known"}


def test_o4_nothing_was_shown_twice_as_new_nor_old_over_new(aftermath: Aftermath) -> None:
    assert aftermath.log.violations == []


def test_o4_n3_every_crew_with_a_device_was_told_what_was_in_force(aftermath: Aftermath) -> None:
    answered = {note.id for note in aftermath.notes if note.phase is Phase.ANSWERED}
    assert answered
    assert answered <= {shown.note for shown in aftermath.log.shown}


def test_o4_what_could_not_be_told_is_still_with_its_courier(aftermath: Aftermath) -> None:
    waiting = [note for note in aftermath.notes if not is_told(note)]
    assert {note.device for note in waiting} == {OFF}
    assert aftermath.couriers == len(waiting)


def test_e1_o4_the_journal_is_sound(aftermath: Aftermath) -> None:
    assert aftermath.verdict.out == "sound: the journal is what was written\n"


def test_o4_no_broker_outlived_its_service(aftermath: Aftermath) -> None:
    assert aftermath.orphans == []


async def test_o4_n5_an_escalation_that_came_due_while_the_service_was_down_is_made_up_for(
    tmp_path: Path,
) -> None:
    async with control_room(tmp_path, wait="3s") as room, room.cad() as cad:
        await room.import_markers(MARKERS, len(STREETS))
        cad.open_incident("000001", {"address": "14 Marram Street, Saltby"})
        cad.assign("000001", OFF)
        await cad.settled()
        room.kill()
        timers = refold(await room.journal()).timers
        [due_at] = [timer.due_at for name, timer in timers.items() if name.startswith("rung:")]
        await asyncio.sleep(max(0.0, (due_at - datetime.now(UTC)).total_seconds()))
        room.start()
        await room.ready()
        async with screen(room, Role.DISPATCHER) as desk:
            task = await desk.shows("tasks", callsign=OFF)
        entries = await room.journal()
    assert (task["told"], task["times"]) == ("not_told", 1)
    starts = [entry.position for entry in entries if isinstance(entry.event, BuildStarted)]
    fired = [entry.position for entry in entries if isinstance(entry.event, TimerDue)]
    assert fired[0] > starts[1]
    assert sum(isinstance(made, TaskRaised) for e in entries for made in e.decisions) == 1
