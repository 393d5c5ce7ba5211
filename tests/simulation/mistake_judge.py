"""What must be so in the end of what people said was mistaken (M2, C4, N6)."""

from collections.abc import Iterator

from middleware.engine.mistakes import Phase, address_of
from middleware.engine.state import State


def left_out(state: State) -> set[tuple[str, str, str, str]]:
    """(incident number, crew, device, marker) of which a person decided that it is not told."""
    return {
        (known.number, sent.callsign, sent.device, pair.marker)
        for pair in state.mistakes.pairs.values()
        if pair.phase is Phase.SUPPRESSED
        for known in state.incidents.values()
        if address_of(known.place) == pair.address
        for sent in known.resources.values()
    }


def wrong_with_mistakes(state: State) -> Iterator[str]:
    """Decided by a person, about the marker as it is now, and said on every answer."""
    for pair in state.mistakes.pairs.values():
        if pair.phase is not Phase.SUPPRESSED:
            continue
        kept = state.markers.get(pair.marker)
        if not pair.rulings or kept is None or kept.json != pair.content:
            yield f"{pair.id} hides a marker of which nobody decided so"
        for known in state.incidents.values():
            checked = known.checked
            if known.finished_at is not None or checked is None or checked.reason is not None:
                continue
            here = address_of(known.place) == pair.address
            shown = pair.marker in {one.marker for one in checked.matches}
            hidden = pair.id in {one.mistake for one in checked.not_shown}
            if shown if here else hidden:
                yield f"{known.id} says wrongly of {pair.id} whether it is left out"
