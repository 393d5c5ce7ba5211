"""What must be so of crews that stand off, whatever goes wrong: asked about while it lasts,
never early, never after it ended; a change of the patient's state asks at once (P3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from middleware.engine.apply import fold
from middleware.engine.entry import Entry
from middleware.engine.state import ACTIVE, Incident, State
from schemas import decision as d
from schemas import held as h
from schemas.delivery import TimerDue
from schemas.incident import CadEvent, ResourceAtScene, ResourceGoneIn
from tests.simulation.plan import LATE, RULES
from tests.virtual import VirtualLoop

if TYPE_CHECKING:
    from tests.simulation.world import World

UNDER_WAY = 1.0
"""Seconds for which something may be with its channel that was handed over before the end."""


class Asked:
    """What crews were sent, beside what was decided."""

    def __init__(self, loop: VirtualLoop, complain: Callable[[str], None]) -> None:
        self._loop, self._complain = loop, complain
        self.known: set[str] = set()
        self._ended: dict[str, float] = {}

    def decided(self, made: d.Decision) -> None:
        if isinstance(made, h.StandOffBegun):
            self.known.add(made.stand_off)
        elif isinstance(made, h.StandOffEnded):
            self._ended[made.stand_off] = self._loop.time()

    def sent(self, name: str, *, ended: bool) -> None:
        if name not in self.known:
            self._complain(f"a crew was asked of {name}, which is not durable")
        since = self._ended.get(name)
        if not ended and since is not None and self._loop.time() - since > UNDER_WAY:
            self._complain(f"a crew was asked of {name} after it ended")


def wrong_with_stand_offs(world: World, entries: Sequence[Entry]) -> Iterator[str]:
    """One line for everything that is not as it must be."""
    yield from _course(entries)
    if not world.plan.clock_steps and not world.plan.starts_off:
        yield from _asked_on(world)


def _course(entries: Sequence[Entry]) -> Iterator[str]:
    """Record by record, beside a fold of one's own."""
    state = State()
    prompts: dict[str, int] = {}
    for entry in entries:
        facts = _facts(state, entry)
        open_before = {one.id for one in state.stand_offs.values() if one.ended_at is None}
        fold(state, entry)
        for made in entry.decisions:
            if isinstance(made, h.StandOffPrompted):
                yield from _prompt(entry, made, open_before, prompts)
        yield from _looked(state, entry, facts, open_before)
        yield from _who_holds(state, entry)


def _prompt(
    entry: Entry, made: h.StandOffPrompted, open_before: set[str], prompts: dict[str, int]
) -> Iterator[str]:
    name = made.stand_off
    if name not in open_before:
        yield f"asked about {name}, which is not open, at position {entry.position}"
    if made.prompt != prompts.get(name, 0) + 1:
        yield f"prompt {made.prompt} of {name} follows {prompts.get(name, 0)}"
    if (made.why is h.Why.TIME) is not isinstance(entry.event, TimerDue):
        yield f"asked about {name} because of {made.why}, and it was not so"
    prompts[name] = made.prompt


def _facts(state: State, entry: Entry) -> tuple[Incident | None, tuple[str | None, ...]]:
    """Of the patient, before the record."""
    event = entry.event
    if not isinstance(event, CadEvent):
        return None, ()
    key = state.by_number.get((event.source, event.number, event.service_day), "")
    known = state.incidents.get(key)
    return known, (known.priority, known.nature, known.condition) if known else ()


def _looked(
    state: State,
    entry: Entry,
    facts: tuple[Incident | None, tuple[str | None, ...]],
    open_before: set[str],
) -> Iterator[str]:
    """Whatever changed of the patient was told of everybody who holds there."""
    known, before = facts
    if known is None or before == (known.priority, known.nature, known.condition):
        return
    asked = {m.stand_off for m in entry.decisions if isinstance(m, h.StandOffPrompted)}
    for name in open_before & known.stand_offs.keys() - asked:
        yield f"the patient of {name} changed at position {entry.position} and nobody was asked"


def _who_holds(state: State, entry: Entry) -> Iterator[str]:
    """One a crew at an incident; nobody who has left, or is in, or whose incident is over."""
    gone_in = isinstance(entry.event, ResourceGoneIn | ResourceAtScene)
    holding: set[tuple[str, str]] = set()
    for one in state.stand_offs.values():
        if one.ended_at is not None:
            continue
        if (one.incident, one.callsign) in holding:
            yield f"{one.callsign} stands off twice at {one.incident}"
        holding.add((one.incident, one.callsign))
        known = state.incidents[one.incident]
        if known.finished_at is not None or known.resources[one.callsign].stage not in ACTIVE:
            yield f"{one.id} goes on, and {one.callsign} has left"
        moved = (m for m in entry.decisions if isinstance(m, d.ResourceMoved))
        if gone_in and any((m.incident, m.callsign) == (known.id, one.callsign) for m in moved):
            yield f"{one.id} goes on, and {one.callsign} has gone in"


def _asked_on(world: World) -> Iterator[str]:
    """Who holds in the end is asked about, again and again."""
    assert world.machine.service is not None
    now, rules = world.machine.service.stamps.now(), RULES.stand_off
    for one in world.state.stand_offs.values():
        if one.ended_at is not None:
            continue
        if f"stand-off:{one.id}" not in world.state.timers:
            yield f"{one.id} is open and nothing goes on with it"
        since = one.prompted_at or one.begun_at
        wait = max(rules.every, *rules.prompts)
        if now - since > wait + LATE + timedelta(seconds=1):
            yield f"{one.id} has lasted since {one.begun_at}, last asked about at {since}"
