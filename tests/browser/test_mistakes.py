"""A match that is not right, said and decided on in a real browser by keyboard; accessible in light
and in dark (M2, N1, N6, E1)."""

import pytest
from playwright.async_api import Page, expect

from middleware.ops.access import Role
from schemas.delivery import NoteOpened
from schemas.mistake import MistakeDecided, Mistaken, MistakeReported, Verdict
from tests.browser.conftest import SignedIn
from tests.browser.mistaken import mistaken, told
from tests.browser.test_accessibility import SCHEMES, Scheme, demand_none
from tests.consoles import ConsoleRoom

LEFT_OUT = "marker M1 not shown: decided not the same place by Mar"


async def mistakes(page: Page) -> None:
    """The view of the marking team."""
    await page.keyboard.press("5")
    await page.get_by_role("region", name="Mistakes", exact=True).wait_for()


async def test_n6_a_handler_says_by_keyboard_that_the_address_is_wrong_and_the_note_stays(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(told)
    page = await sign_in(Role.CALL_HANDLER)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.locator(".behind").wait_for()
    await page.keyboard.press("w")
    await expect(page.get_by_role("button", name="Wrong address")).to_be_focused()
    assert served.intake.of(MistakeReported) == []
    await page.keyboard.press("w")
    await expect(page.get_by_text("On record: the marking team decides.")).to_be_visible()
    note = page.get_by_role("complementary", name="Note")
    await expect(note).to_contain_text("Cal (call handler) says: wrong address.")
    await expect(note).to_contain_text("MARKER FOUND")
    (said,) = served.intake.of(MistakeReported)
    assert isinstance(said, MistakeReported)
    assert (said.marker, said.says, said.by) == ("M1", Mistaken.WRONG_ADDRESS, "Cal")


async def test_m2_the_marking_team_decides_with_a_reason_and_everybody_sees_who_did(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(mistaken)
    handler = await sign_in(Role.CALL_HANDLER)
    row = handler.get_by_role("button", name="Incident 3102")
    await expect(row).to_contain_text("MARKER FOUND")
    page = await sign_in(Role.MARKING_TEAM)
    await mistakes(page)
    await page.locator(".mistake", has_text="marker M1").click()
    opened = page.get_by_role("region", name="The two addresses")
    await expect(opened).to_contain_text("wrong address, says P1001 (A3101) at incident 3101")
    await page.get_by_role("button", name="suppress this marker").click()
    await expect(opened.get_by_role("textbox")).to_be_focused()
    assert served.intake.of(MistakeDecided) == []
    await page.keyboard.type("14 in the next street")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(opened).to_contain_text("by Mar")
    await expect(opened).to_contain_text("14 in the next street")
    await expect(row).to_contain_text("Checked: none found")
    await expect(row).to_contain_text(LEFT_OUT)
    await row.click()
    note = handler.get_by_role("complementary", name="Note")
    await expect(note).to_contain_text("No other marker was found")
    await expect(note).to_contain_text(LEFT_OUT)
    await opened.get_by_role("textbox").fill("it was right after all")
    await page.get_by_role("button", name="Lift").click()
    await expect(row).to_contain_text("MARKER FOUND")
    await expect(opened.locator("li", has_text="lifted: shown again")).to_be_visible()
    await expect(opened.locator("li", has_text="not the same place: not shown")).to_be_visible()
    decided = [e.verdict for e in served.intake.of(MistakeDecided)]  # type: ignore[attr-defined]
    assert decided == [Verdict.SUPPRESS, Verdict.LIFT]


async def test_e1_the_markers_address_is_seen_only_by_who_is_on_record_for_it(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(mistaken)
    page = await sign_in(Role.MARKING_TEAM)
    await mistakes(page)
    await expect(page.locator(".mistake")).to_have_count(3)
    assert served.intake.of(NoteOpened) == []
    await page.locator(".mistake", has_text="marker M3").click()
    opened = page.get_by_role("region", name="The two addresses")
    await expect(opened).to_contain_text("It cannot be suppressed. The address has neither")
    await expect(page.get_by_role("button", name="suppress this marker")).to_have_count(0)
    (view,) = served.intake.of(NoteOpened)
    assert isinstance(view, NoteOpened)
    assert (view.by, view.role) == ("Mar", "marking_team")
    assert view.subject in served.room.state.mistakes.pairs


async def test_an_auditor_sees_what_was_decided_and_decides_nothing(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(mistaken)
    page = await sign_in(Role.AUDITOR)
    await mistakes(page)
    await page.locator(".mistake", has_text="marker M2").click()
    opened = page.get_by_role("region", name="The two addresses")
    await expect(opened).to_contain_text("by Lou")
    await expect(opened.get_by_role("textbox")).to_have_count(0)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_said_left_out_and_decided_on_are_accessible(
    served: ConsoleRoom, sign_in: SignedIn, scheme: Scheme
) -> None:
    served.tell(mistaken)
    page = await sign_in(Role.CALL_HANDLER, color_scheme=scheme)
    for number in ("3101", "3103"):
        await page.get_by_role("button", name=f"Incident {number}").click()
        await page.locator(".doubt, .left-out").first.wait_for()
        await demand_none(page)
    page = await sign_in(Role.MARKING_TEAM, color_scheme=scheme)
    await mistakes(page)
    for marker in ("M1", "M2", "M3"):
        await page.locator(".mistake", has_text=f"marker {marker}").click()
        await expect(page.locator(".mistake.open")).to_contain_text(f"marker {marker}")
        await demand_none(page)
