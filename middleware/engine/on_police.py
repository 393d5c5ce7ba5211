"""What follows from requests for police and further resources, and from answers (P1, P2, D4)."""

from middleware.engine.alarms import shown_incident
from middleware.engine.back_up import AWAITED, BackUp, BackUpPhase
from middleware.engine.back_ups import (
    BACK_UP,
    end,
    escalate,
    first_step,
    is_last,
    open_for,
    wait_anew,
)
from middleware.engine.entry import Taken
from middleware.engine.ids import begun_by
from middleware.engine.state import State
from schemas.back_up import (
    BackUpAssumed,
    BackUpClosed,
    BackUpHeard,
    BackUpMade,
    BackUpToldAloud,
    BackUpWorded,
    Because,
)
from schemas.decision import Decision, Ignored, TimerSet, TimerStopped, Why
from schemas.police import (
    Answer,
    BackUpAnswered,
    BackUpChanged,
    BackUpReadOut,
    BackUpRequested,
    BackUpStillNeeded,
    BackUpStoodDown,
    BackUpTaken,
)

_ORDER = (Answer.ACCEPTED, Answer.EN_ROUTE, Answer.ARRIVED)


def on_requested(state: State, taken: Taken, event: BackUpRequested) -> list[Decision]:
    """A second request for the same is the first one, changed."""
    alarm = state.alarms.get(event.alarm or "")
    incident = state.incidents.get(event.incident or "")
    if incident is None and alarm is not None:
        incident = shown_incident(state, alarm)
    if incident is None and alarm is None:
        return [Ignored(why=Why.UNKNOWN)]
    about = (incident.id if incident else None, alarm.id if alarm else None)
    before = open_for(state, event.wanted, *about)
    if before is not None:
        return [_worded(before, event.by)]
    request = begun_by("b", taken.event)
    made = BackUpMade(
        request=request, wanted=event.wanted, by=event.by, incident=about[0], alarm=about[1]
    )
    return [made, *first_step(state, taken, request, event.wanted)]


def on_changed(state: State, taken: Taken, event: BackUpChanged) -> list[Decision]:
    known = _open(state, event.request)
    return [_worded(known, event.by)] if isinstance(known, BackUp) else [known]


def _worded(known: BackUp, by: str) -> BackUpWorded:
    return BackUpWorded(request=known.id, revision=known.revision + 1, by=by)


def on_read_out(state: State, taken: Taken, event: BackUpReadOut) -> list[Decision]:
    """Now their answer is waited for; that somebody was told is none."""
    known = _open(state, event.request)
    if not isinstance(known, BackUp):
        return [known]
    told = BackUpToldAloud(request=known.id, by=event.by)
    waits = known.phase in AWAITED and known.taken_by is None
    return [told, *wait_anew(state, taken, known)] if waits else [told]


def on_still_needed(state: State, taken: Taken, event: BackUpStillNeeded) -> list[Decision]:
    known = _open(state, event.request)
    if not isinstance(known, BackUp):
        return [known]
    refused = known.phase is BackUpPhase.REFUSED
    return escalate(state, taken, known, Because.REFUSED if refused else Because.ASKED)


def on_taken(state: State, taken: Taken, event: BackUpTaken) -> list[Decision]:
    """At the last step only: before it, others are to be asked yet."""
    known = _open(state, event.request)
    if not isinstance(known, BackUp):
        return [known]
    if known.taken_by is not None:
        return [Ignored(why=Why.ALREADY)]
    if known.phase not in AWAITED or not is_last(state, known):
        return [Ignored(why=Why.STALE)]
    return [
        BackUpAssumed(request=known.id, by=event.by),
        TimerStopped(timer=f"{BACK_UP}:{known.id}"),
    ]


def on_stood_down(state: State, taken: Taken, event: BackUpStoodDown) -> list[Decision]:
    known = _open(state, event.request)
    if not isinstance(known, BackUp):
        return [known]
    closed = BackUpClosed(request=known.id, revision=known.revision + 1, by=event.by)
    return [closed, *end(state, taken, known)]


def on_answered(state: State, taken: Taken, event: BackUpAnswered) -> list[Decision]:
    """What is refused goes on when nobody takes it back; who agreed is waited for, not for ever."""
    known = state.back_ups.get(event.request)
    if known is None:
        return [Ignored(why=Why.UNKNOWN)]
    stands = _stands(known, event)
    heard = BackUpHeard(request=known.id, says=event.says, stands=stands, by=event.logged_by)
    if not stands:
        return [heard]
    if event.says is Answer.ARRIVED:
        return [heard, *end(state, taken, known)]
    rules = state.rules.back_up
    wait = rules.judge_within if event.says is Answer.REFUSED else rules.come_within
    due_at = taken.received_at + wait
    timer = TimerSet(timer=f"{BACK_UP}:{known.id}", revision=taken.position, due_at=due_at)
    return [heard, timer]


def _stands(known: BackUp, event: BackUpAnswered) -> bool:
    """Not where a later word of theirs came before it, where they are there already, or where it
    refuses what an earlier step asked."""
    if known.is_over:
        return False
    late = known.heard_from == event.source and known.heard_at is not None
    if late and known.heard_at is not None and event.occurred_at < known.heard_at:
        return False
    if event.says is Answer.REFUSED:
        again = known.phase is BackUpPhase.REFUSED
        return not again and (event.of is None or event.of >= known.step_revision)
    now = known.phase.value
    return now not in _ORDER or _ORDER.index(event.says) > _ORDER.index(Answer(now))


def _open(state: State, request: str) -> BackUp | Ignored:
    known = state.back_ups.get(request)
    if known is None:
        return Ignored(why=Why.UNKNOWN)
    return Ignored(why=Why.ALREADY) if known.is_over else known
