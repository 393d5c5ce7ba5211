"""The person in the EOC who takes the tasks: signs in at the console and watches it (N5)."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import ClientSession, CookieJar, WSMsgType


class Desk:
    """Takes each task `after` seconds after it came on the screen."""

    def __init__(self, console: str, name: str, password: str, after: float) -> None:
        self._console, self._name, self._password = console, name, password
        self._after = after
        self._known: set[str] = set()
        self._taking: set[asyncio.Task[None]] = set()
        self.taken = 0

    async def run(self, happened: Callable[[str], None]) -> None:
        """Sign in and work until cancelled."""
        jar, headers = CookieJar(unsafe=True), {"Origin": self._console}
        async with ClientSession(cookie_jar=jar, headers=headers) as session:
            said = {"name": self._name, "password": self._password}
            async with session.post(f"{self._console}/sign-in", json=said) as answer:
                answer.raise_for_status()
            async with session.ws_connect(f"{self._console}/live", max_msg_size=0) as screen:
                await screen.send_json({"do": "watch"})
                async for message in screen:
                    if message.type is WSMsgType.TEXT:
                        for task in self._new_tasks(message.json()):
                            happened(f"console   {task['callsign']} HAS NOT BEEN TOLD")
                            self._take_later(screen, task, happened)

    def _new_tasks(self, said: dict[str, Any]) -> list[dict[str, Any]]:
        tasks = said.get("tasks", [])
        rows = tasks if said.get("say") == "snapshot" else dict(tasks or {}).get("rows", [])
        new = [row for row in rows if row["id"] not in self._known]
        self._known.update(row["id"] for row in new)
        return new

    def _take_later(
        self, screen: Any, task: dict[str, Any], happened: Callable[[str], None]
    ) -> None:
        async def take() -> None:
            await asyncio.sleep(self._after)
            await screen.send_json({"do": "take-task", "task": task["id"]})
            self.taken += 1
            happened(f"console   {self._name} takes it on and will reach {task['callsign']}")

        job = asyncio.create_task(take())
        self._taking.add(job)
        job.add_done_callback(self._taking.discard)
