"""A man-down in a real browser: seen at once, worked by keyboard, heard, accessible (D1-D3)."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from middleware.ops.access import Role
from schemas.safety import AlarmAccepted, AlarmEnded, HelpSent, Position, Signal
from tests import alarms
from tests.browser import scenes
from tests.browser.conftest import SignedIn
from tests.browser.test_accessibility import SCHEMES, Scheme, demand_none
from tests.consoles import NAMES, ConsoleRoom
from tests.room import Room

HERE = Position(latitude=51.3, longitude=-0.5, error_m=20.0, age_s=5.0)
NEAR = Position(latitude=51.305, longitude=-0.5, error_m=200.0, age_s=300.0)
TWICE = re.compile(r"1[2-9]|[2-9]\d")
"""Tones of two rings, or more."""
A_RING_LATER = 3.0
"""Seconds within which it would have rung again."""
HEARD = """
    const voice = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () {
        const made = voice.call(this);
        const start = made.start;
        made.start = function (at) {
            window.tones = (window.tones ?? 0) + 1;
            document.body.dataset.tones = String(window.tones);
            start.call(made, at);
        };
        return made;
    };
    localStorage.setItem("sound", "on");
"""


def press(room: Room) -> None:
    """The crew at the marked address; another crew is near."""
    room.happens(alarms.positioned("2", NEAR, room.now))
    pressed = alarms.pressed(callsign="A101", at=room.now, signal=Signal.LIP, position=HERE)
    room.happens(pressed)
    room.happens(alarms.pressed(callsign="A101", at=room.now))


async def test_d1_everything_known_is_on_the_supervisors_screen_at_once(
    served: ConsoleRoom, page: Page
) -> None:
    served.tell(press)
    alarm = page.get_by_role("region", name="Man-down")
    for words in (
        "MAN-DOWN: A101", "51.30000, -0.50000", "exact to 20 m", "emergency position 1 ×",
        "emergency status 1 ×", "2101", "14 High Street", "MARKER FOUND",
        "radio 2", "560 m", "nobody has accepted",
    ):  # fmt: skip
        await expect(alarm).to_contain_text(words)
    await expect(alarm.locator(".told")).to_contain_text("not yet on the MDT screen")
    assert (await page.title()).startswith("MAN-DOWN")


async def test_d2_accepted_helped_and_ended_by_keyboard_alone(
    served: ConsoleRoom, page: Page
) -> None:
    served.tell(press)
    alarm = page.get_by_role("region", name="Man-down")
    await alarm.wait_for()
    await page.keyboard.press("m")
    await page.keyboard.press("m")
    await expect(alarm).to_contain_text(f"{NAMES[Role.SUPERVISOR]},")
    await expect(alarm).to_contain_text("accepted, not ended")
    await page.keyboard.press("h")
    await page.keyboard.type("B2 and police")
    await page.keyboard.press("Enter")
    await expect(alarm).to_contain_text("on the way: B2 and police")
    await page.keyboard.press("e")
    await expect(page.get_by_role("button", name="Real")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(alarm).to_have_count(0)
    for kind in (AlarmAccepted, HelpSent, AlarmEnded):
        (event,) = served.intake.of(kind)
        assert event.model_dump()["by"] == NAMES[Role.SUPERVISOR]
    assert event.model_dump()["outcome"] == "accidental"


async def test_d2_it_is_heard_until_somebody_accepts(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    page = await sign_in(Role.SUPERVISOR)
    await page.evaluate(HEARD)
    served.tell(press)
    body = page.locator("body")
    await expect(body).to_have_attribute("data-tones", TWICE)
    await page.keyboard.press("m")
    await page.keyboard.press("m")
    await expect(page.get_by_role("region", name="Man-down")).to_contain_text("not ended")
    rung = await body.get_attribute("data-tones")
    await asyncio.sleep(A_RING_LATER)
    assert await body.get_attribute("data-tones") == rung


async def test_d2_with_several_alarms_a_key_acts_on_the_one_in_focus_only(
    served: ConsoleRoom, page: Page
) -> None:
    served.tell(press)
    served.tell(lambda room: room.happens(alarms.unreadable(None, room.now)))
    second = page.locator(".alarm").nth(1)
    await second.wait_for()
    await page.keyboard.press("h")
    assert await page.locator(".asked").count() == 0
    await second.get_by_role("button", name="Accept").focus()
    await page.keyboard.press("h")
    await expect(second.locator(".asked input")).to_be_focused()


async def test_d2_who_has_the_sound_off_is_told_so(served: ConsoleRoom, page: Page) -> None:
    served.tell(press)
    off = page.get_by_role("button", name="Sound is off here")
    await off.click()
    await expect(off).to_have_count(0)


async def test_d2_a_dispatcher_sees_it_when_the_ladder_comes_there(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    page = await sign_in(Role.DISPATCHER)
    served.tell(press)
    served.tell(lambda room: room.wait(seconds=15))
    await expect(page.locator(".figures")).to_be_visible()
    assert await page.locator(".alarm").count() == 0
    served.tell(lambda room: room.wait(seconds=31))
    await expect(page.locator(".alarm")).to_contain_text("MAN-DOWN: A101")


async def test_d1_an_unreadable_emergency_is_shown_as_it_came(
    served: ConsoleRoom, page: Page
) -> None:
    served.tell(lambda room: room.happens(alarms.unreadable("1234", room.now)))
    alarm = page.locator(".alarm")
    await expect(alarm).to_contain_text("UNREADABLE EMERGENCY from radio 1234")
    await expect(alarm.locator("code")).to_have_text("+CTSDSR: 13,")
    await expect(alarm).to_contain_text("position not known")


async def test_d1_an_alarm_hides_no_crew_that_was_not_told(served: ConsoleRoom, page: Page) -> None:
    served.tell(scenes.trouble)
    served.tell(press)
    await expect(page.locator(".alarm")).to_be_visible()
    await expect(page.locator(".task").first).to_be_visible()


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_every_state_of_an_alarm_is_accessible(
    served: ConsoleRoom, sign_in: SignedIn, scheme: Scheme
) -> None:
    served.tell(scenes.every_answer)
    served.tell(press)
    served.tell(lambda room: room.happens(alarms.unreadable(None, room.now)))
    served.tell(lambda room: room.wait(seconds=20))
    page = await sign_in(Role.SUPERVISOR, color_scheme=scheme)
    await page.locator(".alarm").first.wait_for()
    await demand_none(page)
    await page.keyboard.press("m")
    await page.keyboard.press("h")
    await page.locator(".asked input").wait_for()
    await demand_none(page)
    await page.keyboard.press("Enter")
    await page.locator(".alarm.help_on_the_way").wait_for()
    await page.locator(".alarm.help_on_the_way .acts button").first.focus()
    await page.keyboard.press("e")
    await page.get_by_role("group", name="What was it?").wait_for()
    await demand_none(page)
