"""JSON Schemas of the CAD contract, one for each message type, for who writes a CAD's side."""

from typing import Any

from schemas.events import CAD_TYPES
from schemas.incident import CAD_CONTRACT, CadEvent
from schemas.told import CadNote

Document = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def cad_documents() -> dict[str, Document]:
    """File name to schema: what the CAD says, and what is written back into it."""
    said = {_file(kind): _message(kind, model) for kind, model in CAD_TYPES.items()}
    return said | {_file(kind): _written_back(kind) for kind in WRITTEN_BACK}


def _file(kind: str) -> str:
    return f"schemas/cad-{kind.replace('.', '-').replace('_', '-')}.json"


def _message(kind: str, model: type[CadEvent]) -> Document:
    """The event's schema as a message: without `source`, with `contract` and `type`; open, since
    what is not in it is read over."""
    schema: Document = opened(model.model_json_schema())
    envelope = {"contract": {"const": CAD_CONTRACT}, "type": {"const": kind}}
    del schema["properties"]["source"]
    schema["properties"] = envelope | schema["properties"]
    schema["required"] = [*envelope, *(name for name in schema["required"] if name != "source")]
    return {"$schema": DIALECT, "$id": f"urn:forewarn:cad:1:{kind}"} | schema | {"title": kind}


def opened(value: Any) -> Any:
    """The schema without `additionalProperties`: fields that are not in it are read over."""
    if isinstance(value, dict):
        return {key: opened(part) for key, part in value.items() if key != "additionalProperties"}
    return [opened(part) for part in value] if isinstance(value, list) else value


WRITTEN_BACK = ("note.written", "note.withdrawn")
_WIRE = {"note": "id", "revision": "revision", "incident": "number", "service_day": "service_day"}
"""What names a note: the field, and its name on the wire."""


def _written_back(kind: str) -> Document:
    """What a CAD receives (N2): of a withdrawal only what names it, and why."""
    schema: Document = opened(CadNote.model_json_schema())
    fields = schema["properties"]
    content = {"reason"} if kind == "note.withdrawn" else fields.keys() - {"reason", "withdrawn"}
    named = {wire: fields[name] for name, wire in _WIRE.items()}
    envelope = {"contract": {"const": CAD_CONTRACT}, "type": {"const": kind}}
    said = {name: fields[name] for name in fields if name in content - _WIRE.keys()}
    schema["properties"] = envelope | named | said
    schema["required"] = [*envelope, *named]
    del schema["description"]
    return {"$schema": DIALECT, "$id": f"urn:forewarn:cad:1:{kind}"} | schema | {"title": kind}
