"""A real browser in front of a console that serves a control room.

One browser for all of a worker's tests, each with a profile of its own that ends with it; so all
of them run in one loop, that of the browser.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from middleware.ops.access import Role
from middleware.ops.clock import SystemClock
from tests.browser import scenes
from tests.consoles import NAMES, PASSWORD, ConsoleRoom
from tests.needs import require

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-component-update", "--no-first-run"]  # fmt: skip
PATIENCE = 60_000
"""Milliseconds that a test waits for what must appear."""
expect.set_options(timeout=PATIENCE)


class SilenceableClock(SystemClock):
    """Who sleeps by it wakes up only while it `goes`: beats stop, sockets stay."""

    def __init__(self) -> None:
        self.goes = asyncio.Event()
        self.goes.set()

    async def sleep(self, delay: timedelta) -> None:
        await super().sleep(delay)
        await self.goes.wait()


SignedIn = Callable[..., Awaitable[Page]]


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.get_closest_marker("asyncio"):
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture
def clock() -> SilenceableClock:
    return SilenceableClock()


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path, clock: SilenceableClock) -> AsyncIterator[ConsoleRoom]:
    room = ConsoleRoom(tmp_path, clock)
    room.hire(*NAMES)
    async with room.serving():
        yield room


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def launched() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=require("chromium"), args=ARGUMENTS
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def chromium(launched: Browser) -> AsyncIterator[Browser]:
    """Whatever the test opened is closed behind it, with its cookies and its cache."""
    yield launched
    for context in launched.contexts:
        await context.close()


@pytest.fixture
def troubles() -> list[str]:
    """What the browser complained of: script errors, the policy, requests that went elsewhere."""
    return []


@pytest.fixture(autouse=True)
def nothing_to_complain_of(troubles: list[str]) -> object:
    yield
    assert troubles == []


@pytest.fixture
def open_page(chromium: Browser, troubles: list[str]) -> SignedIn:
    async def opened(address: str, **options: Any) -> Page:
        context = await chromium.new_context(
            viewport={"width": 1440, "height": 900}, locale="en-GB", **options
        )
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: _look_at(message.text, troubles))
        page.on("request", lambda asked: _stay_here(asked.url, address, troubles))
        await page.goto(address)
        return page

    return opened


def _look_at(text: str, troubles: list[str]) -> None:
    if "Content Security Policy" in text or "Error:" in text:
        troubles.append(text)


def _stay_here(url: str, address: str, troubles: list[str]) -> None:
    if not url.startswith((address, address.replace("http", "ws"))):
        troubles.append(f"asked elsewhere: {url}")


@pytest.fixture
def sign_in(served: ConsoleRoom, open_page: SignedIn) -> SignedIn:
    """Signs somebody of a role in."""

    async def signed_in(role: Role, **options: Any) -> Page:
        return await watch(open_page, served, role, **options)

    return signed_in


@pytest.fixture
def role() -> Role:
    """Who looks at `page`."""
    return Role.SUPERVISOR


@pytest_asyncio.fixture(loop_scope="session")
async def page(served: ConsoleRoom, sign_in: SignedIn, role: Role) -> Page:
    """Somebody's, with every kind of incident."""
    served.tell(scenes.every_answer)
    return await sign_in(role)


async def watch(open_page: SignedIn, room: ConsoleRoom, role: Role, **options: Any) -> Page:
    """Sign in by keyboard and wait for the list."""
    page = await open_page(room.address, **options)
    await page.locator("input[name=name]").wait_for()
    await page.keyboard.type(NAMES[role])
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator(".figures").wait_for()
    return page
