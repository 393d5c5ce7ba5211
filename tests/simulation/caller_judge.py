"""What must be so of callers who are known, whatever goes wrong: recognised by what the ledger says
now and by how often they rang, answered as anybody else; and nothing is decided by itself (A2, M4,
M6). And of incidents that are handed on (N2, N7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from middleware.domain.abuse_ledger import figures
from middleware.engine.entry import Entry
from middleware.engine.ledger import MOST_CORRECTIONS
from middleware.engine.phase import Phase
from middleware.engine.proposals import Course
from middleware.engine.state import State
from middleware.flow.ledger_lines import lines
from schemas import abuse as a
from schemas import frequent as f
from schemas import hand_on as h
from schemas import proposal as p
from schemas.call import CallRang
from schemas.decision import Assessed, CallChanged, Decision, Ignored, MarkerInForce
from schemas.event import Event
from schemas.proposal import ProposalSettled, Proposed
from schemas.report import ApplicationSettled
from tests.simulation.attempts import known_of
from tests.simulation.plan import OFTEN, SHARED

if TYPE_CHECKING:
    from tests.simulation.world import World

BY_A_PERSON: dict[type[Decision], tuple[type[Event], ...]] = {
    a.AbuseSetRight: (a.AbuseCorrected,),
    a.AbuseStruck: (a.AbuseTakenBack,),
    p.ProposalDone: (ProposalSettled, ApplicationSettled),
    f.FrequentPlanMade: (f.FrequentPlanPut,),
    h.HandOnBegun: (h.IncidentHandedOn,),
    h.HandOnOver: (h.HandOnEnded,),
}
"""What only somebody can bring about, and with what."""
MOST_RINGS = 100


class Known:
    """What is to be known at each moment, from the record alone."""

    def __init__(self) -> None:
        self.of_call: dict[str, str | None] = {}
        """Our id of a call to its number, as it was first said."""
        self.entries: dict[str, str | None] = {}
        """Entry to number, in the order in which they came."""
        self.struck: set[str] = set()
        self.rings: dict[str, list[datetime]] = {}
        self.set_right: Counter[str] = Counter()

    def hear(self, entry: Entry) -> Iterator[str]:
        """One line for everything in this record that does not follow."""
        event = entry.event
        if isinstance(event, CallRang):
            yield from self._ring(entry, event)
        for made in entry.decisions:
            wanted = BY_A_PERSON.get(type(made))
            if wanted and not isinstance(event, wanted):
                yield f"{made.kind} at position {entry.position}, and nobody said so"
            if isinstance(made, MarkerInForce) and isinstance(event, ProposalSettled):
                yield f"a proposal put a marker by itself at position {entry.position}"
            self._learn(made)

    def _learn(self, made: Decision) -> None:
        if isinstance(made, a.AbuseLedgered | a.AbuseSetRight):
            self.entries.setdefault(made.entry, self.of_call.get(made.call))
            self.struck.discard(made.entry)
        if isinstance(made, a.AbuseStruck):
            self.struck.add(made.entry)
        if isinstance(made, a.AbuseSetRight | a.AbuseStruck):
            self.set_right[made.entry] += 1

    def _ring(self, entry: Entry, event: CallRang) -> Iterator[str]:
        if any(isinstance(made, Ignored) for made in entry.decisions):
            return
        kinds = {type(made) for made in entry.decisions}
        if not {CallChanged, Assessed} <= kinds:
            yield f"the ring at position {entry.position} was not taken as any other"
        (changed,) = (made for made in entry.decisions if isinstance(made, CallChanged))
        number = event.number
        is_first = self.of_call.get(changed.call) is None
        self.of_call[changed.call] = self.of_call.get(changed.call) or number
        if number is None:
            if kinds & {a.CallerRecognised, f.FrequentCallerRecognised}:
                yield f"somebody was recognised by no number at position {entry.position}"
            return
        yield from self._recognised(entry, number, changed.call)
        yield from self._often(entry, number, is_first=is_first)

    def _recognised(self, entry: Entry, number: str, call: str) -> Iterator[str]:
        wanted = tuple(
            name
            for name, of in self.entries.items()
            if of == number and name not in self.struck and name != f"x{call}"
        )
        made = [one.entries for one in entry.decisions if isinstance(one, a.CallerRecognised)]
        if made != ([wanted] if wanted else []):
            yield f"the ring at position {entry.position} was recognised by {made}, not {wanted}"

    def _often(self, entry: Entry, number: str, *, is_first: bool) -> Iterator[str]:
        made = [one for one in entry.decisions if isinstance(one, f.FrequentCallerRecognised)]
        if number == SHARED:
            if made:
                yield f"a care home became a frequent caller at position {entry.position}"
            return
        rings = self.rings.setdefault(number, [])
        if is_first:
            rings.append(entry.received_at)
        since = entry.received_at - OFTEN.within
        count = min(sum(at >= since for at in rings), MOST_RINGS)
        wanted = count if count >= OFTEN.calls else 0
        if wanted and [one.rings for one in made] != [wanted]:
            yield f"{wanted} rings at position {entry.position}, and {made} was recognised"
        if not wanted and any(one.rings or one.plan is None for one in made):
            yield f"{count} rings at position {entry.position}, and {made} was recognised"


def wrong_with_callers(world: World, entries: Sequence[Entry]) -> Iterator[str]:
    """One line for everything that is not as it must be."""
    known = Known()
    for entry in entries:
        yield from known.hear(entry)
    yield from _ledger(world.state, known)
    yield from _proposals(world.state)
    yield from _handed_on(world)


def _ledger(state: State, known: Known) -> Iterator[str]:
    counted = sum(one.calls for one in figures(lines(state)))
    wanted = len(known.entries) - len(known.struck)
    if counted != wanted:
        yield f"the figures count {counted} abusive calls, and there are {wanted}"
    for name, entry in state.ledger.entries.items():
        beside = min(known.set_right[name], MOST_CORRECTIONS)
        if len(entry.corrections) != beside:
            yield f"{name} was set right {beside} times and keeps {len(entry.corrections)}"


def _proposals(state: State) -> Iterator[str]:
    for entry in state.ledger.entries.values():
        there = {one.what: one.course for one in state.proposals.values() if one.entry == entry.id}
        is_over = entry.terminated_at is not None and not entry.struck
        is_person = entry.number is not None and entry.number != SHARED
        if not is_person and there:
            yield f"{entry.id}: something is proposed for a number that is nobody's"
        open_ones = [what for what, course in there.items() if course is Course.OPEN]
        if not is_over and open_ones:
            yield f"{entry.id} was not ended for abuse, and {open_ones} are asked"
        lacks = [what for what in Proposed if there.get(what) in (None, Course.LAPSED)]
        if is_over and is_person and lacks:
            yield f"{entry.id} was ended for abuse, and {lacks} were not proposed"


def _handed_on(world: World) -> Iterator[str]:
    """What the other service has is what is known here, and it was confirmed."""
    state, bars = world.state, world.far.bars
    for standing in ("refused", "conflict"):
        if bars.answered.get(standing):
            yield f"the other service said {standing} to {bars.answered[standing]} messages"
    for one in state.hand_ons.values():
        incident = state.incidents[one.incident]
        live = incident.finished_at is None and one.phase is Phase.OPEN
        if live and {m.marker for m in one.matched} != known_of(state, incident):
            yield f"{one.id}: what is said of the scene is not what is known"
        if one.is_unconfirmed:
            yield f"{one.id} was never confirmed by the other service"
        if not one.channels:
            continue
        stands = bars.hand_ons.get(one.id)
        if stands is None or stands["revision"] != one.revision:
            yield f"the other service lacks revision {one.revision} of {one.id}"
            continue
        active = sum(flag["active"] for flag in stands["scene"]["flags"])
        if active != len(one.matched):
            yield f"the other service reads {active} dangers for {one.id}, not {len(one.matched)}"
