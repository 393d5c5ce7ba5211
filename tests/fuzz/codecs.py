"""Every parser of `adapters/codecs`, found by what it takes: bytes, or a stream of them (O4).

A new codec is among them unasked. What else a parser wants is filled in by its annotation; one
that wants what nobody can make up is named by the Finding until `_GIVEN` has it.
"""

import csv
import importlib
import inspect
import io
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from random import Random
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from adapters import codecs
from adapters.codecs.contract import Contract
from adapters.codecs.csv_rows import Unreadable as UnreadableFile
from adapters.codecs.directory import Asked
from adapters.codecs.mait_mapping import Mapping as MaitMapping
from adapters.codecs.marker_csv import Accepted, Reading, read_markers
from middleware.ports import Problem
from schemas.report import IncidentReport, SecurityNotice
from schemas.told import CadNote
from tests import mait
from tests.fuzz import seeds, tetra_target
from tests.fuzz.account import Account, Fate, Finding
from tests.fuzz.mutate import Mutator

NOW = datetime(2026, 11, 23, 4, 40, tzinfo=UTC)
_WRITES = ("write", "send", "answer", "report", "standing", "refusal", "encode")
"""How functions begin that take bytes to say them."""
_RAISES = (UnreadableFile,)
"""How a parser may refuse a whole file."""
_PARTS = frozenset({"tetra_parts.Assembly"})
"""What is fed pieces that were read already, by the target of the radio."""
_TOPICS = tuple(f"forewarn/eoc1/mdt/A101/{leaf}"
                for leaf in ("receipts", "hello", "ask", "states", "violence", "none"))  # fmt: skip
_CAD_NOTE = CadNote(note="n1", revision=1, incident="000042", service_day=NOW.date(),
                    expires_at=NOW, headline="Risk")  # fmt: skip
_GIVEN: dict[Any, Callable[[Random], Any]] = {
    str: lambda _: "fuzz",
    int: lambda random: random.randrange(256),
    int | None: lambda random: random.choice((None, random.randrange(4_000))),
    bool: lambda random: random.random() < 0.5,
    date: lambda _: NOW.date(),
    datetime: lambda _: NOW,
    Asked: lambda _: Asked("c1", "07700900719"),
    MaitMapping: lambda _: mait.MAPPING,
    CadNote: lambda _: _CAD_NOTE,
    float: lambda random: random.random(),
    IncidentReport | SecurityNotice: lambda _: IncidentReport(id="n1", revision=1),
}
_NAMED: dict[str, Callable[[Random], Any]] = {
    "room": lambda _: "eoc1",
    "said_on": lambda random: random.choice(_TOPICS),
    "channel": lambda _: "mdt_mqtt",
}


@dataclass(frozen=True)
class Parser:
    """One of them, by the name of its module and its own."""

    name: str
    read: Callable[..., Any]

    @property
    def seeds(self) -> Sequence[bytes]:
        return seeds.of_codec(self.name)

    def one(self, account: Account, mutator: Mutator) -> None:
        """One input, wrong or right; Finding where it raises, or is not accounted for."""
        self.take(account, mutator.changed(self.seeds), mutator)

    def take(self, account: Account, data: bytes, mutator: Mutator) -> None:
        """This one."""
        try:
            fates = self._fates(data, mutator.random)
        except Finding:
            raise
        except Exception as fault:
            raise Finding(self.name, f"{type(fault).__name__} is raised", data) from fault
        account.count(1, fates, data)

    def _fates(self, data: bytes, random: Random) -> list[Fate]:
        try:
            told = self.read(**given(self.name, self.read, data, random))
            if isinstance(told, Reading):
                told = told.results
            for _ in told if isinstance(told, Iterator) else ():
                pass
        except _RAISES:
            return [Fate.REFUSED]
        return [fate_of(told)]


class Framing(Parser):
    """A stream: cut anywhere it must tell the same, and nothing twice."""

    def one(self, account: Account, mutator: Mutator) -> None:
        changed = [mutator.changed(self.seeds) for _ in range(mutator.random.randint(1, 4))]
        data = b"\r\n\r\n".join(changed)
        if self.name.startswith("esl"):
            data = b"".join(_esl_frame(one, mutator.random) for one in changed)
        self.take(account, data, mutator)

    def take(self, account: Account, data: bytes, mutator: Mutator) -> None:
        try:
            whole = _until_lost(self.read().feed(data))
            cut, reader = list[Any](), self.read()
            for piece in mutator.pieces(data):
                cut += reader.feed(piece)
            cut = _until_lost(cut)
        except Exception as fault:
            raise Finding(self.name, f"{type(fault).__name__} is raised", data) from fault
        if sum(len(getattr(item, "raw", b"")) for item in whole) > 2 * len(data):
            raise Finding(self.name, "more is told than was said", data)
        account.count(len(whole), map(fate_of, cut), data)


class Radio(Parser):
    """All that reads what came over the air, one after the other."""

    @property
    def seeds(self) -> Sequence[bytes]:
        return tetra_target.SEEDS

    def _fates(self, data: bytes, _: Random) -> list[Fate]:
        self.read(data)
        return [Fate.ACCEPTED]


