"""An answer is the same everywhere, whatever order Python gives its sets (DESIGN: the matcher)."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
from middleware.domain.matching import MarkerIndex
from schemas.check import Whereabouts
from tests.unit.matching.test_hard_cases import cases, markers
index = MarkerIndex()
index.put_many(markers())
for case in cases():
    print(index.check(Whereabouts(address=case.values[2])).model_dump_json())
"""


def answers(seed: str) -> str:
    """What the hard cases come to in a Python of their own with that hash seed."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONHASHSEED": seed},
    ).stdout


def test_the_order_of_hashes_changes_no_answer() -> None:
    """C4: answers do not depend on the machine or the run."""
    first = answers("1")
    assert first.count("\n") > 50
    assert all(answers(seed) == first for seed in ("2", "3"))
