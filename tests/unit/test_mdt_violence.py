"""Violence that a crew reports on its MDT: what is read, what is refused, as a terminal says it
(R1, R2, O3)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.codecs import mdt
from adapters.codecs.mdt import Heard
from middleware.ports import Problem
from schemas.marker import Category
from schemas.mdt import StateTaken
from schemas.report import CrewReportedViolence, Facts
from simulators.mdt import Crew, Link, MdtSimulator

ARRIVED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SAID = {"contract": "forewarn.mdt/1", "said": "v1", "by": "P1001"}
WHOLE = SAID | {
    "incident": "000417",
    "category": "physical_assault",
    "medical": False,
    "what": "struck with a bottle",
    "victims": ["P1001"],
}


def read(raw: bytes) -> Heard | Problem:
    return mdt.read("eoc1", "forewarn/eoc1/mdt/A101/violence", raw, "mdt", ARRIVED)


def heard(said: dict[str, Any]) -> CrewReportedViolence:
    result = read(json.dumps(said).encode())
    assert isinstance(result, Heard), result
    assert isinstance(result.event, CrewReportedViolence)
    assert result.taken == StateTaken(said="v1")
    return result.event


def test_r1_what_a_crew_says_is_read_as_that_of_its_device() -> None:
    assert heard(WHOLE) == CrewReportedViolence(
        source="mdt", channel="mdt", id="A101/violence/v1", occurred_at=ARRIVED, device="A101",
        by="P1001", number="000417",
        facts=Facts(category=Category.PHYSICAL_ASSAULT, medical=False,
                    what="struck with a bottle", victims=("P1001",)),
    )  # fmt: skip


def test_r2_one_key_is_enough_and_nothing_is_guessed() -> None:
    assert heard(SAID).facts == Facts()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"category": "rude"}, "category"),
        ({"by": ""}, "by"),
        ({"medical": "no"}, "medical"),
        ({"victims": "P1001"}, "victims"),
        ({"what": "x" * 1_001}, "what"),
        ({"said": "a/b"}, "said"),
    ],
)
def test_r1_what_cannot_be_taken_is_told(wrong: dict[str, Any], field: str) -> None:
    problem = read(json.dumps(SAID | wrong).encode())
    assert isinstance(problem, Problem)
    assert problem.field == field


def test_o3_a_terminal_says_it_until_it_is_heard() -> None:
    device = MdtSimulator("A101", Link("127.0.0.1", 1), crew=Crew(by="P1001"))
    device.say_violence("physical_assault", medical=False)
    device._repeat_open()
    said = [device._outbox.get_nowait() for _ in range(device._outbox.qsize())]
    assert [leaf for leaf, _ in said] == ["violence", "violence"]
    result = read(said[0][1])
    assert isinstance(result, Heard)
    assert isinstance(result.event, CrewReportedViolence)
    assert result.event.facts.category is Category.PHYSICAL_ASSAULT
    device._heard("heard", json.dumps({"said": json.loads(said[0][1])["said"]}).encode())
    assert device.open_violence == 0
