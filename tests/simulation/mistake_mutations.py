"""The service broken on purpose where people say that a match is not right (M2, C4, N6)."""

from typing import Any

from middleware.engine import notes, on_incident, on_marker, on_mistake, withdrawal
from middleware.engine.state import State
from schemas.check import Outcome

Patch = tuple[object, str, Any]


def _nothing(*_: Any, **__: Any) -> list[Any]:
    return []


def _silently(state: State, place: Any, taken: Any) -> Any:
    """What is left out is not said."""
    return _AS_SHOWN(state, place, taken)[0], ()


def _at_once(state: State, known: Any, marker: str) -> Any:
    """What is only said hides the marker."""
    match = _NAMED(state, known, marker)
    if match is not None and known.checked is not None:
        known.checked.matches, known.checked.outcome = (), Outcome.NONE_FOUND
    return match


_AS_SHOWN, _NAMED = on_incident.as_shown, on_mistake.named

MISTAKE_MUTATIONS: dict[str, tuple[Patch, ...]] = {
    "a suppression outlives its marker": (
        (on_marker, "lapse", _nothing),
        (withdrawal, "lapse", _nothing),
    ),
    "what is suppressed is left out silently": ((on_incident, "as_shown", _silently),),
    "what is suppressed is told all the same": (
        (on_incident, "as_shown", lambda state, place, taken: (taken, ())),
        (notes, "still_shown", lambda state, place, matches: matches),
    ),
    "what is only said hides the marker": ((on_mistake, "named", _at_once),),
}
