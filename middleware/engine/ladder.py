"""The ladder of channels up to a person (N5)."""

from middleware.domain.rules import CONSOLE, Rules
from middleware.engine.entry import Taken
from middleware.engine.state import Note
from schemas.decision import Decision, RungEntered, TaskRaised, TimerSet


def enter_rung(rules: Rules, note: str, rung: int, taken: Taken, times: int = 0) -> list[Decision]:
    """Go to a rung: its channel tells; the console's is a task that a person must take. It was
    raised `times` times before."""
    step = rules.ladder[rung]
    decisions: list[Decision] = []
    if times == 0:
        decisions.append(RungEntered(note=note, rung=rung, channel=step.channel))
    if step.channel == CONSOLE:
        decisions.append(TaskRaised(task=f"t-{note}", note=note, times=times + 1))
    due_at = taken.received_at + step.wait
    decisions.append(TimerSet(timer=f"rung:{note}", revision=taken.position, due_at=due_at))
    return decisions


def next_rung(rules: Rules, note: Note, taken: Taken) -> list[Decision]:
    """Nobody answered in time: the next rung, or the last one said again."""
    last = len(rules.ladder) - 1
    if note.rung >= last:  # also where the ladder has become shorter since
        return enter_rung(rules, note.id, last, taken, note.task_times)
    return enter_rung(rules, note.id, note.rung + 1, taken)
