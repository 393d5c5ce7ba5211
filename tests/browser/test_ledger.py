"""The ledger set right, proposals decided and plans put, in a real browser; accessible (A2, M4, M6,
E1, E3)."""

import pytest
from playwright.async_api import Page, expect

from middleware.flow.proposal_bodies import drafted_letter
from middleware.ops.access import Role
from schemas.frequent import Precedence
from schemas.marker import Category
from tests import said
from tests.abusing import E164, NUMBER
from tests.browser.conftest import SignedIn
from tests.browser.test_accessibility import demand_none
from tests.consoles import ConsoleRoom
from tests.reporting import terminated


@pytest.fixture
def call(served: ConsoleRoom) -> str:
    """Ended for abuse, as the exchange says."""
    served.tell(lambda room: room.happens(said.rang(NUMBER, "1", room.now)))
    ended = terminated("1", category="verbal_abuse", ground="swore", handler="4711")
    served.tell(lambda room: room.happens(ended))
    return next(iter(served.room.state.calls))


async def view(page: Page, name: str) -> None:
    views = page.get_by_role("navigation", name="Views")
    await views.get_by_role("button", name=name).click()


async def test_a2_e3_an_entry_is_corrected_and_taken_back_and_says_what_it_said(
    served: ConsoleRoom, sign_in: SignedIn, call: str
) -> None:
    page = await sign_in(Role.SUPERVISOR)
    await view(page, "Abusive calls")
    await page.get_by_role("row", name=NUMBER).get_by_role("button", name="Open").click()
    entry = page.get_by_role("region", name="Entry of the ledger")
    await entry.get_by_text("Correct the entry").click()
    form = entry.get_by_role("form", name="Correct the entry")
    await expect(form.get_by_label("Ended under the policy")).to_be_checked()
    await demand_none(page)
    await form.get_by_label("First warning given").check()
    await form.get_by_label("Ended under the policy").uncheck()
    await form.get_by_label("What it was").select_option("verbal_abuse_sexual")
    await form.get_by_label("Why it is corrected").fill("listened to it again")
    await page.keyboard.press("Enter")
    await expect(entry).to_contain_text("Corrected by Sue")
    await expect(entry).to_contain_text("Before: ended under the policy")
    (known,) = served.room.state.ledger.entries.values()
    assert (list(known.warnings), known.terminated_at, known.category) == (
        [1],
        None,
        Category.VERBAL_ABUSE_SEXUAL,
    )
    await entry.get_by_text("It should not be there").click()
    form = entry.get_by_role("form", name="Take the entry back")
    await form.get_by_label("Why").fill("another call")
    await page.keyboard.press("Enter")
    await expect(entry).to_contain_text("Taken back by Sue: another call. It counts no more.")
    row = page.get_by_role("row", name=NUMBER)
    await expect(row).to_contain_text("taken back by Sue")
    await demand_none(page)
    await page.keyboard.press("Escape")
    await expect(entry).to_have_count(0)


async def test_m4_a_proposed_marker_is_put_by_the_person_who_decides(
    served: ConsoleRoom, sign_in: SignedIn, call: str
) -> None:
    page = await sign_in(Role.MARKING_TEAM)
    await view(page, "Proposals")
    await page.locator(f'button[data-row="pm{call}"]').click()
    opened = page.get_by_role("region", name="Proposed marker")
    await expect(opened).to_contain_text(NUMBER)
    form = opened.get_by_role("form", name="Decide on the marker")
    await demand_none(page)
    await form.get_by_label("How serious").select_option("medium")
    await form.get_by_label("Next review").fill("2099-01-31")
    await form.get_by_label("Why").fill("third call of this kind")
    await form.get_by_role("button", name="Put the marker").click()
    await expect(page.get_by_text(f"The marker AC-{call} is in force")).to_be_visible()
    await expect(opened).to_contain_text("accepted by Mar")
    await expect(opened.get_by_role("form")).to_have_count(0)
    kept = served.room.state.markers.get(f"AC-{call}")
    assert kept is not None
    assert (kept.read().what, kept.read().severity) == ("swore", "medium")


async def test_a2_a_letter_is_worded_and_taken_by_the_person_who_decides(
    served: ConsoleRoom, sign_in: SignedIn, call: str
) -> None:
    page = await sign_in(Role.SECURITY_TEAM)
    await view(page, "Proposals")
    await page.locator(f'button[data-row="pl{call}"]').click()
    opened = page.get_by_role("region", name="Proposed letter")
    letter = opened.get_by_role("textbox", name="The letter")
    drafted = drafted_letter(served.room.state, served.room.state.proposals[f"pl{call}"])
    await expect(letter).to_have_value(drafted)
    await letter.fill(drafted + "Please ring us.")
    await opened.get_by_label("Why").fill("as the policy has it")
    await opened.get_by_role("button", name="It goes so").click()
    await expect(opened.get_by_role("link", name="Take the letter")).to_be_visible()
    await expect(opened.locator("pre")).to_contain_text("Please ring us.")
    await demand_none(page)
    async with page.expect_download() as taken:
        await opened.get_by_role("link", name="Take the letter").click()
    assert (await taken.value).suggested_filename == f"letter-{call}.txt"


async def test_m6_a_plan_is_put_and_its_reference_is_shown_at_the_next_ring(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    page = await sign_in(Role.MARKING_TEAM)
    await view(page, "Frequent callers")
    await page.get_by_text("Put a plan").click()
    form = page.get_by_role("form", name="A plan for a frequent caller")
    await form.get_by_label("Reference of the plan").fill("FC-0042")
    await form.get_by_label("Numbers").fill(NUMBER)
    await form.get_by_label("What leads").select_option("plan")
    await form.get_by_label("Its last day").fill("2099-01-31")
    await demand_none(page)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("FC-0042", exact=True)).to_be_visible()
    plan = served.room.state.frequent.plans["FC-0042"]
    assert (plan.phones, plan.precedence) == ((E164,), Precedence.PLAN)
    served.tell(lambda room: room.happens(said.rang(NUMBER, "1", room.now)))
    page = await sign_in(Role.CALL_HANDLER)
    row = page.locator(".calls .row")
    await expect(row).to_contain_text("plan FC-0042 takes precedence over a marker")
    await expect(row).to_contain_text("Answer it as any other call.")
    await row.click()
    await expect(page.get_by_role("complementary", name="Note")).to_contain_text("plan FC-0042")
    await demand_none(page)
