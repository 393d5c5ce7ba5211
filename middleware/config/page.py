"""docs/configuration.md: every key with its meaning, form and default, from the models."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from middleware.config.back_up import Asked, BackUp
from middleware.config.man_down import ManDown, Radio, Step
from middleware.config.sections import Config, Escalation, Rung
from middleware.ops.durations import Between
from middleware.ports import AdapterTable, Kind

HEAD = """# Configuration

Forewarn reads one TOML file: `forewarn run --config forewarn.toml`. Without a file, and for every
key that is not in it, the defaults below hold. Everything is checked before the start; an unknown
key, a wrong value or settings that do not go together stop it with the line and the remedy. Look
without starting: `forewarn check-config --config forewarn.toml`.

- **Environment**: a variable overrides its key. `FOREWARN_` and the key in capitals, a double
  underscore between section and key: `FOREWARN_ROOM=eoc2`, `FOREWARN_CONSOLE__LISTEN=127.0.0.1:80`.
  An unknown `FOREWARN_` variable stops the start as well.
- **Durations** carry their unit: `50ms`, `45s`, `2m`, `1h30m`.
- **Secrets** are never in the file or the environment: keys that end in `_file` name the file that
  holds them.
- **Reach**: nothing listens beyond this machine unless `listen_beyond_loopback = true`.
- **Adapters**: those run that have a section. Of a kind (source, channel, store) that the file does
  not speak of, the defaults run: `source.cad_http`, `source.cad_tcp`, `channel.mdt`,
  `store.sqlite`.

This page is made from the code: `forewarn check-config --keys > docs/configuration.md`.
"""


ALONE = """
Radio, call and MDT at the same time, then a person, with `[channel.radio]` and `[channel.voice]`
configured:

```toml
[[escalation.single_responder]]
channel = "radio"
wait = "0s"
[[escalation.single_responder]]
channel = "voice"
wait = "0s"
[[escalation.single_responder]]
channel = "mdt"
wait = "1m"
[[escalation.single_responder]]
channel = "console"
wait = "1m"
```
"""


def configuration_page(adapters: AdapterTable) -> str:
    """The page as Markdown."""
    return "\n".join([HEAD, *_core(), *_adapters(adapters)])


def _core() -> Iterator[str]:
    plain = {n: f for n, f in Config.model_fields.items() if not _is_section(f) and n not in _KINDS}
    yield from _table("At the top of the file", "", plain)
    for name, field in Config.model_fields.items():
        if name == "escalation":
            yield from _escalation(field.default)
        elif isinstance(field.default, ManDown):
            yield from _man_down(field.default)
        elif isinstance(field.default, BackUp):
            yield from _back_up(field.default)
        elif _is_section(field):
            meaning = " ".join((type(field.default).__doc__ or "").split())
            yield from _table(f"`[{name}]`", meaning, type(field.default).model_fields)


def _escalation(section: Escalation) -> Iterator[str]:
    meaning = " ".join((section.__doc__ or "").split())
    yield from _table("`[[escalation.rung]]`", meaning, Rung.model_fields)
    yield "Default:\n\n```toml"
    for rung in section.model_dump()["rung"]:
        yield "[[escalation.rung]]"
        yield f'channel = "{rung["channel"]}"\nwait = "{rung["wait"]}"'
    yield "```\n\nOf the same form, each with a console rung at its end:\n"
    for name in ("single_responder", "moving"):
        yield f"- `[[escalation.{name}]]`: {Escalation.model_fields[name].description}."
    yield ALONE


def _man_down(section: ManDown) -> Iterator[str]:
    told = ManDown.model_fields
    plain = {name: field for name, field in told.items() if name not in {"step", "radio"}}
    yield from _table("`[man_down]`", section.__doc__ or "", plain)
    for name, row in (("step", Step), ("radio", Radio)):
        meaning = " ".join((row.__doc__ or "").split())
        yield from _table(f"`[[man_down.{name}]]`", meaning, row.model_fields)
    yield "Default:\n\n```toml"
    for step in section.model_dump(mode="json")["step"]:
        yield f'[[man_down.step]]\nto = "{step["to"]}"\nwait = "{step["wait"]}"'
    yield "```\n"


def _back_up(section: BackUp) -> Iterator[str]:
    lists = ("police", "resources")
    plain = {name: field for name, field in BackUp.model_fields.items() if name not in lists}
    yield from _table("`[back_up]`", section.__doc__ or "", plain)
    meaning = " ".join((Asked.__doc__ or "").split())
    yield from _table("`[[back_up.police]]`, `[[back_up.resources]]`", meaning, Asked.model_fields)
    yield "Default:\n\n```toml"
    for name in lists:
        for step in section.model_dump(mode="json")[name]:
            yield f'[[back_up.{name}]]\nof = "{step["of"]}"\nwait = "{step["wait"]}"'
    yield "```\n"


_KINDS = frozenset(kind.value for kind in Kind)


def _adapters(adapters: AdapterTable) -> Iterator[str]:
    for spec in sorted(adapters.values(), key=lambda s: (s.kind.value, s.name)):
        meaning = " ".join((spec.settings.__doc__ or "").split())
        title = f"`[{spec.kind.value}.{spec.name}]`"
        yield from _table(title, meaning, spec.settings.model_fields)


def _is_section(field: FieldInfo) -> bool:
    return isinstance(field.default, BaseModel)


def _table(title: str, meaning: str, fields: dict[str, FieldInfo]) -> Iterator[str]:
    """A field without a description is set by the app, not by people."""
    told = {name: field for name, field in fields.items() if field.description}
    yield f"## {title}\n"
    if meaning and meaning.strip("`") != title.strip("`"):
        yield f"{meaning}\n"
    if not told:
        yield "No keys.\n"
        return
    yield "| key | meaning | form | default |\n|---|---|---|---|"
    for name, field in told.items():
        yield f"| `{name}` | {field.description} | {_form(field)} | {_default(field)} |"
    yield ""


def _form(field: FieldInfo) -> str:

    schema = TypeAdapter(field.rebuild_annotation()).json_schema()
    return "; ".join(_bounds(_not_null(schema), field)) or "text"


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    options = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    return options[0] if options else schema


def _bounds(schema: dict[str, Any], field: FieldInfo) -> Iterator[str]:
    between = next((mark for mark in field.metadata if isinstance(mark, Between)), None)
    if between:
        yield f"duration, {between.least} to {between.most}"
    elif "x-form" in schema:
        yield schema["x-form"]
    elif "enum" in schema:
        yield "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    elif "minimum" in schema and "maximum" in schema:
        yield f"{schema['type']}, {schema['minimum']} to {schema['maximum']}"
    elif schema.get("type") == "array":
        yield f"list of {''.join(_bounds(schema['items'], field))}"
    else:
        yield str(schema.get("format") or schema.get("type", "text")).replace("string", "text")


def _default(field: FieldInfo) -> str:

    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "none"
    written = TypeAdapter(field.rebuild_annotation()).dump_json(value).decode()
    return f"`{written}`"
