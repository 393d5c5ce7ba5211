"""The played device keeps its half of the contract, and its judge sees when it does not (O3)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.__main__ import main as simulators
from simulators.mdt_cli import callsigns, main, read_passwords
from simulators.mdt_link import Link
from simulators.mdt_screen import Note, Reaction, Screen, ShownLog, Unreadable, read_note

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def note(revision: int = 1, name: str = "n1", minutes: int = 60, **more: Any) -> Note:
    until = (NOW + timedelta(minutes=minutes)).isoformat()
    said = {"contract": "forewarn.mdt/1", "note": name, "revision": revision, "expires_at": until}
    return {**said, **more}


# --- the screen ------------------------------------------------------------------------


def test_a_revision_is_shown_once_as_new() -> None:
    screen = Screen()
    assert [screen.take(note(), NOW) for _ in range(3)] == [
        Reaction.SHOWN, Reaction.KNOWN, Reaction.KNOWN,
    ]  # fmt: skip
    assert screen.take(note(2), NOW) is Reaction.SHOWN


def test_an_older_revision_never_comes_over_a_newer_one() -> None:
    screen = Screen()
    screen.take(note(2), NOW)
    assert screen.take(note(1), NOW) is Reaction.OLDER
    assert screen.shows("n1", 2)


def test_a_withdrawn_note_goes_and_what_comes_late_does_not_bring_it_back() -> None:
    """N7"""
    screen = Screen()
    screen.take(note(1), NOW)
    assert screen.take(note(2, withdrawn=True), NOW) is Reaction.REMOVED
    assert screen.take(note(1), NOW) is Reaction.OLDER
    assert not screen.shows("n1", 2)


def test_an_expired_note_is_dropped() -> None:
    assert Screen().take(note(minutes=0), NOW) is Reaction.EXPIRED


def test_the_memory_lasts_over_a_restart_where_it_has_a_file(tmp_path: Path) -> None:
    Screen(tmp_path / "A101.json").take(note(3), NOW)
    again = Screen(tmp_path / "A101.json")
    assert again.take(note(3), NOW) is Reaction.KNOWN
    assert again.take(note(2), NOW) is Reaction.OLDER


def test_o4_a_service_that_was_taken_over_changes_nothing_and_keeps_nothing_back() -> None:
    screen = Screen()
    assert screen.take(note(2, writer=7), NOW) is Reaction.SHOWN
    assert screen.take(note(3, writer=6, withdrawn=True), NOW) is Reaction.OUTDATED
    assert screen.take(note(3, writer=6), NOW) is Reaction.OUTDATED
    assert screen.take(note(1, "n2", writer=6), NOW) is Reaction.SHOWN
    assert screen.take(note(2, "n2", writer=6), NOW) is Reaction.OUTDATED
    assert screen.shows("n1", 2)


def test_o4_the_later_service_has_the_last_word_and_shows_nothing_twice() -> None:
    screen = Screen()
    assert screen.take(note(3, writer=6), NOW) is Reaction.SHOWN
    assert screen.take(note(3, writer=7), NOW) is Reaction.KNOWN
    assert screen.take(note(4, writer=7, withdrawn=True), NOW) is Reaction.REMOVED
    assert screen.take(note(4, writer=8), NOW) is Reaction.SHOWN
    assert screen.take(note(2, writer=9), NOW) is Reaction.SHOWN
    assert screen.shows("n1", 2)


notes = st.builds(
    note,
    writer=st.integers(1, 3),
    revision=st.integers(1, 5),
    name=st.sampled_from(["n1", "n2"]),
    minutes=st.integers(-5, 60),
    withdrawn=st.booleans(),
)


@given(st.lists(st.tuples(notes, st.integers(0, 60)), max_size=30))
def test_in_whatever_order_notes_come_the_contract_is_kept(said: list[tuple[Note, int]]) -> None:
    screen, log, now = Screen(), ShownLog(), NOW
    for each, later in said:
        now += timedelta(seconds=later)
        match screen.take(each, now):
            case Reaction.SHOWN:
                log.add("A101", each, now)
            case Reaction.REMOVED:
                log.removed("A101", each)
    assert log.violations == []


# --- the judge -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        (note(2), "shown twice as new"),
        (note(1), "shown over revision 2"),
        (note(3, minutes=-1), "shown after it expired"),
    ],
)
def test_the_judge_sees_every_breach(second: Note, complaint: str) -> None:
    log = ShownLog()
    log.add("A101", note(2), NOW)
    log.add("A101", second, NOW)
    (violation,) = log.violations
    assert complaint in violation


def test_the_judge_has_nothing_against_other_devices_and_newer_revisions() -> None:
    log = ShownLog()
    for device, revision in (("A101", 1), ("A102", 1), ("A101", 2)):
        log.add(device, note(revision), NOW)
    assert log.violations == []


# --- what comes in ---------------------------------------------------------------------


@given(st.binary(max_size=100))
def test_junk_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read_note(raw)


@pytest.mark.parametrize(
    "wrong",
    [
        {"contract": "forewarn.mdt/2"}, {"note": 1}, {"revision": "1"}, {"expires_at": "soon"},
        {"expires_at": 5}, {"expires_at": "2026-11-22T10:00:00"},
    ],
    ids=str,
)  # fmt: skip
def test_a_note_without_what_the_device_needs_is_unreadable(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read_note(json.dumps(note() | wrong).encode())


# --- the command line ------------------------------------------------------------------


def test_a_fleet_counts_up_from_its_call_sign() -> None:
    assert callsigns("A098", 3) == ["A098", "A099", "A100"]
    assert callsigns("ALPHA", 1) == ["ALPHA"]
    with pytest.raises(ValueError, match="--fleet"):
        callsigns("ALPHA", 2)


def test_passwords_come_from_a_file_for_one_or_for_many(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    file.write_text("the-only-one\n")
    assert read_passwords(file, ["A101"]) == {"A101": "the-only-one"}
    file.write_text("A101:one\nA102:two\nA103:three\n")
    assert read_passwords(file, ["A101", "A102"])["A102"] == "two"
    with pytest.raises(ValueError, match="no line for A104"):
        read_passwords(file, ["A103", "A104"])


def test_a_broker_is_written_as_a_url(tmp_path: Path) -> None:
    assert Link.read("mqtt://127.0.0.1:1884") == Link("127.0.0.1", 1884)
    assert Link.read("mqtts://broker", tmp_path) == Link("broker", 8883, tmp_path)
    for wrong, ca in (("127.0.0.1:1883", None), ("mqtts://broker", None), ("mqtt://b", tmp_path)):
        with pytest.raises(ValueError, match="mqtt"):
            Link.read(wrong, ca)


def test_what_is_wrong_on_the_command_line_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "missing")
    assert main(["--callsign", "A101", "--password-file", missing]) == 2
    assert "missing" in capsys.readouterr().err


def test_simulators_say_what_can_be_played(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulators(["--help"]) == 0
    assert "mdt" in capsys.readouterr().out
    assert simulators(["pigeon"]) == 2
