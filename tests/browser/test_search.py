"""The search in a real browser: the answer in words, never an empty place (C4, C5, E1)."""

import pytest
from playwright.async_api import Page, expect

from middleware.ops.access import Role
from schemas.search import SearchMade
from tests.browser import scenes
from tests.browser.conftest import SignedIn
from tests.browser.test_accessibility import SCHEMES, Scheme, demand_none
from tests.consoles import ConsoleRoom


async def ask(page: Page, by: str, searched: str, reason: str = "crew asks by telephone") -> None:
    await page.get_by_label("By").select_option(label=by)
    await page.get_by_label("Search for").fill(searched)
    await page.get_by_label("Reason").fill(reason)
    await page.get_by_role("button", name="Search").click()


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_c5_from_the_list_to_what_is_known_of_a_call_sign(
    served: ConsoleRoom, sign_in: SignedIn, scheme: Scheme
) -> None:
    served.tell(scenes.every_answer)
    page = await sign_in(Role.DISPATCHER, color_scheme=scheme)
    await page.get_by_role("link", name="What is known of").click()
    await demand_none(page)
    await ask(page, "call sign", "A101")

    await expect(page.get_by_role("heading", name="MARKER FOUND", exact=True)).to_be_visible()
    await expect(page.locator("#answer")).to_contain_text(scenes.WHAT)
    await expect(page.get_by_role("heading", name="Incident 2101")).to_be_visible()
    await demand_none(page)


async def test_c4_what_nobody_knows_is_said_to_be_not_checked(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    page = await sign_in(Role.CALL_HANDLER)
    await page.goto(f"{served.address}/search")
    await ask(page, "incident number", "9999")

    await expect(page.locator("#answer")).to_contain_text("NOT CHECKED")


async def test_e1_without_a_reason_nothing_is_asked(served: ConsoleRoom, sign_in: SignedIn) -> None:
    page = await sign_in(Role.CALL_HANDLER)
    await page.goto(f"{served.address}/search")
    await ask(page, "address", "14 High Street", reason="")

    await expect(page.get_by_label("Reason")).to_be_focused()
    assert not served.intake.of(SearchMade)


async def test_e2_who_may_not_search_is_not_offered_it(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    page = await sign_in(Role.AUDITOR)
    await expect(page.get_by_role("link", name="What is known of")).to_have_count(0)
