"""Police and back-up in a real browser: composed, asked, read out, refused, taken up; by keyboard
alone, accessible (P1, P2, D4)."""

import pytest
from playwright.async_api import Page, expect

from middleware.ops.access import Role
from schemas.police import Answer, BackUpRequested, Weapon
from tests import alarms, police
from tests.browser import scenes
from tests.browser.conftest import SignedIn
from tests.browser.test_accessibility import SCHEMES, Scheme, demand_none
from tests.consoles import NAMES, ConsoleRoom
from tests.room import Room


def asked(room: Room) -> None:
    """Police, for the incident 2101."""
    incident = next(i.id for i in room.state.incidents.values() if i.number == "2101")
    room.happens(police.requested(incident, at=room.now))


def answers(room: Room, says: Answer) -> None:
    (request,) = room.state.back_ups
    room.happens(police.answered(request, says, room.now, reason="no units", reference="P-881"))


async def test_p1_p2_from_the_incident_to_a_refusal_that_goes_on_by_keyboard_alone(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.every_answer)
    page = await sign_in(Role.DISPATCHER)
    await page.locator('.row:has-text("2101")').focus()
    await page.keyboard.press("c")
    composer = page.get_by_role("region", name="Police and back-up request")
    await expect(composer.get_by_role("textbox", name="What is happening now")).to_be_focused()
    await expect(composer.locator(".read-out")).to_contain_text("Background only, not the ground")
    await expect(composer.locator(".missing")).to_contain_text("what is happening now")
    await page.keyboard.type("a man with a knife at the door")
    await composer.locator("select[name=weapon]").select_option("seen")
    await expect(composer.locator(".read-out")).to_contain_text("a man with a knife at the door.")
    await expect(composer.locator(".read-out")).to_contain_text("serious harm")
    await composer.get_by_role("button", name="Send the request").press("Enter")
    await expect(composer).to_have_count(0)
    waiting = page.get_by_role("region", name="Police and back-up", exact=True)
    await expect(waiting).to_contain_text("READ OUT TO THE POLICE CONTROL ROOM")
    await expect(waiting.locator(".read-out")).to_contain_text("a man with a knife at the door.")
    (event,) = served.intake.of(BackUpRequested)
    assert isinstance(event, BackUpRequested)
    assert (event.by, event.threat.weapon) == (NAMES[Role.DISPATCHER], Weapon.SEEN)
    await page.keyboard.press("r")
    await page.keyboard.press("Enter")
    await page.keyboard.type("call taker 7")
    await page.keyboard.press("Enter")
    await expect(waiting).to_have_count(0)
    served.tell(lambda room: answers(room, Answer.REFUSED))
    await expect(waiting).to_contain_text("STILL NECESSARY?")
    await expect(waiting).to_contain_text("reference P-881, reason no units")
    await page.keyboard.press("r")
    await page.keyboard.press("Enter")
    await expect(waiting).to_contain_text("READ OUT TO THE POLICE DUTY INSPECTOR")


async def test_d4_out_of_an_alarm_and_shown_on_it(served: ConsoleRoom, page: Page) -> None:
    served.tell(lambda room: room.happens(alarms.pressed(callsign="A101", at=room.now)))
    alarm = page.locator(".alarm")
    await alarm.wait_for()
    await page.keyboard.press("m")
    await page.keyboard.press("c")
    composer = page.get_by_role("region", name="Police and back-up request")
    read_out = composer.locator(".read-out")
    await expect(read_out).to_contain_text("Happening now: A101 pressed the emergency button")
    await composer.get_by_role("button", name="Send the request").press("Enter")
    here = alarm.get_by_role("group", name="Police and back-up here")
    await expect(here).to_contain_text("requested")
    served.tell(lambda room: answers(room, Answer.EN_ROUTE))
    await expect(here).to_contain_text("en route")
    await expect(here).to_contain_text("goes on in")


async def test_p2_at_the_end_a_named_person_takes_it(served: ConsoleRoom, page: Page) -> None:
    served.tell(asked)
    served.tell(lambda room: room.wait(minutes=5, seconds=1))
    waiting = page.get_by_role("region", name="Police and back-up", exact=True)
    await expect(waiting).to_contain_text("A PERSON MUST TAKE IT")
    await page.keyboard.press("r")
    await page.keyboard.press("Enter")
    await expect(waiting).to_have_count(0)
    (known,) = served.room.state.back_ups.values()
    assert known.taken_by == NAMES[Role.SUPERVISOR]


async def test_e2_a_call_handler_is_sent_none_of_it(served: ConsoleRoom, sign_in: SignedIn) -> None:
    served.tell(scenes.every_answer)
    served.tell(asked)
    page = await sign_in(Role.CALL_HANDLER)
    await page.locator('.row:has-text("2101")').focus()
    await page.keyboard.press("c")
    await page.keyboard.press("Enter")
    await page.locator(".note").wait_for()
    assert await page.locator(".back-up, .composer, button[data-compose]").count() == 0


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_composer_and_requests_are_accessible(
    served: ConsoleRoom, sign_in: SignedIn, scheme: Scheme
) -> None:
    served.tell(scenes.every_answer)
    served.tell(asked)
    page = await sign_in(Role.SUPERVISOR, color_scheme=scheme)
    await page.locator(".back-ups").wait_for()
    await demand_none(page)
    await page.locator(".back-ups").get_by_role("button", name="They answer").click()
    await page.locator(".back-up .asked").wait_for()
    await demand_none(page)
    await page.locator('.row:has-text("2102")').focus()
    await page.keyboard.press("c")
    await page.locator(".composer").wait_for()
    await demand_none(page)
