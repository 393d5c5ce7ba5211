"""The page says at once and loudly when it has lost the service, and catches up by itself (N1)."""

from pathlib import Path

from playwright.async_api import expect

from middleware.ops.access import Role
from tests import alarms
from tests.browser import scenes
from tests.browser.conftest import SignedIn, SilenceableClock, watch
from tests.consoles import ConsoleRoom
from tests.said import HIGH_STREET, MILL_LANE


async def test_a_killed_service_is_said_loudly_and_its_return_brings_a_fresh_list(
    tmp_path: Path, open_page: SignedIn
) -> None:
    room = ConsoleRoom(tmp_path)
    room.hire(Role.DISPATCHER)
    room.tell(lambda r: r.incident_opened(HIGH_STREET, number="2101"))
    async with room.serving() as address:
        page = await watch(open_page, room, Role.DISPATCHER)
    banner = page.get_by_role("alert")
    await expect(banner).to_contain_text("CONNECTION TO FOREWARN LOST")
    await expect(banner).to_contain_text("This list may be old.")
    await expect(page).to_have_title("LOST – Forewarn eoc1")
    width = await banner.evaluate("b => b.getBoundingClientRect().width / innerWidth")
    assert width > 0.98
    await expect(page.locator(".row")).to_contain_text("Incident 2101")
    assert "grayscale" in await page.locator("main").evaluate("m => getComputedStyle(m).filter")
    await page.locator(".row").click()
    await page.keyboard.press("Escape")

    room.tell(lambda r: r.closed("2101"))
    room.tell(lambda r: r.incident_opened(MILL_LANE, number="2102"))
    async with room.serving(int(address.rpartition(":")[2])):
        await expect(page.locator(".row", has_text="Incident 2102")).to_be_visible()
        await expect(banner).to_have_count(0)
        await expect(page).to_have_title("Forewarn eoc1")
        await expect(page.locator(".row", has_text="Incident 2101")).to_contain_text("closed")
        room.tell(lambda r: r.assigned("A9", number="2102"))
        await expect(page.locator(".row", has_text="Incident 2102")).to_contain_text("A9")


async def test_o4_an_instance_that_was_taken_over_adds_what_is_new_and_takes_nothing_back(
    tmp_path: Path, open_page: SignedIn
) -> None:
    """A man-down is shown whoever says it; what a later instance said stands; and when that one is
    heard again its list is the list."""
    room = ConsoleRoom(tmp_path)
    room.hire(Role.SUPERVISOR)
    room.tell(lambda r: r.incident_opened(HIGH_STREET, number="2101"))
    room.room.state.writer = 7
    async with room.serving() as address:
        page = await watch(open_page, room, Role.SUPERVISOR)
    port = int(address.rpartition(":")[2])
    room.room.state.writer = 6
    room.tell(lambda r: r.closed("2101"))
    room.tell(lambda r: r.happens(alarms.pressed(callsign="A101", at=r.now)))
    async with room.serving(port):
        await page.get_by_role("region", name="Man-down").wait_for()
        await expect(page.get_by_role("alert").first).to_contain_text("HAS TAKEN OVER")
        await expect(page.locator(".row", has_text="Incident 2101")).not_to_contain_text("closed")
        room.tell(lambda r: r.incident_opened(MILL_LANE, number="2102"))
        await expect(page.locator(".row", has_text="Incident 2102")).to_be_visible()
    room.room.state.writer = 8
    async with room.serving(port):
        await expect(page.locator(".row", has_text="Incident 2101")).to_contain_text("closed")
        await expect(page.locator(".lost")).to_have_count(0)


async def test_a_service_that_only_fell_silent_is_lost_too(
    served: ConsoleRoom, clock: SilenceableClock, sign_in: SignedIn
) -> None:
    """The socket stays open and nothing comes: no beat within five seconds."""
    served.tell(scenes.every_answer)
    page = await sign_in(Role.CALL_HANDLER)
    clock.goes.clear()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("CONNECTION TO FOREWARN LOST")
    async with page.expect_websocket() as again:
        pass
    await (await again.value).wait_for_event("framereceived", lambda frame: "snapshot" in frame)
    await expect(page.locator(".row").first).to_be_visible()
    await expect(alert).to_be_visible(timeout=1)
    clock.goes.set()
    await expect(alert).to_have_count(0)


async def test_a_service_that_cannot_write_its_record_says_so(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    """What is new waits for the journal: an unchanged list must not look as if nothing happened."""
    served.tell(scenes.every_answer)
    page = await sign_in(Role.CALL_HANDLER)
    served.room.incident_opened(MILL_LANE, number="2199")
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("FOREWARN CANNOT WRITE ITS RECORD")
    await expect(page.locator(".row", has_text="Incident 2199")).to_have_count(0)
    served.projection.on_committed(served.room.entries[-1:], served.room.state)
    await expect(page.locator(".row", has_text="Incident 2199")).to_be_visible()
    await expect(alert).to_have_count(0)


async def test_nothing_can_be_taken_while_the_service_is_lost(
    tmp_path: Path, open_page: SignedIn
) -> None:
    room = ConsoleRoom(tmp_path)
    room.hire(Role.DISPATCHER)
    room.tell(scenes.a_bad_night)
    async with room.serving():
        page = await watch(open_page, room, Role.DISPATCHER)
    await expect(page.get_by_role("alert")).to_contain_text("LOST")
    await page.keyboard.press("t")
    await page.keyboard.press("t")
    await expect(page.get_by_text("Not done: the connection")).to_be_visible()
