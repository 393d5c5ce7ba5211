"""What is not shown because a person decided so: applied to an answer, openly (C3, C4, N7)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from middleware.domain.matching.certainty import SURELY
from middleware.domain.matching.contacts import read_person, read_phone
from middleware.domain.matching.evidence import clean
from middleware.engine.entry import Taken
from middleware.engine.mistakes import WAITS_OR_HIDES, Mistake, Phase, address_of
from middleware.engine.state import Incident, State
from schemas.check import SURE, Answer, Match, Outcome, Relation, Whereabouts
from schemas.decision import Decision, Matched
from schemas.judgement import MistakesLapsed
from schemas.mistake import NotShown


def suppressing(state: State, place: Whereabouts, match: Match | Matched) -> Mistake | None:
    """The pair because of which this match is not shown at this place; None: it is shown."""
    if match.marker not in state.mistakes.by_marker:
        return None
    pair = state.mistakes.find(match.marker, address_of(place))
    if pair is None or pair.phase is not Phase.SUPPRESSED:
        return None
    return pair if applies(pair, place, match.relation) else None


def applies(pair: Mistake, place: Whereabouts, relation: Relation) -> bool:
    """A decision is about what raises the flag by its address. Where the caller's number or name
    is the marker's too, it is not the address alone that speaks, and the marker is shown; as is
    one whose content was erased since."""
    if relation not in SURE or not pair.content:
        return False
    marker = pair.read_marker()
    _, inside = clean(place.address or "")
    phones = {read_phone(place.phone or ""), inside} - {""}
    person = read_person(place.person or "")
    is_its_number = not phones.isdisjoint(map(read_phone, marker.phones))
    return not (is_its_number or (person and person == read_person(marker.person or "")))


def still_shown(state: State, place: Whereabouts, matches: Iterable[Match]) -> tuple[Match, ...]:
    """Of an earlier answer: what was decided on since, and is not yet checked again, is out."""
    return tuple(match for match in matches if suppressing(state, place, match) is None)


def leave_out(
    state: State, place: Whereabouts, answer: Answer
) -> tuple[Answer, tuple[NotShown, ...]]:
    """The answer without what is not shown, and that apart: nothing goes silently."""
    pairs = {m.marker: pair for m in answer.matches if (pair := suppressing(state, place, m))}
    if not pairs:
        return answer, ()
    left = tuple(match for match in answer.matches if match.marker not in pairs)
    shown = answer.model_copy(update={"matches": left, "outcome": _outcome(answer, left)})
    return shown, tuple(pair.not_shown() for pair in pairs.values())


def _outcome(answer: Answer, left: tuple[Match, ...]) -> Outcome:
    """What the matcher would have said of those alone."""
    if answer.outcome is Outcome.NOT_CHECKED:
        return Outcome.NOT_CHECKED
    if any(match.relation in SURE and match.certainty >= SURELY for match in left):
        return answer.outcome
    return Outcome.POSSIBLE if left else Outcome.NONE_FOUND


def as_shown(state: State, place: Whereabouts, taken: Taken) -> tuple[Taken, tuple[NotShown, ...]]:
    """The event with the answer as it is shown."""
    if taken.answer is None:
        return taken, ()
    answer, not_shown = leave_out(state, place, taken.answer)
    return (replace(taken, answer=answer) if not_shown else taken), not_shown


def concerned(state: State, pair: Mistake) -> Iterator[Incident]:
    """Incidents with this very address at which the marker is or would be shown."""
    for known in state.incidents.values():
        if _speaks_of(state, known, pair.marker) and address_of(known.place) == pair.address:
            yield known


def _speaks_of(state: State, known: Incident, marker: str) -> bool:
    names = {state.notes[name].matched.marker for name in known.notes}
    if known.checked is not None:
        names |= {match.marker for match in known.checked.matches}
        names |= {left_out.marker for left_out in known.checked.not_shown}
    return marker in names


def lapse(state: State, changed: Mapping[str, bytes | None]) -> list[Decision]:
    """These markers are now this JSON, or over (None): what was said of the one before lapses."""
    lapsed = tuple(
        pair.id
        for pair in state.mistakes.pairs.values()
        if pair.phase in WAITS_OR_HIDES
        and pair.marker in changed
        and changed[pair.marker] != pair.content
    )
    return [MistakesLapsed(mistakes=lapsed)] if lapsed else []
