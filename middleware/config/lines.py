"""On which line of a TOML text a key stands, so that an error can point at it."""

import tomllib
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

Path = tuple[str | int, ...]


def key_lines(text: str) -> dict[Path, int]:
    """Path of every key, table and row of a table array to its line; `text` is valid TOML.

    Each statement is read on its own by the TOML parser itself, so quotes, dotted keys and
    texts over several lines need no rules of our own.
    """
    found: dict[Path, int] = {}
    rows: dict[Path, int] = {}
    table: Path = ()
    for line, statement in _statements(text):
        said = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _table(said, rows, is_row=statement.lstrip().startswith("[["))
            found.setdefault(table, line)
        else:
            for path in _paths(said):
                found.setdefault(table + path, line)
    return found


def line_of(path: Path, lines: Mapping[Path, int]) -> int:
    """The line of the key, or of the nearest thing around it; the first line if there is none."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return 1


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """(first line, text) of each key or table header; a statement may span lines."""
    kept = ""
    start = 1
    for number, line in enumerate(StringIO(text), 1):
        start = start if kept else number
        kept += line
        try:
            tomllib.loads(kept)
        except tomllib.TOMLDecodeError:
            continue
        yield start, kept
        kept = ""


def _table(said: Any, rows: dict[Path, int], *, is_row: bool) -> Path:
    """The path a header opens, with the number of the row inside each table array."""
    names: list[str] = []
    while said:
        ((name, said),) = said.items()
        names.append(name)
        said = said[0] if isinstance(said, list) else said
    path: Path = ()
    for depth, name in enumerate(names, 1):
        path += (name,)
        if is_row and depth == len(names):
            rows[path] = rows.get(path, -1) + 1
        if path in rows:
            path += (rows[path],)
    return path


def _paths(said: Any, before: Path = ()) -> Iterator[Path]:
    items: Any = ()
    if isinstance(said, dict):
        items = said.items()
    elif isinstance(said, list):
        items = enumerate(said)
    for key, inner in items:
        yield (*before, key)
        yield from _paths(inner, (*before, key))
