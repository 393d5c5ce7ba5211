"""Markers for another body: a named person decides, and it is on record (M5, E1)."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from aiohttp import ClientSession

from adapters.codecs.marker_csv import Accepted, read_markers
from middleware.ops.access import Role
from schemas.marker import Marker
from schemas.markers_in import MarkersHandedOn
from tests import said
from tests.console_clients import program
from tests.consoles import ConsoleRoom

WHERE = "/api/marker-hand-ons"
ASKED = {"to": "EOC 2", "basis": "mutual aid"}


@pytest.fixture
async def team(served: ConsoleRoom) -> AsyncIterator[ClientSession]:
    served.tell(lambda room: room.marker_put(said.marker("M1")))
    served.tell(lambda room: room.marker_put(said.marker("M2")))
    police = said.marker("P1", supplied_by="Exampleshire Police", basis="crime prevention")
    served.tell(lambda room: room.marker_put(police))
    async with program(served, Role.MARKING_TEAM) as session:
        yield session


async def handed(team: ClientSession, **more: object) -> list[Marker]:
    async with team.post(WHERE, json=ASKED | more) as answer:
        assert answer.status == 200, await answer.text()
        results = read_markers(await answer.read(), date(2026, 11, 22)).results
        return [row.marker for row in results if isinstance(row, Accepted)]


async def test_m5_e1_our_own_are_handed_on_by_a_named_person_and_it_is_on_record(
    served: ConsoleRoom, team: ClientSession
) -> None:
    assert [m.id for m in await handed(team)] == ["eoc1-M1", "eoc1-M2"]
    (event,) = served.intake.of(MarkersHandedOn)
    assert isinstance(event, MarkersHandedOn)
    assert (event.by, event.to, event.basis, event.count) == ("Mar", "EOC 2", "mutual aid", 2)
    assert len(served.room.state.markers) == 3


async def test_m5_what_others_supplied_goes_only_by_its_id_and_keeps_who_did(
    served: ConsoleRoom, team: ClientSession
) -> None:
    (marker,) = await handed(team, markers=["P1"])
    assert marker.supplied_by == "Exampleshire Police"
    assert marker.basis == "crime prevention; eoc1: mutual aid"
    (event,) = served.intake.of(MarkersHandedOn)
    assert isinstance(event, MarkersHandedOn)
    assert event.markers == ("P1",)


async def test_m5_a_marker_that_is_not_in_force_is_named_and_nothing_leaves(
    served: ConsoleRoom, team: ClientSession
) -> None:
    async with team.post(WHERE, json=ASKED | {"markers": ["M1", "M9"]}) as answer:
        assert (answer.status, await answer.text()) == (404, "markers: M9 is not in force")
    async with team.post(WHERE, json=ASKED | {"basis": "x" * 190, "markers": ["P1"]}) as answer:
        assert answer.status == 400
        assert "the supplier of P1" in await answer.text()
    async with team.post(WHERE, json={"to": "EOC 2"}) as answer:
        assert (answer.status, await answer.text()) == (400, "basis: Field required")
    assert served.intake.of(MarkersHandedOn) == []


async def test_e2_nobody_else_may(served: ConsoleRoom, team: ClientSession) -> None:
    async with program(served, Role.SUPERVISOR) as other, other.post(WHERE, json=ASKED) as answer:
        assert answer.status == 403
