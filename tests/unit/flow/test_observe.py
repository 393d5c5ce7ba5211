"""Figures from committed records: each thing is counted once, and by one alone (O1)."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.state import Note, Phase, State
from middleware.flow.observe import SLICE, Observer
from middleware.flow.stamps import Stamps
from middleware.ops.metrics import Metrics
from middleware.ops.presence import Presence
from schemas import decision as d
from schemas.service import SourceLost
from tests.fakes import FakeIntake, fake_world
from tests.said import START
from tests.virtual import VirtualClock, virtual


def observing(meters: Metrics) -> Observer:
    clock: Any = VirtualClock()
    return Observer(meters, clock, Stamps(clock, meters), matcher=_Index())  # type: ignore[arg-type]


class _Index:
    position = 0

    def __len__(self) -> int:
        return 0


async def test_o1_a_cut_is_counted_once_whoever_says_it(tmp_path: Path) -> None:
    world = fake_world(tmp_path)
    meters, intake = world.meters, FakeIntake()
    assert isinstance(meters, Metrics)
    presence, observer = Presence("esl", world, gap=True), observing(meters)
    telling = asyncio.create_task(presence.tell(intake))
    presence.connected()
    await intake.until(events=1)
    presence.lost("closed")
    await intake.until(events=2)
    telling.cancel()
    [lost] = [event for event in intake.events if isinstance(event, SourceLost)]

    made = d.SourceChanged(source="esl", connected=False, gap=lost.gap)
    observer.on_committed([Entry(1, START, lost, None, (made,))], State())
    counted = meters.registry.get_sample_value("forewarn_adapter_gaps_total", {"adapter": "esl"})
    assert counted == 1


@virtual
async def test_o1_open_notes_are_counted_whole_though_they_are_looked_at_in_slices() -> None:
    meters = Metrics()
    observer, state = observing(meters), State()
    for number in range(2 * SLICE + 3):
        state.notes[f"n{number}"] = note = Note.__new__(Note)
        note.phase = Phase.OPEN if number % 2 else Phase.ANSWERED
        note.issued_at = START - timedelta(seconds=number)
        note.task_times = number % 3
    measuring = asyncio.create_task(observer.run(state))
    await asyncio.sleep(0.5)
    measuring.cancel()

    def shown(name: str, **labels: str) -> float | None:
        return meters.registry.get_sample_value(name, labels)

    assert shown("forewarn_notes", state="open") == SLICE + 1
    assert shown("forewarn_notes", state="answered") == SLICE + 2
    assert shown("forewarn_tasks_open") == sum(n % 2 and n % 3 > 0 for n in range(2 * SLICE + 3))
