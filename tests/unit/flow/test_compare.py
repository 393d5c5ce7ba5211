"""What came out of two runs, side by side: every way to differ is told as what it is (O2)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from middleware.cli.report.differences import page_of
from middleware.flow.recording.file import Frame, Recording, RecordingWriter
from middleware.flow.replay.compare import Difference, What, compare, read_run
from middleware.flow.replay.names import Names
from tests.unit.flow.test_recording_file import HEADER

SECOND = timedelta(seconds=1)
OPENED = ["incident.opened", "cad", "2026-11-23/000001", 1, False]
TIMER = ["timer.due", "timer", "rung:n0123456789abcdefabcd", 7, True]


def incident(position: int) -> str:
    """In each run another, of that form."""
    return f"i{position:016x}"


def taken(position: int) -> list[Any]:
    return ["incident_taken", {"incident": incident(position)}]


def came(position: int, at: float, *made: list[Any], event: list[Any] = OPENED) -> Frame:
    """An entry; decisions as [kind, body]."""
    decisions = [[kind, 1, body] for kind, body in made]
    return {
        "t": at, "f": "came", "position": position, "at": at, "event": event,
        "decisions": decisions,
    }  # fmt: skip


def note(position: int, marker: str = "M-1", due: str = "2026-11-23T04:01:00Z") -> list[Any]:
    matched = {"marker": marker, "relation": "same_dwelling", "certainty": 999}
    body = {
        "note": "n0123456789abcdefabcd", "revision": 1, "incident": incident(position),
        "callsign": "A101", "device": "A101", "matched": matched, "expires_at": due,
    }  # fmt: skip
    return ["note_issued", body]


def sent(words: str, at: float = 1.0) -> Frame:
    body = ["DeviceNote", {"note": "n0123456789abcdefabcd", "revision": 1, "what": words}]
    return {"t": at, "f": "sent", "channel": "mdt", "to": "A101", "times": 0, "body": body}


def recording(folder: Path, name: str, frames: list[Frame]) -> Recording:
    path = folder / name
    writer = RecordingWriter(path, HEADER, None)
    writer.add(orjson.dumps(frame) for frame in frames)
    writer.close("told to")
    return Recording(path)


def differences(folder: Path, first: list[Frame], second: list[Frame]) -> list[Difference]:
    runs = [
        read_run(recording(folder, name, frames))
        for name, frames in (("a.jsonl", first), ("b.jsonl", second))
    ]
    return compare(*runs, SECOND)


def test_o2_other_positions_and_a_moment_later_are_no_difference(tmp_path: Path) -> None:
    """The same incident has another id in each run, and came 0.3 s later."""
    rung = ["rung_entered", {"rung": 1}]
    first = [came(3, 0.0, taken(3), note(3)), came(4, 60.0, rung, event=TIMER)]
    second = [
        came(45, 0.3, taken(45), note(45, due="2026-11-23T04:01:00.300000Z")),
        came(70, 60.3, rung, event=TIMER),
    ]
    assert differences(tmp_path, first, second) == []


@pytest.mark.parametrize(
    ("first", "second", "what", "of"),
    [
        ([came(3, 0, note(3))], [came(3, 0)], What.LOST, "note_issued"),
        ([came(3, 0)], [came(3, 0, note(3))], What.ADDED, "note_issued"),
        ([came(3, 0, note(3))], [], What.LOST, "note_issued"),
        ([came(3, 0, note(3))], [came(3, 5, note(3, due="2026-11-23T04:01:05Z"))], What.LATER,
         "event"),
        ([came(3, 0, note(3))], [came(3, 0, note(3, due="2026-11-23T04:31:00Z"))],
         What.OTHERWISE, "note_issued"),
        ([came(3, 0, note(3)), sent("Hit")], [came(3, 0, note(3)), sent("Bitten")], What.WORDED,
         "message"),
        ([came(3, 0, note(3)), sent("Hit")], [came(3, 0, note(3)), sent("Hit", at=9.0)],
         What.LATER, "message"),
        ([came(3, 0, note(3)), sent("Hit"), sent("Hit")], [came(3, 0, note(3)), sent("Hit")],
         What.LOST, "message"),
    ],
)  # fmt: skip
def test_o2_each_way_to_differ_is_told(
    tmp_path: Path, first: list[Frame], second: list[Frame], what: What, of: str
) -> None:
    assert [(one.what, one.of) for one in differences(tmp_path, first, second)] == [(what, of)]


def test_o2_an_answer_of_the_matcher_that_is_another_one_shows(tmp_path: Path) -> None:
    found = {"matches": [{"marker": "M-1", "relation": "same_dwelling", "certainty": 990}]}
    first = came(3, 0) | {"answer": {"outcome": "found", "reason": None} | found}
    second = came(3, 0) | {"answer": {"outcome": "none_found", "reason": None, "matches": []}}
    (one,) = differences(tmp_path, [first], [second])
    assert (one.what, one.of) == (What.OTHERWISE, "answer")
    assert "M-1" in one.before
    assert "none_found" in one.after


def test_o2_the_page_shows_words_only_where_it_may(tmp_path: Path) -> None:
    frames = [[came(3, 0, note(3)), sent(words)] for words in ("Hit", "Bitten <by> a dog")]
    both = [recording(tmp_path, f"{n}.jsonl", one) for n, one in enumerate(frames)]
    runs = [read_run(one) for one in both]
    found = compare(*runs, SECOND)
    with_words, without = (page_of(*both, *runs, found, words=words) for words in (True, False))
    assert "Bitten &lt;by&gt; a dog" in with_words
    assert "Bitten" not in without
    assert "(words)" in without


def test_o2_what_was_said_of_a_thing_of_one_run_is_said_of_the_same_of_the_other() -> None:
    """A crew's answer to a note goes to that note, whatever its id is in the replay."""
    then, now = Names(), Names()
    then.learn(came(3, 0, taken(3), note(3)))
    other = note(45)
    other[1]["note"] = "nffffffffffffffffffff"
    now.learn(came(45, 0, taken(45), other))
    said = {
        "note": "n0123456789abcdefabcd",
        "subject": incident(3),
        "task": "t-n0123456789abcdefabcd",
    }
    assert then.translated(said, now) == {
        "note": "nffffffffffffffffffff", "subject": incident(45), "task": "t-nffffffffffffffffffff",
    }  # fmt: skip
    assert then.translated({"alarm": "a99", "by": "S. Uper 3"}, now) == {
        "alarm": "a99", "by": "S. Uper 3",
    }  # fmt: skip
