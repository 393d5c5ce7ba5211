"""Stand-offs broken on purpose, in every way that the simulation must be able to see (P3)."""

from typing import Any

from middleware.engine import on_incident, on_resource, on_stand_off, on_timer, stand_offs
from middleware.engine.stand_offs import STAND_OFF
from schemas.decision import TimerSet

Patch = tuple[object, str, Any]


def _nothing(*_: Any, **__: Any) -> list[Any]:
    return []


def _without_timer(act: Any) -> Any:
    """What it decides, but for the next prompt."""
    return lambda *what: [made for made in act(*what) if not isinstance(made, TimerSet)]


def _goes_on(state: Any, taken: Any, name: str) -> list[Any]:
    """Whatever became of it, it is asked about."""
    one = state.stand_offs[name]
    known = state.incidents[one.incident]
    return [
        stand_offs._prompted(state, known, one, stand_offs.Why.TIME),
        stand_offs._next(state, taken, name, one.rounds + 1),
    ]


_DUE, _HOLD, _END = stand_offs.prompt_due, stand_offs.hold, stand_offs.end


def _forgets_the_timer(*what: Any) -> list[Any]:
    return _END(*what)[:1]


STAND_OFF_MUTATIONS: dict[str, tuple[Patch, ...]] = {
    "who stands off is asked about once": (
        (on_timer, "_FAMILIES", {**on_timer._FAMILIES, STAND_OFF: _without_timer(_DUE)}),
    ),
    "who stands off is never asked about": (
        (on_resource, "hold", _without_timer(_HOLD)),
        (on_stand_off, "hold", _without_timer(_HOLD)),
    ),
    "who went in is asked about all the same": ((on_resource, "end", _nothing),),
    "a closed incident ends no stand-off": ((on_incident, "end", _nothing),),
    "a prompt comes after the end": (
        (on_resource, "end", _forgets_the_timer),
        (on_timer, "_FAMILIES", {**on_timer._FAMILIES, STAND_OFF: _goes_on}),
    ),
    "nobody looks when the patient is worse": ((on_incident, "look_again", _nothing),),
}
