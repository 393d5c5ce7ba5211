"""The mapping file of XML documents to the CAD contract: which path gives which field (C1)."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Self, get_args
from xml.etree.ElementTree import Element

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from middleware.ops.errors import Trouble
from schemas.events import CAD_TYPES

ALWAYS = frozenset({"id", "occurred_at", "number", "service_day"})
"""Fields that every message of the contract has; a revision may follow from the moment."""


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1, max_length=20)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Table):
    """One `[[message]]`: where `when` finds an element (its path begins with the document's own),
    it is a message of this type; each field stands where its paths lead from that first element."""

    when: str
    type: str
    fields: dict[str, Paths]

    @model_validator(mode="after")
    def _of_the_contract(self) -> Self:
        model = CAD_TYPES.get(self.type)
        if model is None:
            raise ValueError(f"type {self.type} is none of {', '.join(CAD_TYPES)}")
        if missing := sorted(ALWAYS - self.fields.keys()):
            raise ValueError(f"{self.type} needs {', '.join(missing)}")
        for name in self.fields:
            if name == "source" or not _has(model, name.split(".")):
                raise ValueError(f"{name} is no field of {self.type} in docs/cad-contract.md")
        return self


class Mapping(_Table):
    """The whole file. `namespaces`: prefix to name. The first rule that fits is taken."""

    namespaces: dict[str, str] = {}
    message: Annotated[tuple[Rule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _paths_can_be_followed(self) -> Self:
        for rule in self.message:
            for path in (rule.when, *(p for paths in rule.fields.values() for p in paths)):
                self._try(path)
        return self

    def _try(self, path: str) -> None:
        try:
            Element("x").find(parted(path)[0], self.namespaces)
        except (SyntaxError, KeyError, TypeError, ValueError) as fault:
            raise ValueError(f"the path {path} cannot be followed; see docs/mait.md") from fault


def parted(path: str) -> tuple[str, str]:
    """The way to the element, and the attribute that `…/@name` asks for."""
    if path.startswith("@"):
        return ".", path[1:]
    where, _, attribute = path.rpartition("/@")
    return (where, attribute) if where else (path, "")


def load(path: Path) -> Mapping:
    """The mapping in this file; Trouble with the remedy when it cannot be used."""
    remedy = "write it as docs/mait.md shows"
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as fault:
        raise Trouble(f"the mapping {path} cannot be read", "name a file that is there") from fault
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False)[0]
        at = ".".join(map(str, first["loc"]))
        what = first["msg"].removeprefix("Value error, ")
        raise Trouble(f"the mapping {path} is wrong at {at or 'the top'}: {what}", remedy) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Trouble(f"the mapping {path} is no TOML: {fault}", remedy) from None


def _has(model: type[BaseModel], names: list[str]) -> bool:
    """Whether a model has a field of this name, or a part with a field of the rest of it."""
    field = model.model_fields.get(names[0])
    if field is None:
        return False
    parts = [
        one
        for one in (field.annotation, *get_args(field.annotation))
        if isinstance(one, type) and issubclass(one, BaseModel)
    ]
    if len(names) == 1:
        return not parts and names[0] != "resources"
    return bool(parts) and _has(parts[0], names[1:])
