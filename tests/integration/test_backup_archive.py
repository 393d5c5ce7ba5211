"""`forewarn-backup` beside an archive: every copy is a whole journal by itself, also of one that
was put back from an earlier copy and went on otherwise (O4, E1)."""

import shutil
import subprocess
from pathlib import Path

from adapters.stores.archive_folder import ArchiveFolder
from adapters.stores.sqlite import SqliteJournal
from middleware.flow.archiving import SEGMENT
from middleware.flow.whole import WholeJournal
from tests.needs import require

SCRIPT = Path(__file__).parents[2] / "docker" / "systemd" / "forewarn-backup"
ROOM = "eoc1"
Rows = list[tuple[int, bytes]]


def whole(state: Path) -> WholeJournal:
    archive = ArchiveFolder(state / "archive" / ROOM, ROOM)
    return WholeJournal(SqliteJournal(state / "journal.sqlite"), archive)


async def rows(state: Path) -> Rows:
    journal = whole(state)
    try:
        return [row async for row in journal.read(0)]
    finally:
        await journal.close()


async def write(state: Path, count: int, life: str) -> None:
    """So many more records of this life, of which all but the last 10 leave the store in full
    segments."""
    journal = whole(state)
    token, head = await journal.acquire(), await journal.head()
    records = [f"{life} {head + n}".encode() for n in range(1, count + 1)]
    await journal.append(head, token, records)
    first = await journal.first()
    while first + SEGMENT <= head + count - 10:
        some = [record async for _, record in journal.read(first - 1, SEGMENT)]
        assert journal.archive
        await journal.archive.write(first, some, token)
        await journal.store.drop(first + SEGMENT - 1, token)
        first = await journal.first()
    await journal.close()


def backed_up(state: Path, copies: Path, keys: Path) -> Path:
    """The copy; two of them are not made within the same second."""
    require("sqlite3")
    done = subprocess.run(
        [SCRIPT, state, copies, keys], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made = Path(done.stdout.strip())
    return made.rename(made.with_name(f"copy-{len(list(copies.glob('copy-*')))}"))


async def test_o4_e1_each_copy_is_a_whole_journal_with_its_archive(tmp_path: Path) -> None:
    state, copies, keys = (tmp_path / name for name in ("state", "copies", "keys"))
    for folder in (state / "keys", copies, keys):
        folder.mkdir(parents=True)
    await write(state, 2_500, "first")
    one, before = backed_up(state, copies, keys), await rows(state)
    await write(state, 2_000, "first")
    other, after = backed_up(state, copies, keys), await rows(state)
    assert (await rows(one), await rows(other)) == (before, after)
    (same,) = {path.stat().st_ino for path in copies.rglob("000000000001-000000001000.segment")}
    assert same, "a segment that did not change is there once"

    state.rename(tmp_path / "before")
    shutil.copytree(one, state)
    (state / "keys").mkdir()
    await write(state, 2_000, "second")
    third, anew = backed_up(state, copies, keys), await rows(state)
    assert anew[: len(before)] == before
    assert anew[len(before) :] != after[len(before) :]
    assert (await rows(one), await rows(other), await rows(third)) == (before, after, anew)
    assert {path.stat().st_mode & 0o077 for path in copies.rglob("*")} == {0}
    assert not list(copies.rglob("*.new"))
    assert [path.name for path in keys.iterdir()] == ["keys"]
