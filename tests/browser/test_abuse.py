"""An abusive call noted by keyboard in seconds, and recognised when it rings again; accessible (A1,
A2, N1)."""

from playwright.async_api import expect

from middleware.ops.access import Role
from schemas.marker import Category
from tests import said
from tests.browser.conftest import SignedIn
from tests.browser.test_accessibility import demand_none
from tests.consoles import ConsoleRoom


async def test_a1_a2_noted_by_keyboard_recognised_and_listed(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(lambda room: room.happens(said.rang("07700 900123", "1", room.now)))
    page = await sign_in(Role.CALL_HANDLER)
    await page.locator(".calls .row").click()
    button = page.get_by_role("button", name="Abusive call")
    await button.wait_for()
    await page.keyboard.press("b")
    await expect(button).to_be_focused()
    await page.keyboard.press("b")
    form = page.get_by_role("form", name="Abusive call")
    await expect(form.get_by_label("What was done")).to_be_focused()
    await demand_none(page)
    await form.get_by_label("What was done").select_option("ended")
    await form.get_by_label("What it was").select_option("verbal_abuse")
    await form.get_by_label("Ground").fill("went on after two warnings")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("A report is drafted.")).to_be_visible()
    (entry,) = served.room.state.ledger.entries.values()
    assert (entry.category, entry.ground) == (Category.VERBAL_ABUSE, "went on after two warnings")
    served.tell(lambda room: room.happens(said.rang("07700 900123", "2", room.now)))
    again = page.locator(".calls .row", has_text="rang before from this number")
    await expect(again).to_contain_text("Answer it as any other call.")
    await demand_none(page)
    page = await sign_in(Role.SUPERVISOR)
    views = page.get_by_role("navigation", name="Views")
    await views.get_by_role("button", name="Abusive calls").click()
    listed = page.get_by_role("region", name="Abusive calls")
    await expect(listed.get_by_role("row", name="07700 900123")).to_contain_text("1 time")
    await demand_none(page)
