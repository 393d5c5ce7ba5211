"""Kill -9 at random moments: nothing that was acknowledged is lost (O4).

A kill proves that commits are whole and in order; that they are on the disk is what
`synchronous=FULL` is for, which the last test holds.
"""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from adapters.stores.sqlite import SqliteJournal
from adapters.stores.sqlite_file import open_for_writing
from tests.integration.sqlite_writer_child import record

ROOT = Path(__file__).parents[2]


def killed_writer(journal: Path, seed: int, lines: int) -> tuple[int, int]:
    """Run the child until it has said so much, kill it; the head it found and the last it told."""
    module = "tests.integration.sqlite_writer_child"
    command = [sys.executable, "-m", module, str(journal), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        found = int(child.stdout.readline().split()[0])
        said = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        said += child.stdout.read().splitlines(keepends=True)
    return found, max(int(line) for line in said if line.endswith("\n"))


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    path = tmp_path / "journal.sqlite"
    acknowledged = 0
    for kill in range(6):
        found, told = killed_writer(path, 100 * seed + kill, chance.randint(1, 300))
        assert found >= acknowledged, "the child itself must find everything again"
        acknowledged = max(found, told)
        journal = SqliteJournal(path)
        rows = [row async for row in journal.read(0)]
        await journal.close()
        assert len(rows) >= acknowledged
        assert rows == [(n, record(n)) for n in range(1, len(rows) + 1)]
    assert acknowledged > 6


async def test_the_tokens_outlive_a_kill(tmp_path: Path) -> None:
    """A writer that was killed never gets its token again: its late appends are refused."""
    path = tmp_path / "journal.sqlite"
    tokens = []
    for seed in range(3):
        killed_writer(path, seed, 5)
        journal = SqliteJournal(path)
        tokens.append(await journal.acquire())
        await journal.close()
    assert tokens == [2, 4, 6]


def test_a_commit_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    connection = open_for_writing(tmp_path / "journal.sqlite")
    pragmas = ("journal_mode", "synchronous", "wal_autocheckpoint")
    held = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    connection.close()
    assert held == ["wal", 2, 0]
