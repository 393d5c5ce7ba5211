"""A crew that stands off, in a real browser: its minutes, the prompt, and what a dispatcher says
(P3)."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from middleware.ops.access import Role
from schemas import incident
from schemas.stand_off import PromptAnswered, StandOffSaid, StandOffState
from tests.browser import scenes
from tests.browser.conftest import SignedIn
from tests.browser.test_accessibility import SCHEMES, Scheme, demand_none
from tests.consoles import NAMES, ConsoleRoom
from tests.room import Room

NUMBER = "2103"
CREW = "A130"
"""At an address without a marker."""


def stands_off(room: Room) -> None:
    """It began twelve minutes ago, and the first prompt has come."""
    room.now -= timedelta(minutes=12)
    about = room.cad.about(NUMBER, CREW, room.now)
    room.happens(
        incident.ResourceStandingOff(callsign=CREW, where="the corner of Mill Lane", **about)
    )
    room.wait(minutes=12)


@pytest.fixture
def role() -> Role:
    return Role.DISPATCHER


async def test_p3_the_prompt_is_on_the_screen_until_a_named_person_has_seen_to_it(
    served: ConsoleRoom, page: Page
) -> None:
    served.tell(stands_off)
    prompt = page.get_by_role("region", name="Crews that stand off")
    for words in (CREW, "standing off for 12 min", "it has lasted so long", NUMBER, "prompt 1"):
        await expect(prompt).to_contain_text(words)
    line = page.locator(".row .held", has_text="STANDING OFF")
    await expect(line).to_contain_text("12 min")
    await expect(line).to_contain_text("at the corner of Mill Lane")
    await expect(line).to_contain_text("nobody has answered prompt 1")
    await page.keyboard.press("o")
    await page.keyboard.press("o")
    await expect(prompt).to_have_count(0)
    await expect(line).to_contain_text(f"seen to by {NAMES[Role.DISPATCHER]}")
    (answered,) = served.intake.of(PromptAnswered)
    assert answered.model_dump()["by"] == NAMES[Role.DISPATCHER]


async def test_p3_a_change_of_the_patients_state_brings_it_back(
    served: ConsoleRoom, page: Page
) -> None:
    served.tell(stands_off)
    prompt = page.get_by_role("region", name="Crews that stand off")
    await prompt.wait_for()
    await page.keyboard.press("o")
    await page.keyboard.press("o")
    await expect(prompt).to_have_count(0)

    def worse(room: Room) -> None:
        about = room.cad.about(NUMBER, None, room.now)
        room.happens(incident.IncidentUpdated(condition="unconscious", **about))

    served.tell(worse)
    await expect(prompt).to_contain_text("what is known of the patient has changed")
    await expect(prompt).to_contain_text("unconscious")


async def test_p3_a_dispatcher_says_how_a_crew_holds_by_keyboard(
    served: ConsoleRoom, page: Page
) -> None:
    opened = page.locator(".row", has_text=f"Incident {NUMBER}")
    await opened.focus()
    await page.keyboard.press("Enter")
    hold = page.get_by_role("group", name=f"How does {CREW} hold?")
    await hold.get_by_label("Where").focus()
    await page.keyboard.type("the fire station")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    line = page.locator(".row .held")
    await expect(line).to_contain_text("AT THE RVP")
    await expect(line).to_contain_text("at the fire station")
    await expect(page.locator(".said")).to_contain_text("On record: A130 is at the RVP")
    await hold.get_by_role("button", name="Gone in").click()
    await expect(line).to_contain_text(re.compile("at the RVP .* to .*: gone in"))
    said = [event for event in served.intake.of(StandOffSaid) if isinstance(event, StandOffSaid)]
    assert [(one.callsign, one.state, one.by) for one in said] == [
        (CREW, StandOffState.AT_RVP, NAMES[Role.DISPATCHER]),
        (CREW, StandOffState.GONE_IN, NAMES[Role.DISPATCHER]),
    ]


async def test_p3_e2_a_call_handler_sees_it_and_is_offered_nothing(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.every_answer)
    served.tell(stands_off)
    page = await sign_in(Role.CALL_HANDLER)
    prompt = page.get_by_role("region", name="Crews that stand off")
    await expect(prompt).to_contain_text(CREW)
    assert await prompt.get_by_role("button", name="Seen to").count() == 0
    await page.locator(".row", has_text=f"Incident {NUMBER}").click()
    await expect(page.locator(".told-list")).to_contain_text("STANDING OFF")
    assert await page.locator(".hold").count() == 0


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_p3_a_stand_off_is_accessible(
    served: ConsoleRoom, sign_in: SignedIn, scheme: Scheme
) -> None:
    served.tell(scenes.every_answer)
    served.tell(stands_off)
    page = await sign_in(Role.DISPATCHER, color_scheme=scheme)
    await page.locator(".row", has_text=f"Incident {NUMBER}").click()
    await page.locator(".hold").wait_for()
    await demand_none(page)
