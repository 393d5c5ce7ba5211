"""Reads the configuration: file, environment, defaults; every problem at once, with its remedy."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from middleware.config.combine import combinations
from middleware.config.lines import Path as Key
from middleware.config.origin import ConfigError, Origin, shown
from middleware.config.sections import Config
from middleware.ports import AdapterTable, Kind, Way

DEFAULT_ADAPTERS = {
    Kind.SOURCE: ("cad_http", "cad_tcp"),
    Kind.CHANNEL: ("mdt",),
    Kind.STORE: ("sqlite",),
}
Sections = dict[str, dict[str, BaseModel]]


def load(path: Path | None, adapters: AdapterTable, environ: Mapping[str, str]) -> Config:
    """The configuration of `path` (None: the defaults) with FOREWARN_ variables over it.

    A kind of adapter that the file does not speak of gets its default adapters; otherwise those
    run that have a section. Raises ConfigError, which lists every problem.
    """
    origin = Origin(path, environ)
    _add_defaults(origin.document, adapters)
    problems = list(origin.overlay())
    sections: Sections = {kind.value: {} for kind in Kind}
    for key, error in _adapter_errors(origin.document, adapters, sections):
        problems.append(_tell(origin, key, error))
    core = {key: value for key, value in origin.document.items() if key not in sections}
    try:
        config = Config.model_validate({**core, **sections})
    except ValidationError as failed:
        told = [_tell(origin, e["loc"], _reason(e, _known(Config, e["loc"]))) for e in _all(failed)]
        raise ConfigError((*problems, *told)) from None
    if not problems:
        wrong = combinations(config, origin.said, ways(config, adapters))
        problems += [_tell(origin, key, why) for key, why in wrong]
    if problems:
        raise ConfigError(tuple(problems))
    return config


def ways(config: Config, adapters: AdapterTable) -> dict[str, Way]:
    """How each configured channel tells."""
    return {name: adapters[Kind.CHANNEL, name].way for name in config.channel}


def _add_defaults(document: dict[str, Any], adapters: AdapterTable) -> None:
    for kind, names in DEFAULT_ADAPTERS.items():
        exist = [name for name in names if (kind, name) in adapters]
        document.setdefault(kind.value, {name: {} for name in exist})


def _adapter_errors(
    document: Mapping[str, Any], adapters: AdapterTable, sections: Sections
) -> Iterator[tuple[Key, str]]:
    """Validate each adapter's section into `sections`; yields what is wrong."""
    for kind in Kind:
        given = document[kind.value]
        there = [name for of, name in adapters if of is kind]
        if not isinstance(given, dict):
            yield (kind.value,), f"must be sections; write [{kind.value}.name]"
            continue
        for name, settings in given.items():
            if name not in there:
                yield (kind.value, name), f"is no {kind.value}; {_nearest(name, there)}"
                continue
            model = adapters[kind, name].settings
            try:
                sections[kind.value][name] = model.model_validate(settings)
            except ValidationError as failed:
                for error in _all(failed):
                    known = _known(model, error["loc"])
                    yield (kind.value, name, *error["loc"]), _reason(error, known)


def _all(failed: ValidationError) -> list[ErrorDetails]:
    return failed.errors(include_url=False, include_input=False)


def _tell(origin: Origin, key: Key, reason: str) -> str:
    return f"{origin.where(key)}: {shown(key)}: {reason}"


def _reason(error: ErrorDetails, known: Mapping[str, Any]) -> str:
    """What is wrong and what to do; never the value that was given."""
    name = str(error["loc"][-1]) if error["loc"] else ""
    meaning = known[name].description if name in known else None
    remedy = f"it means: {meaning}" if meaning else "see docs/configuration.md"
    match error["type"]:
        case "extra_forbidden":
            return f"is not a known key; {_nearest(name, known)}"
        case "missing":
            return f"is missing; add it, {remedy}"
        case "value_error":
            reason = error["msg"].removeprefix("Value error, ")
            return reason if ";" in reason else f"{reason}; {remedy}"
        case _:
            return f"{error['msg'][:1].lower()}{error['msg'][1:]}; {remedy}"


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else f"known here: {', '.join(names) or 'nothing'}"


def _known(model: type[BaseModel], loc: Key) -> Mapping[str, Any]:
    """The fields of the section in which the last part of `loc` stands."""
    fields = model.model_fields
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        inner = _model_in(fields[part].annotation) if part in fields else None
        fields = inner.model_fields if inner else {}
    return fields


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside `X`, `X | None`, `tuple[X, ...]` or `Annotated[X, …]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(part) for part in getattr(annotation, "__args__", ()))
    return next((found for found in inner if found), None)
