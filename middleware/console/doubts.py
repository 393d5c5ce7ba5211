"""What was said and decided of a match, as everybody who sees the match sees it (N6)."""

from middleware.domain.wording import mistaken_in_words
from middleware.engine.mistakes import Mistake, Phase, Saying
from middleware.engine.on_mistake import pair_of
from middleware.engine.state import Call, Incident, State

PHASES = {
    Phase.OPEN: "waits for a decision",
    Phase.SUPPRESSED: "not shown at this address",
    Phase.KEPT: "the match is right",
    Phase.LIFTED: "shown again",
    Phase.LAPSED: "lapsed: the marker is another one now, or over",
}


def said_here(state: State, known: Incident | Call) -> dict[str, str]:
    """Marker to what was said or decided of it at this address, where anything was."""
    if not state.mistakes.pairs:
        return {}
    matches = known.checked.matches if known.checked else ()
    words = {match.marker: _said(pair_of(state, known, match.marker)) for match in matches}
    return {marker: text for marker, text in words.items() if text}


def _said(pair: Mistake | None) -> str:
    if pair is None or pair.phase in (Phase.SUPPRESSED, Phase.LAPSED):
        return ""
    last = pair.said[-1]
    said = f"{voice(last)} says: {mistaken_in_words(last.says)}."
    if pair.phase is Phase.OPEN:
        return f"{said} The marking team decides; until then it stays."
    return f"{said} Decided by {pair.rulings[-1].by}: {PHASES[pair.phase]}."


def voice(said: Saying) -> str:
    """Who said it, and in what role or on which device."""
    return f"{said.by} ({said.whence.replace('_', ' ')})" if said.whence else said.by
