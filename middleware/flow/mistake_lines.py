"""What was said to be mistaken and what was decided on it, as lines of a timeline (E3)."""

from middleware.domain.wording import mistaken_in_words
from schemas.decision import Decision
from schemas.judgement import MistakeSettled, MistakesLapsed, MistakeTaken
from schemas.mistake import Verdict

_DECIDED = {
    Verdict.SUPPRESS: "marker {} is not about this place and is not shown here",
    Verdict.KEEP: "the match of marker {} is right",
    Verdict.LIFT: "marker {} is shown here again",
}


def spoken_of(made: Decision) -> frozenset[str]:
    """The ids of the pairs that a decision is about."""
    match made:
        case MistakeTaken() | MistakeSettled():
            return frozenset({made.mistake})
        case MistakesLapsed():
            return frozenset(made.mistakes)
    return frozenset()


def mistake_words(made: Decision) -> str:
    """The line; empty for what is no decision about a pair."""
    match made:
        case MistakeTaken():
            said = mistaken_in_words(made.says)
            return f"{made.by} says of marker {made.marker}: {said}; the marking team decides"
        case MistakeSettled():
            return f"decided by {made.by}: {_DECIDED[made.verdict].format(made.marker)}"
        case MistakesLapsed():
            return "the marker is another one now: what was said or decided of it here lapses"
    return ""
