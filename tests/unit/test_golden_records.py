"""What was ever written can be read for ever (DESIGN, "The record"; O4, E3)."""

from pathlib import Path

import orjson
import pytest

from tests.golden.files import FOLDER, KINDS, bytes_of, example, in_words, opened, stem

HOW = "run `python -m tests.golden` and commit what it makes"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_its_present_version_has_golden_bytes(kind: str) -> None:
    """A new kind, or a new version of one, needs an example and its files."""
    for ending in ("bin", "json"):
        assert (FOLDER / f"{stem(kind)}.{ending}").exists(), HOW


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.bin")), ids=lambda path: path.stem)
def test_golden_bytes_say_what_they_said(path: Path) -> None:
    """The .bin never changes. Where an upcaster changes how an old version is read, its .json
    says how."""
    assert in_words(opened(path)) == orjson.loads(path.with_suffix(".json").read_bytes())


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_is_written_as_it_was_at_first(kind: str) -> None:
    """Other bytes for the same entry mean another shape: give the class a new `version`, write
    its upcaster, keep the old golden file."""
    assert bytes_of(example(kind)) == (FOLDER / f"{stem(kind)}.bin").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_golden_bytes_open_as_the_entry_they_were_made_of(kind: str) -> None:
    assert opened(FOLDER / f"{stem(kind)}.bin").entry == example(kind)
