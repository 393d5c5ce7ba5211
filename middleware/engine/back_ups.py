"""Requests for police and further resources: who is asked next, and when (P2). Pure."""

from middleware.domain.rules import CONSOLE, BackUpStep
from middleware.engine.alarm import Alarm
from middleware.engine.back_up import AWAITED, BackUp, BackUpPhase
from middleware.engine.entry import Taken
from middleware.engine.state import State
from schemas.back_up import BackUpForgotten, BackUpStepped, BackUpTurnedAway, Because
from schemas.decision import Decision, Ignored, Noted, Shown, TimerSet, TimerStopped, Why
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.police import Wanted

BACK_UP = "back-up"
"""Begins the name of every timer of a request: they go in the man-down lane."""


def steps_of(state: State, known: BackUp) -> tuple[BackUpStep, ...]:
    return state.rules.back_up.steps(known.wanted)


def is_last(state: State, known: BackUp) -> bool:
    """Whether a named person in the EOC must take it now."""
    return known.step >= len(steps_of(state, known)) - 1


def open_for(
    state: State, wanted: Wanted, incident: str | None, alarm: str | None
) -> BackUp | None:
    """The request that is open for the same: one that grows, never two."""
    for known in state.back_ups.values():
        same = (incident and known.incident == incident) or (alarm and known.alarm == alarm)
        if same and known.wanted is wanted and not known.is_over:
            return known
    return None


def first_step(state: State, taken: Taken, request: str, wanted: Wanted) -> list[Decision]:
    """Ask whom the configuration names first."""
    step = state.rules.back_up.steps(wanted)[0]
    stepped = BackUpStepped(
        request=request, revision=1, step=0, of=step.of, channel=step.channel, times=1
    )
    return [stepped, _wait(taken, request, step)]


def escalate(state: State, taken: Taken, known: BackUp, because: Because) -> list[Decision]:
    """Ask the next ones; after the last, a person again and again until somebody has it."""
    steps = steps_of(state, known)
    here = min(known.step + 1, len(steps) - 1)
    stepped = BackUpStepped(
        request=known.id,
        revision=known.revision + 1,
        step=here,
        of=steps[here].of,
        channel=steps[here].channel,
        because=because,
        times=known.times + 1,
    )
    return [stepped, _wait(taken, known.id, steps[here])]


def wait_anew(state: State, taken: Taken, known: BackUp) -> list[Decision]:
    """From now on, as long as the step says."""
    return [_wait(taken, known.id, steps_of(state, known)[known.step])]


def _wait(taken: Taken, request: str, step: BackUpStep) -> TimerSet:
    due_at = taken.received_at + step.wait
    return TimerSet(timer=f"{BACK_UP}:{request}", revision=taken.position, due_at=due_at)


def end(state: State, taken: Taken, known: BackUp) -> list[Decision]:
    """Nothing is waited for any more."""
    forget_at = taken.received_at + state.rules.keep_finished
    forget = f"{BACK_UP}-forget:{known.id}"
    return [
        TimerStopped(timer=f"{BACK_UP}:{known.id}"),
        TimerSet(timer=forget, revision=taken.position, due_at=forget_at),
    ]


def received(known: BackUp | Alarm, event: NoteDisplayed) -> list[Decision]:
    """The system on the other side has it. Nobody has answered by that."""
    on = known.channels.get(event.channel)
    if on is None or on.address != event.device or event.note_revision > known.revision:
        return [Ignored(why=Why.UNKNOWN)]
    if event.note_revision <= known.shown.get(event.channel, 0):
        return [Ignored(why=Why.ALREADY)]
    return [
        Shown(
            note=known.id,
            revision=event.note_revision,
            channel=event.channel,
            before_at_scene=False,
        )
    ]


def turned_away(known: BackUp, event: DeliveryReported) -> list[Decision]:
    """The desk's system refuses the message itself: a person must read it out."""
    if event.state is not Delivery.REFUSED or event.note_revision != known.revision:
        return [Noted()]
    return [Noted()] if known.turned_away else [BackUpTurnedAway(request=known.id)]


# --- when time passes --------------------------------------------------------------------


def due(state: State, taken: Taken, request: str) -> list[Decision]:
    """No answer in time, nobody came in time, or nobody took the refusal back: it goes on."""
    known = state.back_ups.get(request)
    if known is None or known.is_over:
        return [Ignored(why=Why.STALE)]
    return escalate(state, taken, known, _because(known))


def _because(known: BackUp) -> Because:
    if known.phase is BackUpPhase.REFUSED:
        return Because.REFUSED
    if known.phase not in AWAITED:
        return Because.NOT_COME
    aloud = known.channel == CONSOLE and known.read_out_at is None
    return Because.NOT_READ_OUT if aloud else Because.NO_ANSWER


def forget_due(state: State, taken: Taken, request: str) -> list[Decision]:
    known = state.back_ups.get(request)
    if known is None or not known.is_over:
        return [Ignored(why=Why.STALE)]
    return [BackUpForgotten(request=request)]


def is_awaited(state: State, incident: str) -> bool:
    """Whether a request that has not ended still speaks of the incident: then it is kept."""
    return any(one.incident == incident and not one.is_over for one in state.back_ups.values())


BACK_UP_TIMERS = {BACK_UP: due, f"{BACK_UP}-forget": forget_due}
