"""Messages of a contract in JSON: bytes ◄─► events. Every contract of ours is read the same way.

One message is one JSON object: `contract`, `type`, and the fields of the event of that type
without `source`. Known fields are read strictly; unknown ones are dropped and counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, get_args

import orjson
from pydantic import BaseModel, ValidationError

from middleware.ports import Problem, Standing, Submitted
from schemas.event import Event

LIMIT = 65_536
"""Bytes a message may have."""

DEPTH = 8
"""Objects and lists may lie in one another this deep."""

_ENVELOPE = frozenset({"contract", "type"})

Message = dict[str, Any]


class Read(NamedTuple):
    """A message that could be read, and how many of its fields nobody knew."""

    event: Event
    unknown: int


@dataclass(frozen=True, slots=True)
class _Shape:
    """The fields of a part, and those which are parts (or lists of parts) themselves."""

    names: frozenset[str]
    parts: dict[str, "_Shape"]


@dataclass(frozen=True, slots=True)
class Contract:
    """`name` with its version, `types` of messages by kind, `guide` where it is written down;
    `mend` may put a field into the form of the schema; `ours`: fields that no message has."""

    name: str
    types: Mapping[str, type[Event]]
    guide: str
    mend: Callable[[Message], None] = lambda _: None
    ours: frozenset[str] = frozenset({"source"})
    _shapes: dict[str, _Shape] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for kind, model in self.types.items():
            shape = _shape(model)
            self._shapes[kind] = _Shape((shape.names | _ENVELOPE) - self.ours, shape.parts)

    def read(self, raw: bytes, source: str) -> Read | Problem:
        """The event in one message, as said by `source`; or what is wrong with it."""
        if len(raw) > LIMIT:
            return too_long()
        try:
            message = orjson.loads(raw)
        except orjson.JSONDecodeError as fault:
            return Problem(
                "message", f"is not JSON at character {fault.pos}; send one UTF-8 object"
            )
        if not isinstance(message, dict):
            return Problem("message", "is not a JSON object; send one object a message")
        return (
            too_deep(raw, message) or self._wrong_envelope(message) or self._event(message, source)
        )

    def _wrong_envelope(self, message: Message) -> Problem | None:
        if message.get("contract") != self.name:
            return Problem("contract", f"is not {self.name}; this is the one version understood")
        kind = message.get("type")
        if not isinstance(kind, str) or kind not in self.types:
            known = ", ".join(self.types)
            return Problem("type", f"is no message of the contract; send one of {known}")
        return None

    def _event(self, message: Message, source: str) -> Read | Problem:
        kind = message["type"]
        unknown = _unknown(message, self._shapes[kind])
        self.mend(message)
        for name in self.ours:
            message.pop(name, None)
        message["source"] = source
        fields = orjson.dumps(message)
        try:
            return Read(self.types[kind].model_validate_json(fields, extra="ignore"), unknown)
        except ValidationError as fault:
            return self._problem(kind, fault)

    def _problem(self, kind: str, fault: ValidationError) -> Problem:
        """The first fault as field path and reason; pydantic's inputs are left out: no values."""
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        what = first["msg"].removeprefix("Value error, ")
        more = fault.error_count() - 1
        also = f"; {more} more of its fields must be mended too" if more else ""
        remedy = f"mend it as {self.guide} says of {kind}"
        return Problem(".".join(map(str, first["loc"])), f"{what}; {remedy}{also}")


def too_long(limit: int = LIMIT) -> Problem:
    """What is said of a message longer than `limit` bytes."""
    return Problem("message", f"is longer than {limit} bytes; leave out what the contract lacks")


def too_deep(raw: bytes, message: dict[str, Any], depth: int = DEPTH) -> Problem | None:
    """What is said of a message in which more than `depth` objects and lists lie in one another.
    Counting brackets settles it for almost every message; only the rest are walked."""
    if raw.count(b"{") + raw.count(b"[") <= depth:
        return None
    level: list[Any] = [message]
    for _ in range(depth):
        level = [inner for outer in level for inner in _inside(outer)]
    if any(isinstance(value, dict | list) for value in level):
        return Problem("message", f"is nested deeper than {depth}; send it flatter")
    return None


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _unknown(value: Any, shape: _Shape) -> int:
    if isinstance(value, list):
        return sum(_unknown(item, shape) for item in value)
    if not isinstance(value, dict):
        return 0
    count = len(value.keys() - shape.names)
    for name, part in shape.parts.items():
        if inner := value.get(name):
            count += _unknown(inner, part)
    return count


def _shape(model: type[BaseModel]) -> _Shape:
    parts = {n: part for n, f in model.model_fields.items() if (part := _part(f.annotation))}
    return _Shape(frozenset(model.model_fields), parts)


def _part(annotation: Any) -> _Shape | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _shape(annotation)
    return next((part for inner in get_args(annotation) if (part := _part(inner))), None)


# --- what is answered ------------------------------------------------------------------


def standing(event: Event, submitted: Submitted) -> bytes:
    """The answer to a message that could be read, in every standing."""
    answer = {
        "id": event.id,
        "revision": event.revision,
        "standing": submitted.standing.value,
        "position": submitted.position,
    }
    if submitted.standing is Standing.CONFLICT:
        answer["error"] = {
            "field": "revision",
            "reason": "was sent before with other content; send changed content under a higher one",
        }
    return orjson.dumps(answer)


def refusal(problem: Problem, submitted: Submitted | None = None, **more: Any) -> bytes:
    """The answer to what was refused; with its place in quarantine where it has one."""
    answer: dict[str, Any] = {"error": {"field": problem.field, "reason": problem.reason}, **more}
    if submitted:
        answer |= {"standing": submitted.standing.value, "position": submitted.position}
    return orjson.dumps(answer)
