"""What a check says, as decisions carry it (C3, C4)."""

from collections.abc import Iterable

from middleware.engine.entry import Taken
from middleware.engine.state import State
from schemas.check import SURE, Answer, Match, NotChecked, Outcome
from schemas.decision import Assessed, Decision, Matched, RechecksOrdered, TimerSet
from schemas.mistake import NotShown

PASSING = frozenset({NotChecked.INDEX_BEHIND, NotChecked.LIMIT_MISSED, NotChecked.FAULT})
"""Reasons that say nothing about the place: earlier notes stay, the check is made again."""


def assess(subject: str, taken: Taken, not_shown: tuple[NotShown, ...] = ()) -> list[Decision]:
    """The check as decided upon; `not_shown` was left out of the answer."""
    answer = taken.answer
    if answer is None:
        return [Assessed(subject=subject, outcome=Outcome.NOT_CHECKED, reason=NotChecked.FAULT)]
    return [
        Assessed(
            subject=subject,
            outcome=answer.outcome,
            reason=answer.reason,
            matches=_as_matched(answer.matches),
            not_shown=not_shown,
        )
    ]


def check_again(state: State, subject: str, taken: Taken) -> list[Decision]:
    """A timer for the next try where the reason is a passing one."""
    if taken.answer is not None and taken.answer.reason not in PASSING:
        return []
    due_at = taken.received_at + state.rules.recheck_after
    return [TimerSet(timer=f"recheck:{subject}", revision=taken.position, due_at=due_at)]


def order_recheck(subject: str, taken: Taken) -> list[Decision]:
    """Check this one again."""
    return [RechecksOrdered(cause=taken.position, subject=subject)]


def sure_matches(state: State, answer: Answer | None) -> tuple[Matched, ...]:
    """Those that raise the flag and whose marker is in force (C4)."""
    if answer is None or answer.outcome is not Outcome.FOUND:
        return ()
    return sure(state, answer.matches)


def sure(state: State, matches: Iterable[Match | Matched]) -> tuple[Matched, ...]:
    """Of these, the ones that raise the flag."""
    return _as_matched(m for m in matches if is_sure(state, m))


def is_sure(state: State, match: Match | Matched) -> bool:
    """Whether the relation is sure and the marker in force."""
    return match.relation in SURE and state.markers.get(match.marker) is not None


def _as_matched(matches: Iterable[Match | Matched]) -> tuple[Matched, ...]:
    return tuple(
        Matched(marker=m.marker, relation=m.relation, certainty=m.certainty) for m in matches
    )
