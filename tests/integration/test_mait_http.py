"""The source `mait_http` over a real socket, from the simulated sender (C1, O3)."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from schemas.incident import IncidentOpened
from tests.fakes import CAD_TOKEN
from tests.http_rigs import MaitRig
from tests.mait import FOLDER
from tests.sources import over_http

SAMPLE = str(FOLDER / "sample.xml")


async def posted(rig: Any, state: Path, *given: str) -> tuple[int, str]:
    """The sender as a program of its own: its exit code, and what it printed."""
    token = state / "token.txt"
    token.write_text(CAD_TOKEN)
    url = f"http://{rig.source.address}{rig.path}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", "mait", "--url", url, "--token-file", str(token),
        *given, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


async def test_the_sample_is_taken_once(tmp_path: Path) -> None:
    async with over_http(MaitRig, tmp_path) as rig:
        code, printed = await posted(rig, tmp_path, SAMPLE, SAMPLE)
        (opened,) = rig.intake.of(IncidentOpened)
    assert code == 0, printed
    assert [word in printed for word in (": 202 ", ": 200 ")] == [True, True]
    assert isinstance(opened, IncidentOpened)
    assert opened.place.uprn == "10090200342"


@pytest.mark.parametrize(("fault", "reason"), [("bomb", "entities"), ("cut", "is no XML")])
async def test_what_is_wrong_is_told_and_kept_in_quarantine(
    tmp_path: Path, fault: str, reason: str
) -> None:
    async with over_http(MaitRig, tmp_path) as rig:
        code, printed = await posted(rig, tmp_path, SAMPLE, "--fault", fault)
        ((_, problem, raw),) = rig.intake.refused
    assert (code, problem.field) == (1, "message")
    assert reason in problem.reason
    assert raw
    assert ": 400 " in printed
