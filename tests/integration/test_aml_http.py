"""The source `aml_http` over a real socket, from the simulated gateway (C2, C4, O3)."""

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from schemas.caller import CallerLocated
from tests.aml import NUMBER
from tests.fakes import CAD_TOKEN, FakeIntake
from tests.http_rigs import AmlRig
from tests.sources import over_http


async def posted(rig: Any, state: Path, *given: str) -> tuple[int, str]:
    """The gateway as a program of its own: its exit code, and what it printed."""
    token = state / "token.txt"
    token.write_text(CAD_TOKEN)
    url = f"http://{rig.source.address}{rig.path}"
    told = ["--url", url, "--token-file", str(token), "--number", NUMBER, "--at", "51.3,-0.5"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", "aml", *told, *given,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


@pytest.mark.parametrize("form", ["sms", "https"])
async def test_a_position_is_taken_in_either_form(tmp_path: Path, form: str) -> None:
    async with over_http(AmlRig, tmp_path) as rig:
        code, printed = await posted(rig, tmp_path, "--form", form)
        intake: FakeIntake = rig.intake
    assert code == 0, printed
    (located,) = intake.of(CallerLocated)
    assert isinstance(located, CallerLocated)
    assert located.number == NUMBER
    assert abs(located.circle.latitude - 51.3) < 0.001


@pytest.mark.parametrize(
    ("fault", "field"), [("swap", "latitude"), ("garbage", "message"), ("shorten", "ml")]
)
async def test_what_is_wrong_is_told_and_kept_in_quarantine(
    tmp_path: Path, fault: str, field: str
) -> None:
    """C4: and nothing of the caller is in the answer."""
    async with over_http(AmlRig, tmp_path) as rig:
        code, printed = await posted(rig, tmp_path, "--fault", fault)
        ((_, problem, raw),) = rig.intake.refused
    assert code == 1
    assert problem.field == field
    assert raw
    assert re.search(r": 400 ", printed)
    assert NUMBER not in printed
