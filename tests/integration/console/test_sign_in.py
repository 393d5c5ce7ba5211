"""Signing in and out: on record, slowed down when guessed, from our own page only (E1, E2)."""

import ssl
from pathlib import Path

import pytest
import trustme
from aiohttp import ClientSession, CookieJar, TCPConnector

from middleware.console.attempts import FAILURES_A_NAME, WITHIN
from middleware.console.sessions import LASTING
from middleware.ops.access import Role
from schemas.service import SignedIn
from tests.console_clients import LateClock, hear, sign_in, text_of
from tests.consoles import NAMES, PASSWORD, ConsoleRoom


async def test_e1_a_sign_in_is_on_record_before_the_cookie_is_given(
    served: ConsoleRoom, browser: ClientSession
) -> None:
    served.hire(Role.DISPATCHER)
    answer = await browser.post("/sign-in", json={"name": "Dee", "password": PASSWORD})
    assert answer.status == 204
    (event,) = served.intake.of(SignedIn)
    assert isinstance(event, SignedIn)
    assert (event.by, event.role) == ("Dee", "dispatcher")
    cookie = answer.cookies["forewarn_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie.value not in (served.state / "sessions.json").read_text()


async def test_e2_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    served: ConsoleRoom, browser: ClientSession
) -> None:
    served.hire(Role.DISPATCHER)
    wrong = await text_of(browser.post("/sign-in", json={"name": "Dee", "password": "x" * 12}))
    unknown = await text_of(browser.post("/sign-in", json={"name": "Eve", "password": "x" * 12}))
    assert wrong == unknown
    assert wrong.startswith("401")
    assert not served.intake.of(SignedIn)


async def test_e2_guessing_is_slowed_down_and_the_colleague_is_not_locked_out_for_good(
    served: ConsoleRoom, browser: ClientSession, clock: LateClock
) -> None:
    served.hire(Role.DISPATCHER, Role.SUPERVISOR)
    for _ in range(FAILURES_A_NAME):
        assert await sign_in(browser, "Dee", "a wrong password") == 401
    assert await sign_in(browser, "Dee") == 429
    assert await sign_in(browser, "Sue") == 204
    clock.late = WITHIN
    assert await sign_in(browser, "Dee") == 204


async def test_e2_who_has_several_roles_signs_in_as_one_of_them(
    served: ConsoleRoom, browser: ClientSession
) -> None:
    served.people.add("Two", (Role.DISPATCHER, Role.MARKING_TEAM), PASSWORD)
    assert (
        await text_of(browser.post("/sign-in", json={"name": "Two", "password": PASSWORD}))
        == '409 {"roles": ["dispatcher", "marking_team"]}'
    )
    assert await sign_in(browser, "Two", role="auditor") == 403
    assert await sign_in(browser, "Two", role="marking_team") == 204
    async with browser.ws_connect("/live") as live:
        assert (await hear(live, "hello"))["role"] == "marking_team"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"name": "Dee"}', b'{"name": "", "password": ""}'])
async def test_what_is_no_sign_in_is_refused(
    served: ConsoleRoom, browser: ClientSession, body: bytes
) -> None:
    async with browser.post("/sign-in", data=body) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", ""])
async def test_e2_another_site_can_neither_sign_in_nor_act_nor_watch(
    served: ConsoleRoom, browser: ClientSession, origin: str
) -> None:
    served.hire(Role.MARKING_TEAM)
    await sign_in(browser, NAMES[Role.MARKING_TEAM])
    elsewhere = {"Origin": origin}
    credentials = {"name": "Mar", "password": PASSWORD}
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    for asked in (
        browser.post("/sign-in", json=credentials, headers=elsewhere),
        browser.post("/sign-out", headers=elsewhere),
        browser.delete("/api/markers/M1", json={"reason": "x"}, headers=elsewhere),
        browser.get("/live", headers=elsewhere | upgrade),
    ):
        assert (await text_of(asked)).startswith("403")


async def test_a_session_outlives_the_service(served: ConsoleRoom, browser: ClientSession) -> None:
    """Nobody signs in again because the service was started again."""
    served.hire(Role.DISPATCHER)
    await sign_in(browser, "Dee")
    async with (
        served.serving() as again,
        browser.ws_connect(again + "/live", headers={"Origin": again}) as live,
    ):
        assert (await hear(live, "hello"))["name"] == "Dee"


async def test_e2_a_session_ends_with_the_shift(
    served: ConsoleRoom, browser: ClientSession, clock: LateClock
) -> None:
    served.hire(Role.DISPATCHER)
    await sign_in(browser, "Dee")
    clock.late = LASTING
    assert (await text_of(browser.get("/live"))).startswith("401")


async def test_e2_who_signed_out_is_cut_off(served: ConsoleRoom, browser: ClientSession) -> None:
    served.hire(Role.DISPATCHER)
    await sign_in(browser, "Dee")
    async with browser.ws_connect("/live") as live:
        async with browser.post("/sign-out") as answer:
            assert answer.status == 204
        async for _ in live:
            pass
        assert live.closed
    assert (await text_of(browser.get("/live"))).startswith("401")


async def test_e2_over_tls_the_cookie_is_secure_and_the_screen_is_served(tmp_path: Path) -> None:
    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    authority.configure_trust(theirs)
    room = ConsoleRoom(tmp_path, tls=ours)
    room.hire(Role.DISPATCHER)
    connector = TCPConnector(ssl=theirs)
    async with (
        room.serving() as address,
        ClientSession(
            address, headers={"Origin": address}, connector=connector,
            cookie_jar=CookieJar(unsafe=True),
        ) as browser,
    ):  # fmt: skip
        answer = await browser.post("/sign-in", json={"name": "Dee", "password": PASSWORD})
        assert answer.cookies["forewarn_session"]["secure"]
        async with browser.ws_connect("/live") as live:
            await live.send_json({"do": "watch"})
            assert (await hear(live, "snapshot"))["incidents"] == []
