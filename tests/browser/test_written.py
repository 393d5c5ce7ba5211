"""What somebody is writing stays, and so does where they write, whatever comes in (D2, P1, A1)."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Page, expect

from middleware.ops.access import Role
from tests import alarms, police, said
from tests.browser import scenes
from tests.browser.conftest import SignedIn
from tests.consoles import ConsoleRoom
from tests.room import Room

Open = Callable[[Page], Awaitable[Locator]]


def all_at_once(room: Room) -> None:
    """Incidents and calls, a man-down, a request to the police."""
    scenes.every_answer(room)
    room.happens(alarms.pressed(callsign="A101", at=room.now))
    room.happens(police.requested(room.incident("2101").id, at=room.now))


async def help_on_the_way(page: Page) -> Locator:
    await page.locator(".alarm").wait_for()
    await page.keyboard.press("m")
    await page.keyboard.press("m")
    await page.keyboard.press("h")
    return page.get_by_label("What is on the way?")


async def what_the_police_answer(page: Page) -> Locator:
    await page.locator(".back-ups").get_by_role("button", name="They answer").click()
    return page.get_by_label("Reference")


async def a_request(page: Page) -> Locator:
    await page.locator('.row:has-text("2102")').focus()
    await page.keyboard.press("c")
    return page.get_by_role("textbox", name="What is happening now")


async def where_a_crew_holds(page: Page) -> Locator:
    await page.get_by_role("button", name="Incident 2101").click()
    return page.get_by_role("group", name="How does A101 hold?").get_by_label("Where")


async def violence(page: Page) -> Locator:
    await page.get_by_role("button", name="Incident 2101").click()
    await page.get_by_role("button", name="Report violence or aggression").click()
    return page.get_by_label("What happened")


async def an_abusive_call(page: Page) -> Locator:
    await page.get_by_role("button", name="07700 900123").click()
    button = page.locator("button[data-abuse]")
    await button.wait_for()
    await button.click()
    return page.get_by_role("form", name="Abusive call").get_by_label("Ground")


@pytest.mark.parametrize(
    ("role", "open_form"),
    [
        (Role.SUPERVISOR, help_on_the_way),
        (Role.SUPERVISOR, what_the_police_answer),
        (Role.DISPATCHER, a_request),
        (Role.DISPATCHER, where_a_crew_holds),
        (Role.DISPATCHER, violence),
        (Role.CALL_HANDLER, an_abusive_call),
    ],
)
async def test_n1_what_is_being_written_stays(
    served: ConsoleRoom, sign_in: SignedIn, troubles: list[str], role: Role, open_form: Open
) -> None:
    """The clock draws the screen anew each second, and whatever comes in does."""
    served.tell(all_at_once)
    page = await sign_in(role)
    field = await open_form(page)
    await field.fill("two of them, on the stairs")
    clock = page.locator(".state time")
    for _ in range(2):
        await expect(clock).not_to_have_text(await clock.inner_text())
    served.tell(lambda room: room.incident_opened(said.MILL_LANE, "A140", number="2199"))
    await expect(page.get_by_role("button", name="Incident 2199")).to_be_visible()
    await expect(field).to_have_value("two of them, on the stairs")
    await expect(field).to_be_focused()
    assert troubles == []
