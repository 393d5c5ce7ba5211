"""JSON Schemas of the back-up contract, for who writes the side of a desk (P2)."""

from typing import Any

from schemas.cad_documents import DIALECT, opened
from schemas.desk import DeskRequest
from schemas.police import BACK_UP_CONTRACT, BackUpAnswered

Document = dict[str, Any]
NOT_SAID = ("source", "logged_by")
"""Fields of an answer that a desk does not say."""
_WIRE = {"note": "id", "incident": "number"}
"""Fields of a request that have another name on the wire."""


def police_documents() -> dict[str, Document]:
    """File name to schema."""
    return {
        "schemas/desk-back-up-requested.json": _requested("back_up.requested"),
        "schemas/desk-back-up-stood-down.json": _stood_down("back_up.stood_down"),
        "schemas/desk-back-up-answered.json": _answered(),
    }


def _requested(kind: str) -> Document:
    schema: Document = opened(DeskRequest.model_json_schema())
    fields = {_WIRE.get(n, n): f for n, f in schema["properties"].items() if n != "withdrawn"}
    schema["properties"] = _envelope(kind) | fields
    schema["required"] = [*_envelope(kind), *(_WIRE.get(n, n) for n in schema["required"])]
    return _named(kind, schema)


def _stood_down(kind: str) -> Document:
    whole = _requested(kind)
    kept = (*_envelope(kind), "id", "revision", "service_day", "number")
    whole["properties"] = {name: whole["properties"][name] for name in kept}
    whole["required"] = [*_envelope(kind), "id", "revision"]
    del whole["$defs"], whole["description"]
    return whole


def _answered() -> Document:
    """Open, since what is not in it is read over."""
    kind = BackUpAnswered.kind
    schema: Document = opened(BackUpAnswered.model_json_schema())
    said = {n: field for n, field in schema["properties"].items() if n not in NOT_SAID}
    schema["properties"] = _envelope(kind) | said
    required = (name for name in schema["required"] if name not in NOT_SAID)
    schema["required"] = [*_envelope(kind), *required]
    return _named(kind, schema)


def _envelope(kind: str) -> Document:
    return {"contract": {"const": BACK_UP_CONTRACT}, "type": {"const": kind}}


def _named(kind: str, schema: Document) -> Document:
    return {"$schema": DIALECT, "$id": f"urn:forewarn:back-up:1:{kind}"} | schema | {"title": kind}
