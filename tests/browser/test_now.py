"""The view Now in a real browser: what Grafana would show, for those without it (O1, E2)."""

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from middleware.ops.access import Role
from schemas.service import ProbesBack, ProbesLost, SourceConnected
from tests import alarms
from tests.browser import scenes
from tests.browser.conftest import SignedIn
from tests.browser.test_accessibility import SCHEMES, Scheme, demand_none
from tests.consoles import ConsoleRoom


def a_bad_hour(served: ConsoleRoom) -> None:
    """Crews that have not answered, and a machine that has trouble of every kind."""
    served.tell(scenes.a_bad_night)
    meters = served.metrics
    for outcome, reason, times in (("found", "", 30), ("not_checked", "limit_missed", 10)):
        labels = {"subject": "incident", "outcome": outcome, "reason": reason}
        meters.counter("forewarn_checks_total", **labels).inc(times)
    for took in (0.004, 0.004, 0.2):
        meters.histogram("forewarn_check_seconds").observe(took)
    for name, connected in (("cad_http", 1), ("mdt", 1), ("ami", 0), ("radio", 0)):
        meters.gauge("forewarn_adapter_connected", adapter=name).set(connected)
    meters.counter("forewarn_adapter_received_total", adapter="cad_http").inc(7)
    for queue, depth in (("live", 9_000), ("bulk", 5_500), ("mdt outgoing", 3)):
        meters.gauge("forewarn_queue_bound", queue=queue).set(10_000)
        meters.gauge("forewarn_queue_depth", queue=queue).set(depth)
    meters.gauge("forewarn_probe_since_return_seconds", channel="mdt").set(95)
    meters.gauge("forewarn_probe_overdue", channel="mdt").set(1)
    meters.gauge("forewarn_journal_away").set(1)
    meters.gauge("forewarn_spool_records").set(12)


@pytest_asyncio.fixture(loop_scope="session")
async def page(served: ConsoleRoom, sign_in: SignedIn) -> Page:
    """A supervisor's, on that view."""
    a_bad_hour(served)
    page = await sign_in(Role.SUPERVISOR)
    await view(page)
    return page


async def view(page: Page) -> None:
    """By the keyboard: its number stands beside its name."""
    button = page.get_by_role("navigation", name="Views").get_by_role("button", name="Now")
    await page.keyboard.press(await button.locator("kbd").inner_text())
    await page.get_by_role("region", name="Now", exact=True).wait_for()


async def test_o1_a_supervisor_sees_who_has_not_answered_and_opens_it_by_keyboard(
    served: ConsoleRoom, page: Page
) -> None:
    waiting = page.get_by_role("region", name="Who has not answered")
    await expect(waiting.get_by_role("row", name="A101")).to_contain_text("CREW NOT TOLD")
    await expect(waiting).to_contain_text("2101")
    await waiting.get_by_role("button", name="Open incident 2101").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".behind").first).to_be_visible()


async def test_o1_every_trouble_is_said_in_words(page: Page) -> None:
    for region, words in {
        "Not checked": ("25 %", "40 checks", "10 × limit missed"),
        "Latency": ("check against the markers", "50 ms", "OVER ITS LIMIT", "put on record"),
        "Sources and channels": ("CUT OFF", "not connected yet", "DO NOT COME BACK, for 2 min"),
        "Queues": ("live", "NEAR ITS BOUND", "half full"),
        "Journal": ("CANNOT BE WRITTEN: records lie in the spool", "12 records wait"),
        "Man-down alarms": ("None open",),
    }.items():
        for said in words:
            await expect(page.get_by_role("region", name=region, exact=True)).to_contain_text(said)


async def test_o1_what_changes_is_there_without_a_reload(served: ConsoleRoom, page: Page) -> None:
    served.metrics.gauge("forewarn_journal_away").set(0)
    served.metrics.gauge("forewarn_probe_since_return_seconds", channel="mdt").set(3)
    served.metrics.gauge("forewarn_probe_overdue", channel="mdt").set(0)
    served.tell(lambda room: room.happens(alarms.pressed()))
    await expect(page.get_by_role("region", name="Journal", exact=True)).to_contain_text("Written.")
    adapters = page.get_by_role("region", name="Sources and channels")
    await expect(adapters.get_by_role("row", name="mdt")).to_contain_text("back 3 s ago")
    await expect(page.get_by_role("region", name="Man-down alarms", exact=True)).to_contain_text(
        "1 NOT ACCEPTED"
    )


async def test_e2_who_runs_the_machine_sees_it_without_any_crew(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    a_bad_hour(served)
    page = await sign_in(Role.ADMINISTRATOR)
    await view(page)
    await expect(page.get_by_role("region", name="Queues")).to_contain_text("live")
    assert await page.get_by_role("region", name="Who has not answered").count() == 0
    assert "A101" not in await page.locator("body").inner_text()


async def test_e2_nobody_else_is_offered_it(served: ConsoleRoom, sign_in: SignedIn) -> None:
    page = await sign_in(Role.DISPATCHER)
    views = page.get_by_role("navigation", name="Views")
    await views.wait_for()
    assert await views.get_by_role("button", name="Now").count() == 0


async def test_o1_a_channel_that_does_not_bring_probes_back_is_on_every_screen(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.every_answer)
    page = await sign_in(Role.CALL_HANDLER)
    banner = page.get_by_role("status", name="Sources down")

    def said(kind: type[ProbesLost] | type[ProbesBack]) -> None:
        served.tell(
            lambda room: room.happens(kind(source="self", id="radio", occurred_at=room.now))
        )

    served.tell(
        lambda room: room.happens(SourceConnected(source="radio", id="radio", occurred_at=room.now))
    )
    said(ProbesLost)
    await expect(banner).to_contain_text("radio takes notes, and probes do not come back")
    said(ProbesBack)
    await expect(banner).to_have_count(0)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_o1_the_view_is_accessible(
    served: ConsoleRoom, sign_in: SignedIn, scheme: Scheme
) -> None:
    a_bad_hour(served)
    page = await sign_in(Role.SUPERVISOR, color_scheme=scheme)
    await view(page)
    await page.get_by_text("NEAR ITS BOUND").wait_for()
    await demand_none(page)
