"""JSON Schemas of the man-down contract, one for each message, for who writes a gateway's side."""

from typing import Any

from schemas.cad_documents import DIALECT, opened
from schemas.event import Event
from schemas.safety import GATEWAY_TYPES, MAN_DOWN_CONTRACT

Document = dict[str, Any]
NOT_SAID = ("source", "raw")
"""Fields of the events that a gateway does not say."""


def man_down_documents() -> dict[str, Document]:
    """File name to schema."""
    return {_file(kind): _message(kind, model) for kind, model in GATEWAY_TYPES.items()}


def _file(kind: str) -> str:
    return f"schemas/gateway-{kind.replace('.', '-').replace('_', '-')}.json"


def _message(kind: str, model: type[Event]) -> Document:
    """The event's schema as a message; open, since what is not in it is read over."""
    schema: Document = opened(model.model_json_schema())
    envelope = {"contract": {"const": MAN_DOWN_CONTRACT}, "type": {"const": kind}}
    said = {n: field for n, field in schema["properties"].items() if n not in NOT_SAID}
    schema["properties"] = envelope | said
    schema["required"] = [*envelope, *(n for n in schema["required"] if n not in NOT_SAID)]
    return {"$schema": DIALECT, "$id": f"urn:forewarn:man-down:1:{kind}"} | schema | {"title": kind}
