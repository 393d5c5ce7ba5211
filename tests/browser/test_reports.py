"""Violence reported, taken, completed and settled in a real browser by keyboard; accessible in
light and in dark (R1-R3, M4, E1, N1)."""

import pytest
from playwright.async_api import Page, expect

from middleware.engine.reports import Hands, Report
from middleware.ops.access import Role
from schemas.delivery import NoteOpened
from schemas.marker import Category
from schemas.report import Facts
from tests import said
from tests.browser.conftest import SignedIn
from tests.browser.test_accessibility import SCHEMES, Scheme, demand_none
from tests.consoles import ConsoleRoom
from tests.reporting import HIT, reported
from tests.room import Room


def drafted(room: Room) -> None:
    """An assault, and one of which little is known."""
    room.marker_put(said.marker())
    room.incident_opened(said.HIGH_STREET, "A101", number="4101")
    room.happens(reported(HIT, room.incident("4101").id, room.now, callsign="A101"))
    room.happens(reported(Facts(what="shouting"), None, room.now, callsign=None))


def the_draft(served: ConsoleRoom) -> Report:
    return next(iter(served.room.state.reports.drafts.values()))


async def view(page: Page, name: str) -> None:
    await page.get_by_role("navigation", name="Views").get_by_role("button", name=name).click()


async def open_form(page: Page) -> None:
    """By keyboard, in the open note."""
    button = page.get_by_role("button", name="Report violence or aggression")
    await button.wait_for()
    await page.keyboard.press("v")
    await expect(button).to_be_focused()
    await page.keyboard.press("v")


async def test_r1_r3_a_dispatcher_reports_violence_by_keyboard_and_it_is_drafted(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(lambda room: room.incident_opened(said.HIGH_STREET, "A101", number="4101"))
    page = await sign_in(Role.DISPATCHER)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await open_form(page)
    form = page.get_by_role("form", name="Report violence")
    await expect(form.get_by_label("What it was")).to_be_focused()
    await form.get_by_label("What it was").select_option("physical_assault")
    await form.get_by_label("What happened").fill("struck with a bottle")
    await form.get_by_label("Victims").fill("S-1001, S-1002")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The security team is told.")).to_be_visible()
    draft = the_draft(served)
    assert draft.facts.category is Category.PHYSICAL_ASSAULT
    assert draft.facts.victims == ("S-1001", "S-1002")
    assert (draft.facts.medical, draft.callsign, draft.number) == (None, "A101", "4101")


async def test_r3_the_security_team_takes_an_assault_by_keyboard_and_completes_the_draft(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(drafted)
    page = await sign_in(Role.SECURITY_TEAM)
    banner = page.get_by_role("region", name="Physical assaults")
    await expect(banner).to_contain_text("1 physical assault is in nobody's hands")
    await page.keyboard.press("s")
    await expect(banner.get_by_role("button", name="Take")).to_be_focused()
    await page.keyboard.press("s")
    await expect(page.get_by_text("It is in your hands.")).to_be_visible()
    await expect(banner).to_have_count(0)
    assert the_draft(served).hands is Hands.TAKEN
    await view(page, "Reports")
    await page.locator(".report", has_text="sub-category not known").click()
    opened = page.get_by_role("region", name="Draft report")
    await expect(opened).to_contain_text("Missing: the sub-category")
    (seen,) = served.intake.of(NoteOpened)
    assert isinstance(seen, NoteOpened)
    assert (seen.by, seen.role) == ("Sec", "security_team")
    await opened.get_by_text("Complete the draft").click()
    await opened.get_by_label("What it was").select_option("verbal_abuse")
    await opened.get_by_role("button", name="Save").click()
    await expect(opened).to_contain_text("Directed verbal abuse: general")
    await expect(opened).not_to_contain_text("the sub-category")


async def test_r3_what_is_being_written_stays_while_the_screen_is_drawn_anew(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    """The clock draws the screen each second, and each change of a list does."""
    served.tell(drafted)
    page = await sign_in(Role.SECURITY_TEAM)
    await view(page, "Reports")
    await page.locator(".report", has_text="sub-category not known").click()
    opened = page.get_by_role("region", name="Draft report")
    await opened.get_by_text("Complete the draft").click()
    await opened.get_by_label("What it was").select_option("verbal_abuse")
    await opened.get_by_label("Who did it").fill("a visitor")
    clock = page.locator(".state time")
    for _ in range(2):
        await expect(clock).not_to_have_text(await clock.inner_text())
    served.tell(lambda room: room.happens(reported(HIT, None, room.now, callsign=None)))
    await expect(page.locator(".report")).to_have_count(3)
    await expect(opened.get_by_label("What it was")).to_have_value("verbal_abuse")
    await expect(opened.get_by_label("Who did it")).to_have_value("a visitor")
    await expect(opened.get_by_label("Who did it")).to_be_focused()
    await opened.get_by_role("button", name="Save").click()
    await expect(opened).to_contain_text("a visitor")


async def test_m4_the_marking_team_is_shown_what_is_due_and_settles_it(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(drafted)
    page = await sign_in(Role.MARKING_TEAM)
    await view(page, "Applications")
    row = page.locator(".report", has_text="re-application due")
    await expect(row).to_contain_text("M1")
    await row.click()
    opened = page.get_by_role("region", name="Draft report")
    await opened.get_by_role("button", name="Applied for", exact=True).click()
    field = opened.get_by_label("What was done about a marker")
    await expect(field).to_be_focused()
    await field.fill("extended, M1")
    await opened.get_by_role("button", name="Applied for", exact=True).click()
    await expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert the_draft(served).settled_by == "Mar"


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_drafts_forms_and_assaults_are_accessible(
    served: ConsoleRoom, sign_in: SignedIn, scheme: Scheme
) -> None:
    served.tell(drafted)
    page = await sign_in(Role.SECURITY_TEAM, color_scheme=scheme)
    await view(page, "Reports")
    await page.locator(".report", has_text="Physical assault").click()
    opened = page.get_by_role("region", name="Draft report")
    await opened.get_by_text("Complete the draft").click()
    await opened.get_by_text("It was no violence").click()
    await demand_none(page)
    page = await sign_in(Role.DISPATCHER, color_scheme=scheme)
    await page.get_by_role("button", name="Incident 4101").click()
    await open_form(page)
    await page.get_by_role("form", name="Report violence").wait_for()
    await demand_none(page)
