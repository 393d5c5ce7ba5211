"""Browsers and programs that speak to a console, as the tests need them."""

from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from middleware.ops.access import Role
from middleware.ops.clock import SystemClock
from tests.consoles import PASSWORD, ConsoleRoom


class LateClock(SystemClock):
    """The machine's clock, some time later."""

    def __init__(self) -> None:
        self.late = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.late

    def monotonic(self) -> float:
        return super().monotonic() + self.late.total_seconds()


def program(served: ConsoleRoom, role: Role) -> ClientSession:
    headers = {"Authorization": f"Bearer {served.token(role)}"}
    return ClientSession(served.address, headers=headers)


async def sign_in(browser: ClientSession, name: str, password: str = PASSWORD, **more: str) -> int:
    async with browser.post("/sign-in", json={"name": name, "password": password} | more) as answer:
        return answer.status


async def hear(live: ClientWebSocketResponse, *wanted: str) -> dict[str, Any]:
    """The next message that says one of these."""
    while True:
        message: dict[str, Any] = await live.receive_json()
        if message["say"] in wanted:
            return message


async def text_of(answer: Any) -> str:
    async with answer as response:
        return f"{response.status} {await response.text()}"
