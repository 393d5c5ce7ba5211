"""What is to stand in the incident of the CAD, whoever is sent to it (N2, N7)."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b

from middleware.domain.calendar import london_day
from middleware.domain.rules import Rules
from middleware.engine.checks import PASSING, sure_matches
from middleware.engine.entry import Taken
from middleware.engine.hand_ons import reworded, say_again
from middleware.engine.notes import content, in_force, says_otherwise
from middleware.engine.state import Incident, Phase, State, Writing
from middleware.engine.withdrawal import take_back
from schemas.decision import (
    Decision,
    Ended,
    Ignored,
    Matched,
    Shown,
    Why,
    WriteBackIssued,
)
from schemas.delivery import NoteDisplayed
from schemas.frequent import PlanSaid


def writing_id(incident: str, marker: str) -> str:
    """Follows from incident and marker: every path that writes it writes the same one."""
    return "w" + blake2b(f"{incident}\x1f{marker}".encode(), digest_size=10).hexdigest()


def write(state: State, taken: Taken, incident: str) -> list[Decision]:
    """After a check: what is newly true is written, what is true no longer is taken back, in the
    CAD and with whom it was handed on to. Where the check could not be made, what is said stays."""
    known = state.incidents.get(incident)
    is_handed_on = known is not None and known.hand_ons
    if not state.rules.write_backs() and not is_handed_on:
        return []
    if taken.answer is None or taken.answer.reason in PASSING:
        return []
    matches = sure_matches(state, taken.answer)
    said = say_again(state, taken, known, matches) if known is not None and is_handed_on else []
    return [*said, *(_write(state, taken, incident, matches) if state.rules.write_backs() else [])]


def _write(
    state: State, taken: Taken, incident: str, matches: tuple[Matched, ...]
) -> list[Decision]:
    known = state.incidents.get(incident)
    decisions = _take_back(state, known, {m.marker for m in matches}) if known else []
    for matched in matches:
        decisions += _write_one(state, taken, incident, matched)
    return decisions


def _take_back(state: State, known: Incident, still: set[str]) -> list[Decision]:
    gone = (state.writings[name] for name in known.writings)
    return take_back((w for w in gone if w.matched.marker not in still), Ended.ADDRESS_CHANGED)


def _write_one(state: State, taken: Taken, incident: str, matched: Matched) -> list[Decision]:
    before = state.writings.get(writing_id(incident, matched.marker))
    kept = state.markers.get(matched.marker)
    if before is not None and before.phase is not Phase.WITHDRAWN:
        other = kept is not None and content(kept.json) != before.content
        same = not other and not says_otherwise(state, taken, before)
        if same and before.matched.relation is matched.relation:
            return []
    return [_issued(state, taken, incident, matched, before.revision + 1 if before else 1)]


def write_known(state: State, taken: Taken, rules: Rules) -> list[Decision]:
    """The service starts, with these rules: where a CAD is written to that was not before, what is
    in force at live incidents is written now. Once, for then it stands there."""
    wanted = set(rules.write_backs())
    over = state.markers.ended_before(london_day(taken.received_at))
    decisions: list[Decision] = []
    for known in state.incidents.values() if wanted else ():
        if known.finished_at is not None:
            continue
        for matched in in_force(state, known):
            before = state.writings.get(writing_id(known.id, matched.marker))
            stands = before is not None and before.phase is not Phase.WITHDRAWN
            is_new = before is None or not stands or not wanted <= before.channels.keys()
            if is_new and matched.marker not in over:
                revision = before.revision + 1 if before else 1
                decisions.append(_issued(state, taken, known.id, matched, revision))
    return decisions


def rewrite(state: State, taken: Taken, markers: Mapping[str, bytes]) -> list[Decision]:
    """These markers (id to JSON) were put: what stands in the CAD says what they say now, and so
    does what was handed on."""
    decisions: list[Decision] = reworded(state, taken, markers)
    for writing in state.writings.values():
        json = markers.get(writing.matched.marker)
        if json is None or writing.phase is Phase.WITHDRAWN or content(json) == writing.content:
            continue
        again = writing.revision + 1
        decisions.append(_issued(state, taken, writing.incident, writing.matched, again))
    return decisions


def rewrite_of(
    state: State, taken: Taken, known: Incident, said: PlanSaid | None
) -> Iterator[Decision]:
    """The caller's plan is another one: what stands there says it (M6)."""
    for writing in (state.writings[name] for name in known.writings):
        if writing.phase is not Phase.WITHDRAWN and writing.plan != said:
            yield _issued(state, taken, known.id, writing.matched, writing.revision + 1)


def _issued(
    state: State, taken: Taken, incident: str, matched: Matched, revision: int
) -> WriteBackIssued:
    return WriteBackIssued(
        writing=writing_id(incident, matched.marker),
        revision=revision,
        incident=incident,
        matched=matched,
        expires_at=taken.received_at + state.rules.keep_for,
    )


def confirmed(writing: Writing, event: NoteDisplayed) -> list[Decision]:
    """The CAD has it. No crew was told by that."""
    on = writing.channels.get(event.channel)
    if on is None or on.address != event.device or event.note_revision > writing.revision:
        return [Ignored(why=Why.UNKNOWN)]
    if event.note_revision <= writing.shown.get(event.channel, 0):
        return [Ignored(why=Why.ALREADY)]
    return [
        Shown(
            note=writing.id,
            revision=event.note_revision,
            channel=event.channel,
            before_at_scene=False,
        )
    ]


def is_unconfirmed(writing: Writing) -> bool:
    """Whether the other side may not have its present revision yet."""
    return any(writing.shown.get(name, 0) < writing.revision for name in writing.channels)
