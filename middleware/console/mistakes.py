"""What the marking team is shown of mistakes that people confirm (M2, N6): the address asked beside
the marker's, what was said by whom, and what was decided."""

from datetime import date

from middleware.console.doubts import PHASES, voice
from middleware.console.rows import Row, place_in_words
from middleware.domain.wording import (
    category,
    headline,
    mistaken_in_words,
    relation,
    review,
    scope,
)
from middleware.engine.mistakes import WAITS_OR_HIDES, Mistake, Phase, is_one_address
from middleware.engine.state import State
from schemas.check import SURE
from schemas.mistake import Verdict

_VERDICTS = {
    Verdict.SUPPRESS: "not the same place: not shown",
    Verdict.KEEP: "the match is right",
    Verdict.LIFT: "lifted: shown again",
}
_DECIDES = {Phase.OPEN: (Verdict.SUPPRESS, Verdict.KEEP), Phase.SUPPRESSED: (Verdict.LIFT,)}


def mistake_ids(state: State) -> list[str]:
    """What waits first, then what hides something, then the rest; the newest first."""
    pairs = reversed(state.mistakes.pairs.values())
    rank = {Phase.OPEN: 0, Phase.SUPPRESSED: 1}
    return [pair.id for pair in sorted(pairs, key=lambda pair: rank.get(pair.phase, 2))]


def mistake_row(state: State, name: str, today: date) -> Row | None:
    """A pair on one line; the marker's address comes only when it is opened (E1)."""
    pair = state.mistakes.pairs.get(name)
    if pair is None:
        return None
    last = pair.said[-1]
    return {
        "id": pair.id,
        "phase": pair.phase,
        "words": PHASES[pair.phase],
        "marker": pair.marker,
        "place": _place(pair),
        "said": f"{mistaken_in_words(last.says)}, says {voice(last)}",
        "voices": len(pair.said),
        "at": last.at,
        "since": pair.since,
    }


def open_mistake(state: State, name: str, today: date) -> Row | None:
    """Everything on which the decision is made, and what was decided."""
    pair = state.mistakes.pairs.get(name)
    if pair is None:
        return None
    return {
        "id": pair.id,
        "place": _place(pair),
        "uprn": pair.place.uprn,
        "relation": relation(pair.relation),
        "certainty": f"{pair.certainty / 10:g} %",
        "reasons": list(pair.reasons),
        "known": _marker(pair, today),
        "said": [
            {"words": mistaken_in_words(v.says), "by": voice(v), "number": v.number, "at": v.at}
            for v in pair.said
        ],
        "rulings": [
            {"words": _VERDICTS[r.verdict], "by": r.by, "reason": r.reason, "at": r.at}
            for r in pair.rulings
        ],
        "verdicts": _verdicts(pair),
        "why_not": _why_not(pair),
    }


def _place(pair: Mistake) -> str:
    return place_in_words(pair.place)


def _verdicts(pair: Mistake) -> list[Verdict]:
    possible = _DECIDES.get(pair.phase, ())
    return [v for v in possible if v is not Verdict.SUPPRESS or pair.can_be_suppressed]


def _why_not(pair: Mistake) -> str:
    """Why it cannot be left out at this address; empty where it can, or need not."""
    if pair.phase not in WAITS_OR_HIDES or pair.can_be_suppressed:
        return ""
    if pair.relation not in SURE:
        return "It raises no flag: it is only advice to ask, and stays. Mend the marker instead."
    if not is_one_address(pair.place):
        return (
            "The address has neither postcode nor UPRN: the same words may be another place. "
            "Mend the marker instead."
        )
    return "The marker is not known any more."


def _marker(pair: Mistake, today: date) -> Row | None:
    if not pair.content:
        return None
    marker = pair.read_marker()
    return {
        "headline": headline(marker),
        "what": marker.what,
        "category": category(marker),
        "scope": scope(marker),
        "address": marker.address,
        "postcode": marker.postcode,
        "uprn": marker.uprn,
        "source": marker.source,
        "happened_on": marker.happened_on,
        "review": review(marker, today),
    }
