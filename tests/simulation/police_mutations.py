"""Requests for police broken on purpose, as the simulation must be able to see (P2)."""

from typing import Any

from middleware.engine import back_ups, on_police, on_timer
from middleware.engine.back_up import BackUpPhase
from middleware.engine.back_ups import BACK_UP
from schemas.decision import Ignored, TimerSet, Why

Patch = tuple[object, str, Any]

_DUE, _ESCALATE, _END = back_ups.due, back_ups.escalate, on_police.end


def _asked_once(*what: Any) -> list[Any]:
    """The next one is asked, and then nobody."""
    return [made for made in _ESCALATE(*what) if not isinstance(made, TimerSet)]


def _refused_is_refused(state: Any, taken: Any, request: str) -> list[Any]:
    """A refusal that nobody takes back goes no further."""
    if state.back_ups[request].phase is BackUpPhase.REFUSED:
        return [Ignored(why=Why.STALE)]
    return _DUE(state, taken, request)


POLICE_MUTATIONS: dict[str, tuple[Patch, ...]] = {
    "a request is asked on once": ((back_ups, "escalate", _asked_once),),
    "a refusal goes no further": (
        (on_timer, "_FAMILIES", {**on_timer._FAMILIES, BACK_UP: _refused_is_refused}),
    ),
    "the same is requested twice": ((on_police, "open_for", lambda *_: None),),
}
