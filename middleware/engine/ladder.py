"""The ladder of channels up to a person (N5)."""

from middleware.domain.rules import CONSOLE, Rules, Rung
from middleware.engine.entry import Taken
from middleware.engine.reach import Crew, address, crew_of
from middleware.engine.state import Note, State
from schemas.decision import Decision, RungEntered, TaskRaised, TimerSet
from schemas.delivery import Delivery
from schemas.telling import RungSkipped

FAILURES = frozenset(Delivery) - {Delivery.SENT, Delivery.STORED, Delivery.RECEIVED}


def enter_rung(rules: Rules, crew: Crew, rung: int, taken: Taken, times: int = 0) -> list[Decision]:
    """Go to a rung: its channel tells; the console's is a task that a person must take. It was
    raised `times` times before. What does not reach the crew is passed over, and with no wait the
    next rung is told at once too."""
    rungs = rules.rungs(crew.ladder)
    decisions: list[Decision] = []
    told = False
    while True:
        step = rungs[rung]
        reached = step.channel == CONSOLE or address(rules, crew, step.channel) is not None
        decisions += _enter(crew.note, rung, step, times) if reached else _skip(crew, rung, step)
        told = told or reached
        if (told and step.wait) or rung == len(rungs) - 1:
            break
        rung += 1
    due_at = taken.received_at + step.wait
    timer = TimerSet(timer=f"rung:{crew.note}", revision=taken.position, due_at=due_at)
    return [*decisions, timer]


def _enter(note: str, rung: int, step: Rung, times: int) -> list[Decision]:
    decisions: list[Decision] = []
    if times == 0:
        decisions.append(RungEntered(note=note, rung=rung, channel=step.channel))
    if step.channel == CONSOLE:
        decisions.append(TaskRaised(task=f"t-{note}", note=note, times=times + 1))
    return decisions


def _skip(crew: Crew, rung: int, step: Rung) -> list[Decision]:
    return [RungSkipped(note=crew.note, rung=rung, channel=step.channel)]


def next_rung(state: State, note: Note, taken: Taken) -> list[Decision]:
    """Nobody answered in time: the next rung, or the last one said again."""
    rules, crew = state.rules, crew_of(state, note)
    last = len(rules.rungs(note.ladder)) - 1
    if note.rung >= last:  # also where the ladder has become shorter since
        return enter_rung(rules, crew, last, taken, note.task_times)
    return enter_rung(rules, crew, note.rung + 1, taken)


def has_failed(rules: Rules, note: Note, channel: str, state: Delivery) -> bool:
    """Whether with this failure nothing of the present rung (and of what was told with it) can
    reach the crew any more. A device says nothing of failures: it does not hold up the others. On
    the last rung a person has been asked, and is not asked again for each failure."""
    if note.rung >= len(rules.rungs(note.ladder)) - 1:
        return False
    together = _together(rules, note)
    if state not in FAILURES or channel not in together:
        return False
    others = (note.channels[name] for name in together - {channel} if name in note.channels)
    return all(other.state in FAILURES for other in others)


def _together(rules: Rules, note: Note) -> set[str]:
    """The channels of the present rung and of those told at the same time, except such as say
    nothing of failures."""
    rungs = rules.rungs(note.ladder)
    last = min(note.rung, len(rungs) - 1)
    first = last
    while first > 0 and not rungs[first - 1].wait:
        first -= 1
    told = {rung.channel for rung in rungs[first : last + 1] if rung.channel in note.channels}
    return {channel for channel in told if not rules.way(channel).repeatable}
