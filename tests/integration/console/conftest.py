"""A console that serves a control room, and a browser in front of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar

from tests import said
from tests.console_clients import LateClock
from tests.consoles import ConsoleRoom
from tests.said import HIGH_STREET


@pytest.fixture
def clock() -> LateClock:
    return LateClock()


@pytest.fixture
async def served(tmp_path: Path, clock: LateClock) -> AsyncIterator[ConsoleRoom]:
    room = ConsoleRoom(tmp_path, clock)
    async with room.serving():
        yield room


@pytest.fixture
async def browser(served: ConsoleRoom) -> AsyncIterator[ClientSession]:
    """A browser on our own page: it keeps cookies and says where it is."""
    jar = CookieJar(unsafe=True)
    async with ClientSession(
        served.address, headers={"Origin": served.address}, cookie_jar=jar
    ) as session:
        yield session


@pytest.fixture
def flagged(served: ConsoleRoom) -> str:
    """Our id of an incident with a marker and a crew."""
    served.tell(lambda room: room.marker_put(said.marker(what="struck with a bottle")))
    served.tell(lambda room: room.incident_opened(HIGH_STREET, "A1"))
    return served.room.incident().id
