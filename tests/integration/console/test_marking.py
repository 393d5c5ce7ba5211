"""The marking team's API: staged, decided, put, ended, refused (M1, M3, M5)."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import ClientSession

from middleware.ops.access import Role
from schemas.markers_in import MarkerEnded, MarkerPut, MarkersActivated, MarkersDiscarded
from schemas.service import Refused
from tests import said
from tests.console_clients import hear, program, text_of
from tests.consoles import ConsoleRoom


def chunk(*names: str) -> dict[str, Any]:
    return {"supplied": [said.marker(name).model_dump(mode="json") for name in names]}


@pytest.fixture
async def team(served: ConsoleRoom) -> AsyncIterator[ClientSession]:
    async with program(served, Role.MARKING_TEAM) as session:
        yield session


async def test_m5_staged_markers_take_effect_when_a_named_person_decides(
    served: ConsoleRoom, team: ClientSession
) -> None:
    async with team.post("/api/markers/june/chunk?chunk=1", json=chunk("M1", "M2")) as answer:
        assert answer.status == 200
        assert (await answer.json())["position"] == served.room.state.position
    assert len(served.room.state.markers) == 0
    async with team.post("/api/markers/june/decision", json={"activate": True}) as answer:
        assert answer.status == 200
    assert len(served.room.state.markers) == 2
    (event,) = served.intake.of(MarkersActivated)
    assert event.decided_by == "Mar"  # type: ignore[attr-defined]


async def test_m5_a_staged_batch_is_shown_and_decided_on_the_screen(
    served: ConsoleRoom, team: ClientSession
) -> None:
    async with team.ws_connect("/live") as live:
        await live.send_json({"do": "watch"})
        await hear(live, "snapshot")
        await team.post("/api/markers/june/chunk?chunk=1", json=chunk("M1"))
        delta = await hear(live, "delta")
        assert delta["batches"]["rows"][0]["markers"] == 1
        await live.send_json({"do": "decide-batch", "batch": "june", "activate": False})
        assert "thrown away" in (await hear(live, "done"))["words"]
        await live.send_json({"do": "decide-batch", "batch": "june", "activate": True})
        assert "does not wait" in (await hear(live, "refused"))["words"]
    assert len(served.intake.of(MarkersDiscarded)) == 1
    assert len(served.room.state.markers) == 0


async def test_m1_one_marker_is_put_and_ended_by_decision(
    served: ConsoleRoom, team: ClientSession
) -> None:
    one = said.marker("M7").model_dump(mode="json")
    assert (await text_of(team.put("/api/markers/M7", json=one))).startswith("200")
    assert served.intake.of(MarkerPut)
    assert (await text_of(team.put("/api/markers/M8", json=one))).startswith("400")
    ended = team.delete("/api/markers/M7", json={"reason": "upheld on appeal"})
    assert (await text_of(ended)).startswith("200")
    assert served.intake.of(MarkerEnded)
    again = team.delete("/api/markers/M7", json={"reason": "upheld on appeal"})
    assert (await text_of(again)).startswith("404")


async def test_a_row_that_the_import_could_not_read_is_in_quarantine_with_its_line(
    served: ConsoleRoom, team: ClientSession
) -> None:
    row = {"line": 7, "field": "review_on", "reason": "is missing; give a date", "raw": "M9;;x"}
    assert (await text_of(team.post("/api/markers/june/refused", json=row))).startswith("200")
    ((_, problem, raw),) = served.intake.refused
    assert (problem.field, raw) == ("june line 7: review_on", b"M9;;x")
    assert served.intake.of(Refused)


def spoilt() -> Iterator[tuple[dict[str, Any], str]]:
    without = said.marker().model_dump(mode="json")
    del without["review_on"]
    yield {"supplied": [without]}, "supplied.0.review_on"
    yield {"supplied": []}, "supplied"
    yield {"supplied": [said.marker().model_dump(mode="json") | {"colour": "red"}]}, "colour"
    yield {}, "supplied"


@pytest.mark.parametrize(("body", "field"), list(spoilt()))
async def test_m3_a_chunk_that_does_not_fit_names_the_field_and_is_kept(
    served: ConsoleRoom, team: ClientSession, body: dict[str, Any], field: str
) -> None:
    answer = await text_of(team.post("/api/markers/june/chunk?chunk=1", json=body))
    assert answer.startswith("400")
    assert field in answer
    assert served.intake.refused[0][2] == json.dumps(body).encode()


@pytest.mark.parametrize("query", ["", "?chunk=", "?chunk=0", "?chunk=-1", "?chunk=x", "?chunk=²"])
async def test_a_chunk_has_a_number(team: ClientSession, query: str) -> None:
    answer = await text_of(team.post(f"/api/markers/june/chunk{query}", json=chunk("M1")))
    assert answer.startswith("400 chunk: give the chunk's number")


async def test_a_batch_that_is_not_there_cannot_be_decided(team: ClientSession) -> None:
    answer = await text_of(team.post("/api/markers/none/decision", json={"activate": True}))
    assert answer.startswith("404")
