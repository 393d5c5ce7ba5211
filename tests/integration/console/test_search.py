"""The search on a real socket: answered from the record, with a reason, by those who may (C5)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from middleware.ops.access import Role
from schemas.search import SearchMade
from tests.console_clients import program
from tests.consoles import ConsoleRoom
from tests.said import HIGH_STREET


@pytest.fixture
async def dispatcher(served: ConsoleRoom) -> AsyncIterator[ClientSession]:
    async with program(served, Role.DISPATCHER) as session:
        yield session


async def ask(session: ClientSession, by: str, searched: str) -> dict[str, Any]:
    asked = {"search_by": by, "searched": searched, "reason": "crew asks by telephone"}
    async with session.post("/api/search", json=asked) as answer:
        assert answer.status == 200
        found: dict[str, Any] = await answer.json()
        return found


@pytest.mark.parametrize(
    ("by", "searched"), [("address", HIGH_STREET), ("incident", "1"), ("callsign", "A1")]
)
async def test_c5_what_is_known_is_told_with_all_that_is_behind_it(
    served: ConsoleRoom, dispatcher: ClientSession, flagged: str, by: str, searched: str
) -> None:
    found = await ask(dispatcher, by, searched)

    assert (found["outcome"], found["words"]) == ("found", "MARKER FOUND")
    assert found["matches"][0]["what"] == "struck with a bottle"
    assert [one["id"] for one in found["incidents"]] == [flagged]
    assert found["incidents"][0]["crews"][0]["callsign"] == "A1"


async def test_e1_who_searched_for_what_and_why_is_on_record_before_it_is_answered(
    served: ConsoleRoom, dispatcher: ClientSession, flagged: str
) -> None:
    found = await ask(dispatcher, "number", "07700 900123")
    (event,) = served.intake.of(SearchMade)

    assert isinstance(event, SearchMade)
    assert (event.by, event.role, event.searched) == ("Dee", "dispatcher", "07700 900123")
    assert found["position"] == served.room.state.position


async def test_c4_where_nothing_can_be_said_it_is_said(
    served: ConsoleRoom, dispatcher: ClientSession
) -> None:
    found = await ask(dispatcher, "callsign", "Z9")

    assert found["words"].startswith("NOT CHECKED")
    assert (found["matches"], found["incidents"]) == ([], [])


@pytest.mark.parametrize("missing", ["search_by", "searched", "reason"])
async def test_e1_what_is_missing_is_named_and_nothing_is_searched(
    served: ConsoleRoom, dispatcher: ClientSession, missing: str
) -> None:
    asked = {"search_by": "address", "searched": HIGH_STREET, "reason": "crew asks"}
    del asked[missing]
    async with dispatcher.post("/api/search", json=asked) as answer:
        assert answer.status == 400
        assert missing in await answer.text()
    assert not served.intake.of(SearchMade)


async def test_e2_the_search_is_for_the_eoc(served: ConsoleRoom) -> None:
    async with program(served, Role.MARKING_TEAM) as session:
        async with session.post("/api/search", json={}) as answer:
            assert answer.status == 403
        async with session.get("/search") as page:
            assert page.status == 403


async def test_c5_the_page_has_its_form(served: ConsoleRoom, dispatcher: ClientSession) -> None:
    async with dispatcher.get("/search") as page:
        words = await page.text()
    assert 'name="reason" required' in words
    async with dispatcher.get("/static/search.js") as script:
        assert "/api/search" in await script.text()
