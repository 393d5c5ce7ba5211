"""Keys lie apart, for one user alone, and a deleted key never comes back by its name (E4)."""

from pathlib import Path

import pytest

from middleware.ops.errors import Trouble
from middleware.ops.keys import ANCHOR, KEY_BYTES, FileKeys


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_a_first_start_makes_the_keys(directory: Path) -> None:
    keys = FileKeys.prepare(directory)
    assert len(keys.key(keys.current)) == len(keys.key(ANCHOR)) == KEY_BYTES
    assert keys.current != ANCHOR
    assert keys.key(keys.current) != keys.key(ANCHOR)


def test_every_later_start_finds_the_same_keys(directory: Path) -> None:
    first, second, read = (
        FileKeys.prepare(directory),
        FileKeys.prepare(directory),
        FileKeys(directory),
    )
    for again in (second, read):
        assert again.current == first.current
        assert again.key(first.current) == first.key(first.current)
        assert again.key(ANCHOR) == first.key(ANCHOR)


def test_nobody_else_can_read_them(directory: Path) -> None:
    FileKeys.prepare(directory)
    assert oct(directory.stat().st_mode)[-3:] == "700"
    assert {oct(file.stat().st_mode)[-3:] for file in directory.iterdir()} == {"600"}


@pytest.mark.parametrize("opened", ["directory", "file"])
def test_keys_that_others_can_read_stop_the_start(directory: Path, opened: str) -> None:
    keys = FileKeys.prepare(directory)
    path = directory if opened == "directory" else directory / f"{keys.current}.key"
    path.chmod(0o750)
    with pytest.raises(Trouble, match="chmod go="):
        FileKeys.prepare(directory)


def test_a_deleted_key_is_gone_and_the_next_has_another_name(directory: Path) -> None:
    deleted = FileKeys.prepare(directory).current
    (directory / f"{deleted}.key").unlink()
    keys = FileKeys.prepare(directory)
    assert keys.current != deleted
    with pytest.raises(KeyError):
        keys.key(deleted)


def test_reading_makes_nothing_and_says_what_is_missing(directory: Path) -> None:
    with pytest.raises(Trouble, match="no key directory"):
        FileKeys(directory)
    directory.mkdir(mode=0o700)
    keys = FileKeys(directory)
    with pytest.raises(Trouble, match="no key to seal with"):
        _ = keys.current
    assert list(directory.iterdir()) == []


def test_a_damaged_key_is_refused_with_a_remedy(directory: Path) -> None:
    keys = FileKeys.prepare(directory)
    (directory / f"{keys.current}.key").write_bytes(b"short")
    with pytest.raises(Trouble, match="has 5 bytes, a key has 32"):
        FileKeys.prepare(directory)
