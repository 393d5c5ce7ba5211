"""What is SQLite's own: who may read the file, what happens when it cannot be written, the log
that must not grow, the bound on what waits (DESIGN, "Stores"; TIGER_STYLE: a limit on all)."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.stores import sqlite, sqlite_checkpoints, sqlite_file, sqlite_writer
from adapters.stores.sqlite import SqliteJournal
from middleware.ops.errors import Trouble
from middleware.ports import Snapshot


@contextmanager
def disk_busy(path: Path) -> Iterator[None]:
    """Somebody else holds the file: every write fails after the time allowed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.sqlite"


async def test_nobody_else_can_read_the_files(path: Path) -> None:
    journal = SqliteJournal(path)
    await journal.append(0, await journal.acquire(), [b"record"])
    await journal.save_snapshot(Snapshot(1, "v1", b"state"))
    modes = {file.name: oct(file.stat().st_mode)[-3:] for file in path.parent.iterdir()}
    await journal.close()
    assert modes == {
        "journal.sqlite": "600",
        "journal.sqlite-wal": "600",
        "journal.sqlite-shm": "600",
        "journal.sqlite.snapshot": "600",
    }
    assert oct(path.parent.stat().st_mode)[-3:] == "700"


async def test_a_failed_append_has_written_nothing_and_can_be_repeated(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.01)
    journal = SqliteJournal(path)
    token = await journal.acquire()
    with disk_busy(path):
        with pytest.raises(OSError, match="disk"):
            await journal.append(0, token, [b"one", b"two"])
        assert await journal.head() == 0
    await journal.append(0, token, [b"one", b"two"])
    assert [row async for row in journal.read(0)] == [(1, b"one"), (2, b"two")]
    await journal.close()


async def test_no_more_appends_wait_than_the_bound_allows(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted = 0
    submit = sqlite_writer.Writer.submit

    def counted(*given: Any) -> Any:
        nonlocal submitted
        submitted += 1
        return submit(*given)

    monkeypatch.setattr(sqlite, "WAITING_APPENDS", 3)
    journal = SqliteJournal(path)
    token = await journal.acquire()
    monkeypatch.setattr(sqlite_writer.Writer, "submit", counted)
    with disk_busy(path):
        appends = [asyncio.ensure_future(journal.append(n, token, [b"x"])) for n in range(10)]
        for _ in range(20):
            await asyncio.sleep(0)
        assert submitted == 3
    await asyncio.gather(*appends)
    assert await journal.head() == submitted == 10
    await journal.close()


def size(path: Path) -> int:
    return path.stat().st_size


async def test_the_log_is_begun_anew_under_load(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checkpoints happen while appends go on: without them the log would have 48 MB here."""
    monkeypatch.setattr(sqlite_checkpoints, "WAL_BYTES", 50_000)
    journal = SqliteJournal(path)
    token = await journal.acquire()
    log, largest = path.with_name(path.name + "-wal"), 0
    for n in range(4_000):
        await journal.append(n, token, [b"x" * 2_000])
        largest = max(largest, size(log))
    await journal.close()
    assert size(path) > 8_000_000
    assert largest < 16_000_000


async def test_an_idle_journal_moves_its_log(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_writer, "IDLE_SECONDS", 0.01)
    journal = SqliteJournal(path)
    await journal.append(0, await journal.acquire(), [b"x" * 500_000])
    async with asyncio.timeout(60):
        while size(path) < 500_000:  # noqa: ASYNC110 - the writer's thread tells nobody
            await asyncio.sleep(0.01)
    await journal.close()


async def test_a_failing_checkpoint_is_logged_and_costs_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_checkpoints, "WAL_BYTES", 1)
    monkeypatch.setattr(sqlite_checkpoints, "connect", _fails)
    journal = SqliteJournal(path)
    token = await journal.acquire()
    with capture_logs() as logs:
        for n in range(50):
            await journal.append(n, token, [b"x"])
        assert await journal.head() == 50
        await journal.close()
    assert {line["event"] for line in logs} == {"journal_checkpoint_failed"}


def _fails(path: Path, mode: str) -> sqlite3.Connection:
    raise sqlite3.OperationalError("disk I/O error")


async def test_a_closed_journal_says_so(path: Path) -> None:
    journal = SqliteJournal(path)
    token = await journal.acquire()
    await journal.close()
    with pytest.raises(OSError, match="closed"):
        await journal.append(0, token, [b"x"])


def _no_database(path: Path) -> None:
    path.write_bytes(b"a letter, not a database" * 100)


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def _directory(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [_no_database, _newer, _directory])
def test_what_is_no_journal_is_refused_with_a_remedy(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    path.parent.mkdir()
    spoil(path)
    with pytest.raises(Trouble, match=r"journal\.sqlite cannot be opened: .*\[store\.sqlite\]"):
        SqliteJournal(path)


async def test_a_snapshot_that_cannot_be_read_is_as_none(path: Path) -> None:
    """It is a cache: the journal is read instead."""
    journal = SqliteJournal(path)
    path.with_name(path.name + ".snapshot").write_bytes(b"\0torn")
    assert await journal.load_snapshot("v1") is None
    await journal.close()


async def test_a_damaged_file_is_an_os_error(path: Path) -> None:
    journal = SqliteJournal(path)
    await journal.append(0, await journal.acquire(), [b"x" * 1_000] * 200)
    await journal.close()
    with path.open("r+b") as file:
        file.seek(40_000)
        file.write(b"\xff" * 100_000)
    journal = SqliteJournal(path)
    with pytest.raises(OSError, match="disk"):
        [row async for row in journal.read(0)]
    await journal.close()
