"""Everybody can work with every view: axe-core finds nothing, in light and in dark (N1, C4)."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from middleware.ops.access import Role
from tests.browser import scenes
from tests.browser.conftest import SignedIn, watch
from tests.consoles import ConsoleRoom

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


async def demand_none(page: Page) -> None:
    """No violation of WCAG 2.2 A, AA and of good practice."""
    results = await Axe().run(page)
    found = {
        violation["id"]: [node["target"] for node in violation["nodes"]]
        for violation in results.response["violations"]
    }
    assert found == {}


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_live_view_with_a_note_open_is_accessible(
    served: ConsoleRoom, sign_in: SignedIn, scheme: Scheme
) -> None:
    served.tell(scenes.a_bad_night)
    page = await sign_in(Role.DISPATCHER, color_scheme=scheme)
    await demand_none(page)
    await page.locator(".row.found").first.click()
    await page.locator(".behind").first.wait_for()
    await demand_none(page)
    await page.keyboard.press("?")
    await page.get_by_role("dialog").wait_for()
    await demand_none(page)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_other_views_are_accessible(
    served: ConsoleRoom, sign_in: SignedIn, scheme: Scheme
) -> None:
    served.tell(scenes.a_bad_night)
    page = await sign_in(Role.MARKING_TEAM, color_scheme=scheme)
    for key, name in (("2", "Marker batches"), ("3", "Quarantine"), ("4", "Sources")):
        await page.keyboard.press(key)
        await page.get_by_role("region", name=name, exact=True).wait_for()
        await demand_none(page)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_sign_in_is_accessible(
    served: ConsoleRoom, open_page: SignedIn, scheme: Scheme
) -> None:
    page = await open_page(served.address, color_scheme=scheme)
    await page.get_by_label("Name").wait_for()
    await demand_none(page)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_lost_service_is_accessible(
    tmp_path: Path, open_page: SignedIn, scheme: Scheme
) -> None:
    room = ConsoleRoom(tmp_path)
    room.hire(Role.DISPATCHER)
    room.tell(scenes.a_bad_night)
    async with room.serving():
        page = await watch(open_page, room, Role.DISPATCHER, color_scheme=scheme)
    await expect(page.get_by_role("alert")).to_contain_text("LOST")
    await demand_none(page)
