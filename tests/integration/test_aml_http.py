"""The source `aml_http` over a real socket, from the simulated gateway (C2, C4, O3)."""

import re
from pathlib import Path

import pytest

from schemas.caller import CallerLocated
from tests.aml import NUMBER
from tests.fakes import FakeIntake
from tests.http_rigs import AmlRig, posted
from tests.sources import over_http

HERE = ("--number", NUMBER, "--at", "51.3,-0.5")


@pytest.mark.parametrize("form", ["sms", "https"])
async def test_a_position_is_taken_in_either_form(tmp_path: Path, form: str) -> None:
    async with over_http(AmlRig, tmp_path) as rig:
        code, printed = await posted("aml", rig, tmp_path, *HERE, "--form", form)
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
        code, printed = await posted("aml", rig, tmp_path, *HERE, "--fault", fault)
        ((_, problem, raw),) = rig.intake.refused
    assert code == 1
    assert problem.field == field
    assert raw
    assert re.search(r": 400 ", printed)
    assert NUMBER not in printed
