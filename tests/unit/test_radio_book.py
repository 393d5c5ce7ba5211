"""Which note a reference stands for, over restarts and torn files (N3, N4, O4)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.channels import radio_book
from adapters.channels.radio_book import FILE, Book, Sent
from tests.said import START


def sent(radio: str = "1001001", references: tuple[int, ...] = (0,), note: str = "n1") -> Sent:
    return Sent(radio, references, note, 1, 0, START)


def book(folder: Path) -> Book:
    made = Book(folder)
    made.load(START)
    return made


async def test_n3_after_a_restart_a_reference_still_stands_for_its_note(tmp_path: Path) -> None:
    before = book(tmp_path)
    await before.remember(sent(references=before.allot("1001001", 2), note="n1"))
    await before.remember(replace(sent(references=(7,), note="n2"), radio="1001002", times=1))
    after = book(tmp_path)
    for reference in (0, 1):
        found = after.find("1001001", reference)
        assert found is not None
        assert (found.note, found.references) == ("n1", (0, 1))
    other = after.find("1001002", 7)
    assert other is not None
    assert (other.note, other.times) == ("n2", 1)
    assert after.find("1001002", 0) is None


async def test_n3_a_reference_is_not_used_again_before_all_others_were(tmp_path: Path) -> None:
    before = book(tmp_path)
    await before.remember(sent(references=before.allot("1001001", 1)))
    after = book(tmp_path)
    used = [after.allot("1001001", 1)[0] for _ in range(256)]
    assert used == [*range(1, 256), 0]
    assert after.allot("1001002", 1) == (0,)


async def test_o4_what_is_older_than_a_day_or_torn_is_left_out(tmp_path: Path) -> None:
    before = book(tmp_path)
    await before.remember(replace(sent(note="old"), at=START - timedelta(hours=25)))
    await before.remember(sent(references=(1,), note="new"))
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'["1001001",[2],"n3"')
    after = book(tmp_path)
    assert after.find("1001001", 0) is None
    assert after.find("1001001", 2) is None
    found = after.find("1001001", 1)
    assert found is not None
    assert found.note == "new"


async def test_o4_the_file_and_the_memory_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio_book, "MOST", 10)
    monkeypatch.setattr(radio_book, "REWRITE_AFTER", 20)
    kept = book(tmp_path)
    for n in range(100):
        await kept.remember(sent(f"{1001000 + n}", kept.allot(f"{1001000 + n}", 1), f"n{n}"))
        assert len((tmp_path / FILE).read_bytes().splitlines()) <= 21
    assert [n for n in range(100) if kept.find(f"{1001000 + n}", 0)] == list(range(90, 100))
    assert book(tmp_path).find("1001099", 0)


async def test_n4_a_disk_that_takes_nothing_keeps_no_note_from_its_crew(tmp_path: Path) -> None:
    kept = book(tmp_path)
    (tmp_path / FILE).mkdir()
    await kept.remember(sent())
    assert kept.find("1001001", 0)
    assert book(tmp_path).find("1001001", 0) is None


def test_n3_a_note_in_parts_is_displayed_when_all_of_it_is_there_and_consumed() -> None:
    note = sent(references=(3, 4))
    note.had.add(3)
    note.consumed = True
    assert not note.displayed
    note.had.add(4)
    assert note.displayed
