"""What goes wrong in control rooms (FIELD 9.4), each as a storyboard with what must come of it: M2,
M3, N3, N4, N5, N7, C3, C4, D1, D2, P3, O2, O3."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import simulators
from middleware.__main__ import main as forewarn
from simulators.__main__ import main as simulate
from tests.logs import put_back

STORYBOARDS = sorted((Path(simulators.__file__).parent / "scenarios").glob("*.yaml"))


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    with put_back():
        yield


def test_o3_each_of_the_ten_failures_is_a_scenario() -> None:
    assert [path.name[:2] for path in STORYBOARDS] == [f"{n:02}" for n in range(1, 11)]


@pytest.mark.parametrize("path", STORYBOARDS, ids=lambda path: path.stem)
def test_o2_o3_what_is_expected_comes(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording, outcome = tmp_path / "scenario.jsonl", tmp_path / "outcome.jsonl"
    assert simulate(["scenario", str(path), "--out", str(recording)]) == 0
    assert forewarn(["replay", str(recording), "--out", str(outcome)]) == 0
    capsys.readouterr()
    code = simulate(["scenario", str(path), "--outcome", str(outcome)])
    assert code == 0, capsys.readouterr().out


def test_o3_what_is_not_as_expected_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check can fail: with other rules nobody is asked about the crew that holds."""
    path = next(path for path in STORYBOARDS if path.name.startswith("02"))
    other = tmp_path / "other.yaml"
    other.write_text(path.read_text().replace("PT20M", "PT5H"))
    recording, outcome = tmp_path / "scenario.jsonl", tmp_path / "outcome.jsonl"
    assert simulate(["scenario", str(other), "--out", str(recording)]) == 0
    assert forewarn(["replay", str(recording), "--out", str(outcome)]) == 0
    assert simulate(["scenario", str(other), "--outcome", str(outcome)]) == 1
    assert "not as expected: and again after twenty" in capsys.readouterr().out


def test_o3_what_is_no_scenario_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "no.yaml"
    path.write_text("title: nothing happens\n")
    assert simulate(["scenario", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "is no scenario" in capsys.readouterr().err
