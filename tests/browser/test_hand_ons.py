"""An incident handed on by keyboard, and what became of it on screen; accessible (N2, N7, C4)."""

import pytest
from playwright.async_api import expect

from middleware.domain.rules import Rules
from middleware.ops.access import Role
from middleware.ports import By, Way
from schemas.delivery import Delivery, DeliveryReported
from tests import said
from tests.browser.conftest import SignedIn
from tests.browser.test_accessibility import demand_none
from tests.consoles import ConsoleRoom
from tests.room import LADDER
from tests.said import HIGH_STREET

BARS = "bars_flag"


@pytest.fixture
def incident(served: ConsoleRoom) -> str:
    ways, services = {BARS: Way(by=By.SERVICE)}, {"Neighbour": "1122", "Coast": "33"}
    served.tell(lambda room: room.starts(Rules(ladder=LADDER, ways=ways, services=services)))
    served.tell(lambda room: room.marker_put(said.marker()))
    served.tell(lambda room: room.incident_opened(HIGH_STREET))
    return served.room.incident().id


async def test_n2_n7_handed_on_by_keyboard_refused_and_taken_back(
    served: ConsoleRoom, sign_in: SignedIn, incident: str
) -> None:
    page = await sign_in(Role.DISPATCHER)
    await page.locator(".incidents .row").click()
    button = page.get_by_role("button", name="Handed on: tell them of the scene")
    await button.wait_for()
    await page.keyboard.press("x")
    await expect(button).to_be_focused()
    await page.keyboard.press("x")
    form = page.get_by_role("form", name="Hand the scene's safety on")
    await expect(form.get_by_label("To")).to_be_focused()
    await demand_none(page)
    await form.get_by_label("Because").select_option("out-of-area")
    await form.get_by_role("button", name="Tell them").click()
    there = page.get_by_role("region", name="Handed on")
    await expect(there).to_contain_text("Neighbour, out of area, by Dee")
    await expect(there).to_contain_text("scene-safety flag on its way")
    (one,) = served.room.state.hand_ons.values()
    refused = DeliveryReported(
        source=BARS, id="1", occurred_at=served.room.now, device="Neighbour", channel=BARS,
        note=one.id, note_revision=1, state=Delivery.REFUSED, code="422",
    )  # fmt: skip
    served.tell(lambda room: room.happens(refused))
    await expect(there).to_contain_text("REFUSED by their system (422): tell them by telephone")
    await demand_none(page)
    await there.get_by_text("Not handed on after all").click()
    await there.get_by_label("Why").fill("our crew was nearer")
    await there.get_by_role("button", name="Take it back from Neighbour").click()
    await expect(there).to_contain_text("taking back on its way")
    assert one.ended_by == "Dee"
    await demand_none(page)