class Rows(Parser):
    """A file of rows: as many as were written are accepted or refused one by one."""

    def one(self, account: Account, mutator: Mutator) -> None:
        header, *rows = csv.reader(io.StringIO(self.seeds[0].decode()))
        rows = [row for row in rows if len(row) == len(header)]
        wrong = [[_cell(mutator, cell) for cell in mutator.random.choice(rows)] for _ in range(9)]
        wrong = [row for row in wrong if any(cell.strip() for cell in row)]
        text = io.StringIO()
        csv.writer(text).writerows([header, *wrong])
        data = text.getvalue().encode("utf-8", "surrogateescape")
        try:
            results = list(read_markers(data, NOW.date()).results)
        except Exception as fault:
            raise Finding(self.name, f"{type(fault).__name__} is raised", data) from fault
        told = (Fate.ACCEPTED if isinstance(r, Accepted) else Fate.REFUSED for r in results)
        account.count(len(wrong), told, data)


def _until_lost(items: Iterable[Any]) -> list[Any]:
    """Where the next thing begins cannot be known, the connection is given up."""
    told: list[Any] = []
    for item in items:
        told.append(item)
        if getattr(item, "lost", False):
            break
    return told


def _cell(mutator: Mutator, cell: str) -> str:
    if mutator.random.random() < 0.8:
        return cell
    changed = mutator.changed([cell.encode() or b"x"])[:200].decode("utf-8", "surrogateescape")
    return changed.replace("\r", " ").replace("\n", " ")


def _esl_frame(body: bytes, random: Random) -> bytes:
    length = len(body) if random.random() < 0.9 else random.randrange(10 ** random.randrange(1, 12))
    kind = random.choice((b"text/event-json", b"api/response", b"command/reply", b"x"))
    return b"Content-Length: %d\nContent-Type: %b\n\n" % (length, kind) + body


def given(name: str, read: Callable[..., Any], data: bytes, random: Random) -> Mapping[str, Any]:
    """What the parser is called with."""
    said: dict[str, Any] = {}
    wanted = inspect.signature(read).parameters.values()
    takers = [one.name for one in wanted if one.annotation in (bytes, bytes | str)]
    said |= zip(takers, _in_parts(data, len(takers)), strict=True)
    for one in wanted:
        if one.name in said:
            continue
        make = _NAMED.get(one.name) or _GIVEN.get(one.annotation)
        try:
            said[one.name] = make(random) if make else sample(one.annotation)
        except TypeError:
            what = f"wants {one.name}: {one.annotation}; give one in _GIVEN of tests/fuzz/codecs.py"
            raise Finding(name, what, b"") from None
    return said


def sample(annotation: Any) -> Any:
    """The least of its kind; TypeError where nobody knows what that is."""
    inner = get_args(annotation)
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        needed = {name: sample(field.annotation) for name, field in fields if field.is_required()}
        return annotation.model_construct(**needed)
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return next(iter(annotation))
    if annotation in _GIVEN:
        return _GIVEN[annotation](Random(0))
    if get_origin(annotation) in (tuple, list, set, frozenset):
        return ()
    if type(None) in inner:
        return None
    if inner:
        return inner[0] if get_origin(annotation) is Literal else sample(inner[0])
    raise TypeError


def _in_parts(data: bytes, count: int) -> list[bytes]:
    parts = data.split(b"\0", count - 1)
    return parts + [b""] * (count - len(parts))


def fate_of(told: Any) -> Fate:
    """Of what a parser returned."""
    refused = told is None or told is False or isinstance(told, Problem)
    return Fate.REFUSED if refused or hasattr(told, "problem") else Fate.ACCEPTED


def parsers() -> list[Parser]:
    """All of them, in the order of their names."""
    found: dict[int, Parser] = {}
    for module in pkgutil.iter_modules(codecs.__path__):
        for parser in _in_module(importlib.import_module(f"{codecs.__name__}.{module.name}")):
            found.setdefault(id(getattr(parser.read, "__self__", parser.read)), parser)
    radio = Radio("tetra (all of it)", tetra_target.one_input)
    return [*found.values(), radio, Rows("marker_csv.rows", read_markers)]


def _in_module(module: Any) -> Iterable[Parser]:
    home = module.__name__.rpartition(".")[2]
    for name, value in vars(module).items():
        full = f"{home}.{name}"
        if isinstance(value, Contract):
            yield Parser(full, value.read)
        elif name.startswith("_") or getattr(value, "__module__", "") != module.__name__:
            continue
        elif inspect.isclass(value):
            if takes_bytes(getattr(value, "feed", None)) and full not in _PARTS:
                yield Framing(full, value)
        elif takes_bytes(value) and not name.startswith(_WRITES):
            yield Parser(full, value)


def takes_bytes(value: Any) -> bool:
    """A function one of whose arguments is bytes."""
    if not inspect.isfunction(value):
        return False
    wanted = inspect.signature(value).parameters.values()
    return any(one.annotation in (bytes, bytes | str) for one in wanted)
