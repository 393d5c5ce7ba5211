"""Duties to tell: who must be told about which marker, from when, and when no more (N3, N5, N7)."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from middleware.domain.rules import CONSOLE, Rules
from middleware.engine.entry import Taken
from middleware.engine.state import ACTIVE, Incident, Note, Phase, Sent, State
from schemas.check import SURE, Answer, NotChecked, Outcome
from schemas.decision import (
    Assessed,
    Decision,
    Ended,
    Matched,
    NoteIssued,
    NoteWithdrawn,
    RechecksOrdered,
    RungEntered,
    TaskRaised,
    TimerSet,
    TimerStopped,
)

PASSING = frozenset({NotChecked.INDEX_BEHIND, NotChecked.LIMIT_MISSED, NotChecked.FAULT})
"""Reasons that say nothing about the place: earlier notes stay, the check is made again."""


def note_id(incident: str, marker: str, callsign: str) -> str:
    """Follows from the three, so that every path that makes the note makes the same one."""
    name = f"{incident}\x1f{marker}\x1f{callsign}".encode()
    return "n" + blake2b(name, digest_size=10).hexdigest()


def content(json: bytes) -> bytes:
    """Tells one wording of a marker from another."""
    return blake2b(json, digest_size=8).digest()


def matched_of(answer: Answer) -> tuple[Matched, ...]:
    """The answer's matches as decisions carry them."""
    return tuple(
        Matched(marker=m.marker, relation=m.relation, certainty=m.certainty) for m in answer.matches
    )


def assess(subject: str, taken: Taken) -> list[Decision]:
    """The check as decided upon; a check that could not be made is ordered again."""
    answer = taken.answer
    if answer is None:
        return [Assessed(subject=subject, outcome=Outcome.NOT_CHECKED, reason=NotChecked.FAULT)]
    return [
        Assessed(
            subject=subject,
            outcome=answer.outcome,
            reason=answer.reason,
            matches=matched_of(answer),
        )
    ]


def check_again(state: State, subject: str, taken: Taken) -> list[Decision]:
    """A timer for the next try where the reason is a passing one."""
    if taken.answer is not None and taken.answer.reason not in PASSING:
        return []
    due_at = taken.received_at + state.rules.recheck_after
    return [TimerSet(timer=f"recheck:{subject}", revision=taken.position, due_at=due_at)]


def sure_matches(state: State, answer: Answer | None) -> tuple[Matched, ...]:
    """Those that raise the flag and whose marker is in force (C4)."""
    if answer is None or answer.outcome is not Outcome.FOUND:
        return ()
    return tuple(
        m
        for m in matched_of(answer)
        if m.relation in SURE and state.markers.get(m.marker) is not None
    )


def reconcile(
    state: State,
    taken: Taken,
    incident: Incident,
    reason: Ended,
) -> list[Decision]:
    """After a new check: issue what is newly true, withdraw what is true no longer."""
    if taken.answer is None or taken.answer.reason in PASSING:
        return []
    matches = sure_matches(state, taken.answer)
    sure = {m.marker for m in matches}
    decisions: list[Decision] = []
    for note in (state.notes[n] for n in incident.notes):
        if note.phase is not Phase.WITHDRAWN and note.matched.marker not in sure:
            gone = state.markers.get(note.matched.marker) is None
            decisions += withdraw(note, Ended.MARKER_ENDED if gone else reason)
    return decisions + tell(state, taken, incident.id, matches, incident.resources.values())


def tell(
    state: State,
    taken: Taken,
    incident: str,
    matches: Sequence[Matched],
    resources: Iterable[Sent],
) -> list[Decision]:
    """A duty for each active resource and each sure match that has none in force yet."""
    decisions: list[Decision] = []
    for sent in resources:
        if sent.stage in ACTIVE:
            for matched in matches:
                decisions += _tell_one(state, taken, incident, matched, sent)
    return decisions


def _tell_one(
    state: State, taken: Taken, incident: str, matched: Matched, sent: Sent
) -> list[Decision]:
    key = note_id(incident, matched.marker, sent.callsign)
    before = state.notes.get(key)
    if before is not None and not _changed(state, before, matched):
        return []
    expires_at = taken.received_at + state.rules.keep_for
    issued = NoteIssued(
        note=key,
        revision=before.revision + 1 if before else 1,
        incident=incident,
        callsign=sent.callsign,
        device=sent.device,
        matched=matched,
        expires_at=expires_at,
    )
    expiry = TimerSet(timer=f"expire:{key}", revision=taken.position, due_at=expires_at)
    return [issued, expiry, *enter_rung(state.rules, key, 0, taken, 0)]


def _changed(state: State, before: Note, matched: Matched) -> bool:
    """Whether the crew must be told anew: withdrawn before, other relation, other content."""
    if before.phase is Phase.WITHDRAWN or before.matched.relation is not matched.relation:
        return True
    kept = state.markers.get(matched.marker)
    return kept is not None and content(kept.json) != before.content


def enter_rung(rules: Rules, note: str, rung: int, taken: Taken, times: int) -> list[Decision]:
    """Go to a rung: its channel tells; the console's is a task that a person must take (N5)."""
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
    if note.rung >= last:
        return enter_rung(rules, note.id, last, taken, max(note.task_times, 1))
    return enter_rung(rules, note.id, note.rung + 1, taken, 0)


def withdraw(note: Note, reason: Ended) -> list[Decision]:
    """Take the note back: a new revision that says so, and no more timers."""
    return [
        NoteWithdrawn(note=note.id, revision=note.revision + 1, reason=reason),
        TimerStopped(timer=f"rung:{note.id}"),
        TimerStopped(timer=f"expire:{note.id}"),
    ]


def withdraw_all(
    state: State, notes: Iterable[str], reason: Ended, callsign: str | None = None
) -> list[Decision]:
    """Withdraw those in force (of one resource, where given)."""
    decisions: list[Decision] = []
    for note in (state.notes[n] for n in notes):
        if note.phase is not Phase.WITHDRAWN and callsign in (None, note.callsign):
            decisions += withdraw(note, reason)
    return decisions


def order_recheck(subject: str, taken: Taken) -> list[Decision]:
    """Check this one again."""
    return [RechecksOrdered(cause=taken.position, subject=subject)]
