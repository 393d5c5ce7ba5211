"""Events and decisions as the journal keeps them, of every version ever written.

A class that changes its shape raises its `version`, and the step from the version before goes
into UPCASTERS; the golden bytes of the old version stay and are opened by the tests for ever.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from schemas.check import Answer
from schemas.decision import DECISION_TYPES, Decision
from schemas.event import Event
from schemas.events import EVENT_TYPES

T = TypeVar("T", Event, Decision)
Json = dict[str, Any]
UPCASTERS: dict[tuple[str, int], Callable[[Json], Json]] = {}
"""(kind, version) to the pure function that makes the next version's JSON object of it."""


class UnknownShape(ValueError):
    """A kind, version or content that this build does not know; the text holds no values."""


def write_event(event: Event, answer: Answer | None) -> bytes:
    """A JSON array: the event, and the matcher's answer or null."""
    return to_json((event, answer))


def read_event(kind: str, version: int, plain: bytes) -> tuple[Event, Answer | None]:
    """Raises UnknownShape."""
    cls = _known(EVENT_TYPES, kind, version)
    if version < cls.version:
        said, known = orjson.loads(plain)
        plain = orjson.dumps([_upcast(cls, version, said), known])
    try:
        return _event_part(cls).validate_json(plain)
    except ValidationError as error:
        raise UnknownShape(f"{kind} {version} {_where(error)}") from None


def write_decisions(decisions: tuple[Decision, ...]) -> bytes:
    """A JSON array of [kind, version, body]."""
    return to_json([(decision.kind, decision.version, decision) for decision in decisions])


def read_decisions(plain: bytes) -> tuple[Decision, ...]:
    """Raises UnknownShape."""
    return tuple([_decision(*item) for item in orjson.loads(plain)])


def _decision(kind: str, version: int, body: Json) -> Decision:
    cls = _known(DECISION_TYPES, kind, version)
    if version < cls.version:
        body = _upcast(cls, version, body)
    try:  # not strict: the body comes from JSON, where a moment or a code is a string
        return _validate(cls)(body, strict=False)
    except ValidationError as error:
        raise UnknownShape(f"{kind} {version} {_where(error)}") from None


def _known(table: Mapping[str, type[T]], kind: str, version: int) -> type[T]:
    cls = table.get(kind)
    if cls is None:
        raise UnknownShape(f"the kind {kind} is not known")
    if version > cls.version:
        raise UnknownShape(f"{kind} has version {version}, known is up to {cls.version}")
    return cls


def _upcast(cls: type[Event] | type[Decision], version: int, body: Json) -> Json:
    for step in range(version, cls.version):
        upcaster = UPCASTERS.get((cls.kind, step))
        if upcaster is None:
            raise UnknownShape(f"there is no upcaster for {cls.kind} {step}")
        body = upcaster(body)
    return body


@cache
def _validate(cls: type[Decision]) -> Callable[..., Decision]:
    """Without the wrapping of `model_validate`: a restart reads ten thousands of them."""
    return TypeAdapter(cls).validator.validate_python


@cache
def _event_part(cls: type[Event]) -> TypeAdapter[tuple[Event, Answer | None]]:
    return TypeAdapter(tuple[cls, Answer | None])  # type: ignore[valid-type]


def _where(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"does not fit at {'.'.join(map(str, first['loc']))}: {first['type']}"
