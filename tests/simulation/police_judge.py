"""What must be so of requests for police, whatever goes wrong: one that is refused and still
necessary never ends untold, and none ends by itself (P2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from middleware.engine.back_up import AWAITED, BackUp
from middleware.engine.entry import Entry
from middleware.engine.state import State
from schemas import back_up as b
from schemas import police
from schemas.decision import Ignored
from schemas.event import Event
from tests.simulation.plan import LATE, RULES
from tests.simulation.police import in_vain

if TYPE_CHECKING:
    from tests.simulation.world import World

BY_A_PERSON: dict[type, type[Event]] = {
    b.BackUpClosed: police.BackUpStoodDown,
    b.BackUpAssumed: police.BackUpTaken,
    b.BackUpHeard: police.BackUpAnswered,
}
"""What only somebody can bring about, and with what."""


def untold(state: State) -> Iterator[BackUp]:
    """Open, in nobody's hands, and nothing goes on with it."""
    for known in state.back_ups.values():
        has_it = known.taken_by is not None and known.phase in AWAITED
        if not known.is_over and not has_it and f"back-up:{known.id}" not in state.timers:
            yield known


def wrong_with_back_ups(world: World, entries: Sequence[Entry]) -> Iterator[str]:
    """One line for everything that is not as it must be."""
    yield from _course(entries)
    for known in untold(world.state):
        yield f"the request {known.id} is {known.phase} and nobody is told of it"
    if not world.plan.clock_steps and not world.plan.starts_off:
        yield from _asked_on(world)


def _course(entries: Sequence[Entry]) -> Iterator[str]:
    """By whom each was asked, answered and ended; one open a kind and place."""
    opened: dict[str, tuple[str, str | None, str | None]] = {}
    for entry in entries:
        if isinstance(entry.event, police.BackUpRequested):
            kinds = (b.BackUpMade, b.BackUpWorded, Ignored)
            if not any(isinstance(made, kinds) for made in entry.decisions):
                yield f"the request at position {entry.position} was not made"
        for made in entry.decisions:
            wanted = BY_A_PERSON.get(type(made))
            if wanted is not None and not isinstance(entry.event, wanted):
                yield f"{made.kind} at position {entry.position}, and nobody said so"
            if isinstance(made, b.BackUpMade):
                about = (made.wanted.value, made.incident, made.alarm)
                if made.incident and about[:2] in [one[:2] for one in opened.values()]:
                    yield f"{made.request} is a second request for {about}"
                opened[made.request] = about
            elif isinstance(made, b.BackUpClosed) or _is_there(made):
                opened.pop(made.request, None)


def _is_there(made: object) -> bool:
    return isinstance(made, b.BackUpHeard) and made.stands and made.says is police.Answer.ARRIVED


def _asked_on(world: World) -> Iterator[str]:
    """The request that nobody answers is a person's task, again and again."""
    assert world.machine.service is not None
    state, now = world.state, world.machine.service.stamps.now()
    found = [one for one in state.back_ups.values() if in_vain(state, one)]
    if len(found) != 1:
        yield f"{len(found)} requests of the alarm that nobody accepts"
        return
    (known,), steps = found, RULES.back_up.police
    due = state.timers[f"back-up:{known.id}"].due_at
    if known.step != len(steps) - 1 or known.times <= len(steps):
        yield f"{known.id} did not come to a person, or was not raised again"
    if now - due > LATE or due - now > steps[-1].wait + timedelta(seconds=1):
        yield f"{known.id} does not go on"
