"""The source `mait_http` over a real socket, from the simulated sender (C1, O3)."""

from pathlib import Path

import pytest

from schemas.incident import IncidentOpened
from tests.http_rigs import MaitRig, posted
from tests.mait import FOLDER
from tests.sources import over_http

SAMPLE = str(FOLDER / "sample.xml")


async def test_the_sample_is_taken_once(tmp_path: Path) -> None:
    async with over_http(MaitRig, tmp_path) as rig:
        code, printed = await posted("mait", rig, tmp_path, SAMPLE, SAMPLE)
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
        code, printed = await posted("mait", rig, tmp_path, SAMPLE, "--fault", fault)
        ((_, problem, raw),) = rig.intake.refused
    assert (code, problem.field) == (1, "message")
    assert reason in problem.reason
    assert raw
    assert ": 400 " in printed
