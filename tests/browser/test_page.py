"""The console in a real browser, worked by keyboard (N1, C4, N5, N6)."""

from functools import partial

import pytest
from playwright.async_api import Page, expect

from middleware.ops.access import Role
from schemas.delivery import NoteOpened, TaskTaken
from tests.browser import scenes
from tests.browser.conftest import SignedIn
from tests.consoles import NAMES, PASSWORD, ConsoleRoom
from tests.room import Room
from tests.said import HIGH_STREET, MILL_LANE

WORDS = {
    "found": "MARKER FOUND",
    "possible": "POSSIBLY A MARKER: ASK",
    "not_checked": "NOT CHECKED",
    "none_found": "Checked: none found",
}


async def test_n1_an_incident_appears_without_a_reload(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    page = await sign_in(Role.CALL_HANDLER)
    await page.evaluate("window.stillHere = true")
    await expect(page.get_by_text("No incident to show.")).to_be_visible()
    served.tell(scenes.markers)
    served.tell(lambda room: room.incident_opened(HIGH_STREET, number="4711"))
    row = page.get_by_role("button", name="Incident 4711")
    await expect(row).to_contain_text("MARKER FOUND")
    served.tell(lambda room: room.address_changed(MILL_LANE, "4711"))
    await expect(row).to_contain_text("Checked: none found")
    assert await page.evaluate("window.stillHere")


async def test_n1_what_is_live_and_new_stands_first(page: Page, served: ConsoleRoom) -> None:
    for number in ("2198", "2199"):
        served.tell(partial(Room.incident_opened, address="1 New Road", number=number))
    served.tell(partial(Room.closed, number="2199"))
    rows = page.locator(".incidents .row")
    await expect(rows.first).to_contain_text("2198")
    served.tell(partial(Room.incident_opened, address="2 New Road", number="2200"))
    await expect(rows.first).to_contain_text("2200")
    await expect(rows.last).to_contain_text("2106")


async def test_c4_the_answers_differ_in_words_shape_border_and_fill(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    """Whoever sees no colour still tells them apart."""
    served.tell(scenes.every_answer)
    page = await sign_in(Role.CALL_HANDLER)
    looks = {}
    for outcome, words in WORDS.items():
        flag = page.locator(f".flag.{outcome}").first
        await expect(flag).to_contain_text(words)
        looks[outcome] = await flag.evaluate(
            "f => [getComputedStyle(f).borderTopStyle, getComputedStyle(f).borderTopWidth,"
            " f.querySelector('svg').innerHTML]"
        )
    borders = {(style, width) for style, width, _ in looks.values()}
    shapes = {shape for _, _, shape in looks.values()}
    assert len(borders) == len(shapes) == len(WORDS)


async def test_c4_nothing_on_the_screen_reads_as_safe(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.a_bad_night)
    page = await sign_in(Role.SUPERVISOR)
    for row in await page.locator(".row").all():
        await row.click()
        text = (await page.locator("body").inner_text()).lower()
        assert not any(word in text for word in ("safe", "all clear", "no risk"))


async def test_n6_the_note_behind_is_opened_by_keyboard_and_closed_again(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.every_answer)
    page = await sign_in(Role.CALL_HANDLER)
    row = page.locator(".row", has_text="Incident 2101")
    while not await row.evaluate("r => r === document.activeElement"):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    note = page.get_by_role("complementary", name="Note")
    for words in (scenes.WHAT, "same dwelling, 100 % sure", "the table", "ago",
                  "supplied by Exampleshire Police", "review overdue since 01 March 2026",
                  "Consider meeting the police at an RVP", "does not decide"):  # fmt: skip
        await expect(note).to_contain_text(words)
    await expect(note.get_by_role("region", name="Who has been told")).to_contain_text("A101")
    await page.keyboard.press("Escape")
    await expect(note).to_have_count(0)
    await expect(row).to_be_focused()
    (opened,) = served.intake.of(NoteOpened)
    assert isinstance(opened, NoteOpened)
    assert opened.by == NAMES[Role.CALL_HANDLER]


async def test_n3_the_open_note_follows_who_has_been_told(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.every_answer)
    page = await sign_in(Role.DISPATCHER)
    await page.locator(".row", has_text="Incident 2101").click()
    told = page.get_by_role("region", name="Who has been told")
    await expect(told).to_contain_text("sent, not yet on the MDT screen")
    served.tell(lambda room: room.acknowledged(room.note("A101", "M1", "2101"), by="S7"))
    await expect(told).to_contain_text("acknowledged by S7")


async def test_n5_a_crew_not_told_is_taken_by_keyboard(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.markers)
    served.tell(lambda room: room.incident_opened(HIGH_STREET, "A101", number="2101"))
    page = await sign_in(Role.DISPATCHER)
    served.tell(lambda room: room.wait(seconds=61))
    tasks = page.get_by_role("region", name="Crews not told")
    await expect(tasks).to_contain_text("CREW NOT TOLD: A101")
    await expect(page).to_have_title("(1 NOT TOLD) Forewarn eoc1")
    await page.keyboard.press("t")
    await expect(tasks.get_by_role("button", name="Take")).to_be_focused()
    assert not served.intake.of(TaskTaken)  # one key alone takes nothing
    await page.keyboard.press("t")
    await expect(tasks).to_have_count(0)
    await expect(page.get_by_text("make sure that A101 is told")).to_be_visible()
    await expect(page.locator(".row")).to_contain_text("in the hands of Dee")


async def test_n5_who_may_not_take_a_task_sees_it_all_the_same(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.a_bad_night)
    page = await sign_in(Role.CALL_HANDLER)
    tasks = page.get_by_role("region", name="Crews not told")
    await expect(tasks).to_contain_text("CREW NOT TOLD")
    await expect(tasks.get_by_role("button", name="Take")).to_have_count(0)


async def test_a_source_and_a_channel_that_are_cut_off_say_what_it_means(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.a_bad_night)
    page = await sign_in(Role.DISPATCHER)
    down = page.get_by_role("status", name="Sources down")
    await expect(down).to_contain_text("ami is cut off")
    await expect(down).to_contain_text("mdt is cut off")
    await expect(down).to_contain_text("crews cannot be told that way")


@pytest.mark.parametrize(
    ("in_memory", "words"),
    [(False, "are kept beside it until it can"), (True, "nothing of it is on record")],
)
async def test_o4_a_journal_that_cannot_be_written_is_said_to_everybody_above_all_sources(
    served: ConsoleRoom, sign_in: SignedIn, in_memory: bool, words: str
) -> None:
    served.tell(scenes.a_bad_night)
    page = await sign_in(Role.CALL_HANDLER)
    served.tell(lambda room: scenes.journal_away(room, in_memory=in_memory))
    away = page.get_by_role("alert", name="Journal")
    await expect(away).to_contain_text("THE JOURNAL CANNOT BE WRITTEN")
    await expect(away).to_contain_text(words)
    down = page.get_by_role("status", name="Sources down")
    await expect(down).to_contain_text("ami is cut off")
    await expect(down).not_to_contain_text("journal")
    served.tell(scenes.journal_back)
    await expect(away).to_have_count(0)


async def test_a_list_that_is_searched_says_that_it_is_not_whole(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.every_answer)
    page = await sign_in(Role.CALL_HANDLER)
    await page.keyboard.press("/")
    await page.keyboard.type("A117")
    rows = page.locator(".incidents .row")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("Incident 2102")
    await expect(page.get_by_text("Not everything is shown")).to_be_visible()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.press("Delete")
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await expect(rows).to_have_count(2)
    await page.keyboard.press("a")
    await expect(page.get_by_text("Not everything is shown")).to_have_count(0)


async def test_m5_the_marking_team_decides_on_a_batch(
    served: ConsoleRoom, sign_in: SignedIn
) -> None:
    served.tell(scenes.a_bad_night)
    page = await sign_in(Role.MARKING_TEAM)
    page.on("dialog", lambda dialog: dialog.accept())
    await page.keyboard.press("2")
    batch = page.get_by_role("region", name="Marker batches")
    await expect(batch).to_contain_text("police-june")
    await expect(batch).to_contain_text("39 markers")
    await batch.get_by_role("button", name="Activate").click()
    await expect(page.get_by_text("The batch police-june is active.")).to_be_visible()
    await expect(batch).to_contain_text("No batch waits.")
    assert len(served.room.state.markers) == 41


async def test_quarantine_shows_field_and_reason(served: ConsoleRoom, sign_in: SignedIn) -> None:
    served.tell(scenes.a_bad_night)
    page = await sign_in(Role.SUPERVISOR)
    await page.keyboard.press("2")
    quarantine = page.get_by_role("region", name="Quarantine")
    await expect(quarantine).to_contain_text("place.uprn")
    await expect(quarantine).to_contain_text("has letters; give digits")


async def test_e2_who_has_several_roles_chooses_one(
    served: ConsoleRoom, open_page: SignedIn
) -> None:
    served.people.add("Two", (Role.DISPATCHER, Role.AUDITOR), PASSWORD)
    page = await open_page(served.address)
    await page.get_by_label("Name").fill("Two")
    await page.get_by_label("Password").fill("not the password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("do not go together")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_label("Today as").select_option("auditor")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator(".person")).to_have_text("Two, auditor")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
