"""The ledger, the counting of rings, proposals and hand-ons broken on purpose, as the simulation
must be able to see (A2, M4, M6, N7)."""

from typing import Any

from middleware.engine import (
    apply_callers,
    apply_subjects,
    on_abuse,
    on_call,
    on_frequent,
    withdrawal,
    write_back,
)
from middleware.engine.ledger import Abuse, Ledger, number_key
from middleware.flow import hand_on_bodies

Patch = tuple[object, str, Any]


def _nothing(*_: Any, **__: Any) -> list[Any]:
    return []


def _all_of(self: Ledger, number: str | None) -> tuple[str, ...]:
    """Also what was taken back."""
    return tuple(self.by_number.get(number_key(number), ())) if number else ()


def _as_anybodys(act: Any) -> Any:
    """Who shares a number does not matter."""

    def acts(state: Any, *what: Any) -> Any:
        rules = state.rules
        state.rules = rules.model_copy(update={"shared_numbers": {}})
        try:
            return act(state, *what)
        finally:
            state.rules = rules

    return acts


def _still_active(state: Any, one: Any) -> Any:
    """What is no longer true is still said to be a danger."""
    for flag in _FLAGS(state, one):
        yield flag.model_copy(update={"active": True})


_FLAGS = hand_on_bodies._flags

CALLER_MUTATIONS: dict[str, tuple[Patch, ...]] = {
    "who was taken back is recognised": ((Ledger, "of_number", _all_of),),
    "a correction leaves nothing beside it": ((Abuse, "keep_what_it_said", lambda *_, **__: None),),
    "the same call counts each time it is said": (
        (on_frequent, "is_first", lambda _: True),
        (apply_callers, "is_first", lambda _: True),
    ),
    "who rings often is not recognised": ((on_frequent, "_often", lambda *_, **__: (0, 0)),),
    "a care home becomes a person": (
        (on_frequent, "recognise", _as_anybodys(on_frequent.recognise)),
        (apply_subjects, "learn_number", _as_anybodys(apply_callers.learn_number)),
    ),
    "an end proposes nothing": (
        (on_call, "propose", _nothing),
        (on_abuse, "propose", _nothing),
    ),
    "a proposal outlives its ground": ((on_abuse, "lapse", _nothing),),
    "what was handed on is said once": ((write_back, "say_again", _nothing),),
    "a marker that ended stays with the other service": (
        (withdrawal, "without", _nothing),
        (write_back, "say_again", _nothing),
    ),
    "what is no longer true stays a danger there": ((hand_on_bodies, "_flags", _still_active),),
}
