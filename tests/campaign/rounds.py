"""A round: a pair that is new, faults in an order of their own, and the judgement at the end."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from middleware.engine.entry import Entry
from tests.campaign.faults import FAULTS, Fault
from tests.campaign.stage import Figures, Stage
from tests.pair import pair
from tests.pair_alarms import Alarms
from tests.pair_shift import Shift, doubled, shift, stale
from tests.room import refold

PACE_S = 0.2
"""Between two incidents: the journal of a round stays small enough to be judged whole."""
Say = Callable[[str], None]


async def play(folder: Path, seed: int, faults: int, figures: Figures, say: Say) -> None:
    """So many faults on one pair. What goes wrong ends the round, and is written down."""
    chance = Random(seed)
    figures.rounds += 1
    try:
        async with pair(folder) as two, shift(two, seed=seed, pace_s=PACE_S) as during:
            stage = Stage(two, during, chance, figures)
            for fault in _shuffled(chance, faults):
                await _one(stage, fault, say)
            await stage.writer()
            await _judge(stage)
    except (AssertionError, OSError, TimeoutError) as fault:
        what = str(fault)[:2_000] or type(fault).__name__
        figures.wrong.append(f"round of seed {seed}: {what}")


def _shuffled(chance: Random, count: int) -> Iterator[Fault]:
    """Every kind before any comes again."""
    while count > 0:
        for fault in chance.sample(FAULTS, min(count, len(FAULTS))):
            yield fault
            count -= 1


async def _one(stage: Stage, fault: Fault, say: Say) -> None:
    stage.running, begun = fault.__name__, time.monotonic()
    try:
        await fault(stage)
    except AssertionError as refusal:
        raise AssertionError(f"{fault.__name__}: {refusal}") from None
    stage.figures.faults[fault.__name__] += 1
    done = stage.figures.faults.total()
    say(f"{done:4}  {fault.__name__.replace('_', ' '):40} {time.monotonic() - begun:5.1f} s")


async def _judge(stage: Stage) -> None:
    """When all has come to rest with both there."""
    during, figures = stage.during, stage.figures
    try:
        await during.judged()
    except AssertionError as refusal:
        figures.wrong.append(str(refusal)[:2_000])
    records = await stage.two.records()
    entries = [one.entry for one in records]
    lost = during.lost(entries)
    notes = refold(entries).notes
    strange = {shown.note for shown in during.log.shown} - notes.keys()
    wrong = [*during.log.violations, *stale(records), *doubled(entries)]
    wrong += [
        f"note {note} was shown and is not on record, or under another id" for note in strange
    ]
    _account_alarms(during.alarms, entries, figures)
    figures.wrong += wrong + [f"{said} was answered for and is not in the journal" for said in lost]
    figures.stale += len(stale(records))
    figures.lost += len(lost)
    figures.twice += _twice(during) + len(doubled(entries)) + len(strange)
    figures.answered += len(during.answered)
    figures.records += len(records)
    figures.notes += len(notes)
    writer = await stage.two.writer()
    verified = await writer.forewarn("journal", "verify")
    if verified.code:
        figures.wrong.append(f"journal verify: {verified.out}{verified.err}"[:2_000])


def _account_alarms(alarms: Alarms, entries: Sequence[Entry], figures: Figures) -> None:
    lost, twice = alarms.lost(entries), alarms.doubled(entries)
    figures.alarms += len(alarms.pressed)
    figures.alarms_lost += len(lost)
    figures.alarms_twice += len(twice)
    figures.reached += alarms.reached.values()
    figures.wrong += alarms.missing(entries) + twice


def _twice(during: Shift) -> int:
    return sum("twice" in violation for violation in during.log.violations)
