"""Kill -9 at random moments while records move from a real SQLite file to a real folder: nothing
that was acknowledged is lost, double or elsewhere (O4)."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from middleware.ports import Span
from tests.integration.archiver_child import KEEP, record, whole

ROOT = Path(__file__).parents[2]


def killed(folder: Path, seed: int, lines: int) -> int:
    """Run the child until it has said so much, kill it; the last head that it told."""
    command = [sys.executable, "-m", "tests.integration.archiver_child", str(folder), str(seed)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        said += child.stdout.read().splitlines(keepends=True)
    return max(int(line) for line in said if line.endswith("\n"))


@pytest.mark.parametrize("seed", range(3))
async def test_o4_whatever_is_killed_store_and_archive_hold_everything_once(
    tmp_path: Path, seed: int
) -> None:
    chance, told, first = Random(seed), 0, 0
    spans: Sequence[Span] = ()
    for kill in range(6):
        told = max(told, killed(tmp_path, 100 * seed + kill, chance.randint(2, 250)))
        journal = whole(tmp_path)
        head, first = await journal.head(), await journal.first()
        assert head >= told
        rows = [row async for row in journal.read(0)]
        assert rows == [(n, record(n)) for n in range(1, head + 1)]
        assert first <= max(1, head - KEEP + 1)
        spans = await journal.demand_archived(first - 1)
        assert [span.first for span in spans] == [1, *(span.last + 1 for span in spans[:-1])]
        await journal.close()
    assert spans[:2] == [Span(1, 50), Span(51, 100)], "it came to that"
    assert first > 1
