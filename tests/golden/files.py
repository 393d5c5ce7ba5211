"""The golden files: `<kind>.bin`, the bytes as first written, `<kind>.json`, what they say."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from middleware.engine.entry import Entry
from middleware.flow.records import Opened, open_record, seal
from middleware.flow.shapes import write_decisions, write_event
from schemas.decision import DECISION_TYPES
from schemas.event import Event
from schemas.events import EVENT_TYPES
from tests.golden.examples import ANSWER, AT, decision, event

FOLDER = Path(__file__).parent / "records"
KINDS = (*EVENT_TYPES, *DECISION_TYPES)


class GoldenKeys:
    """One key that everybody knows."""

    current = "golden"

    def key(self, name: str) -> bytes:
        return {self.current: b"a key that everybody may know..."}[name]


def stem(kind: str) -> str:
    """The file name of the present version of a kind; earlier versions keep theirs."""
    version = (EVENT_TYPES.get(kind) or DECISION_TYPES[kind]).version
    return kind if version == 1 else f"{kind}.v{version}"


def example(kind: str) -> Entry:
    """An entry with this event, or with this decision on some event."""
    received_at = AT + timedelta(milliseconds=5)
    if kind in EVENT_TYPES:
        return Entry(42, received_at, event(kind), ANSWER, (decision("noted"),))
    return Entry(42, received_at, event("timer.due"), None, (decision(kind),))


def bytes_of(entry: Entry) -> bytes:
    return seal(entry, room="eoc1", token=7, previous=bytes(range(32)), keys=GoldenKeys())


def opened(path: Path) -> Opened:
    return open_record(path.read_bytes(), GoldenKeys(), position=42)


def in_words(record: Opened) -> dict[str, Any]:
    """Everything a record says, as JSON objects."""
    entry = record.entry
    assert isinstance(entry.event, Event)
    said, known = orjson.loads(write_event(entry.event, entry.answer))
    return {
        "header": orjson.loads(orjson.dumps(record.header)),
        "event": said,
        "answer": known,
        "decisions": orjson.loads(write_decisions(entry.decisions)),
    }


def make_missing() -> list[str]:
    """Write what has no golden files yet; what is there is never touched."""
    made = []
    FOLDER.mkdir(exist_ok=True)
    for kind in KINDS:
        path = FOLDER / f"{stem(kind)}.bin"
        if not path.exists():
            path.write_bytes(bytes_of(example(kind)))
            content = orjson.dumps(in_words(opened(path)), option=orjson.OPT_INDENT_2)
            path.with_suffix(".json").write_bytes(content + b"\n")
            made.append(path.stem)
    return made
