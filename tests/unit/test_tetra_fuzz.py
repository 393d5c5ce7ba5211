"""The fuzz target of the TETRA codec runs, and sees what it is there to see (O4)."""

import subprocess
import sys
from random import Random

import pytest

from tests.fuzz import tetra_target


def run(random: Random) -> None:
    for _ in range(3_000):
        tetra_target.one_input(tetra_target.changed(random))


def test_o4_a_short_run_of_the_fuzz_target_finds_nothing() -> None:
    run(Random(11))


def test_o4_the_fuzz_target_finds_a_codec_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tetra_target, "read_words", lambda octets, header: octets[2])
    with pytest.raises(IndexError):
        run(Random(11))


def test_o4_the_fuzz_target_is_a_program() -> None:
    command = [sys.executable, "-m", "tests.fuzz.tetra", "200"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
