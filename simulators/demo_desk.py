"""The people in the EOC, played: they sign in at the console, watch it, and act (N5, D2)."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType

from simulators.demo_board import Board, Row, rows_of

Happened = Callable[[str], None]


class Person(ABC):
    """Somebody with a screen of their own, who does something `after` seconds after it came."""

    def __init__(self, console: str, name: str, password: str, after: float) -> None:
        self._console, self._name, self._password = console, name, password
        self._after = after
        self._screen: ClientWebSocketResponse | None = None
        self._doing: set[asyncio.Task[None]] = set()

    async def run(self, happened: Happened) -> None:
        """Sign in and work until cancelled."""
        jar, headers = CookieJar(unsafe=True), {"Origin": self._console}
        async with ClientSession(cookie_jar=jar, headers=headers) as session:
            said = {"name": self._name, "password": self._password}
            async with session.post(f"{self._console}/sign-in", json=said) as answer:
                answer.raise_for_status()
            async with session.ws_connect(f"{self._console}/live", max_msg_size=0) as screen:
                self._screen = screen
                await screen.send_json({"do": "watch"})
                async for message in screen:
                    if message.type is WSMsgType.TEXT:
                        self.sees(message.json(), happened)

    @abstractmethod
    def sees(self, said: Row, happened: Happened) -> None:
        """Something changed on the screen."""

    def does_later(self, after: float, verb: Row, line: str, happened: Happened) -> None:
        async def do() -> None:
            await asyncio.sleep(after)
            if self._screen is not None:
                await self._screen.send_json(verb)
                happened(line)

        job = asyncio.create_task(do())
        self._doing.add(job)
        job.add_done_callback(self._doing.discard)


class Dispatcher(Person):
    """Takes each task on; `board` is what the dispatcher sees of who was told."""

    def __init__(self, console: str, name: str, password: str, after: float) -> None:
        super().__init__(console, name, password, after)
        self.board = Board()
        self._known: set[str] = set()

    def sees(self, said: Row, happened: Happened) -> None:
        self.board.take(said)
        for task in rows_of(said, "tasks"):
            if task["id"] not in self._known:
                self._known.add(task["id"])
                self._take(task["id"], task["callsign"], happened)

    def _take(self, task: str, callsign: str, happened: Happened) -> None:
        happened(f"console   {callsign} HAS NOT ANSWERED: a task for a person")
        line = f"console   {self._name} takes it on and will reach {callsign}"
        self.does_later(self._after, {"do": "take-task", "task": task}, line, happened)


class Supervisor(Person):
    """Accepts each man-down once it has been told more than once, sends help, and ends it; where
    the radio cancelled it, that is left to whoever looks at the demo."""

    HELP_S, END_S = 3.0, 10.0
    """After the acceptance."""

    def __init__(self, console: str, name: str, password: str, after: float) -> None:
        super().__init__(console, name, password, after)
        self._seen: dict[str, Row] = {}
        self._helps: set[str] = set()

    def sees(self, said: Row, happened: Happened) -> None:
        for alarm in rows_of(said, "alarms"):
            before = self._seen.get(alarm["id"])
            self._seen[alarm["id"]] = alarm
            for line in _changes(before, alarm):
                happened(f"MAN-DOWN  {line}")
            if before is None:
                verb = {"do": "accept-alarm", "alarm": alarm["id"]}
                line = f"console   {self._name} accepts {alarm['title']}"
                self.does_later(self._after, verb, line, happened)
            if alarm["accepted_by"] and alarm["id"] not in self._helps:
                self._helps.add(alarm["id"])
                self._help(alarm, happened)

    def _help(self, alarm: Row, happened: Happened) -> None:
        about: dict[str, Any] = {"alarm": alarm["id"]}
        if alarm["listening"]:
            verb = {"do": "report-listening", "done": True} | about
            line = f"console   {self._name} listens, as agreed for this radio"
            self.does_later(1.0, verb, line, happened)
        if alarm["cancelled_at"]:
            happened(f"console   {alarm['who']}: sign in as supervisor and end it (M, then E)")
            return
        line = f"console   {self._name}: help is on the way to {alarm['who']}"
        verb = {"do": "send-help", "what": "police and a second vehicle"} | about
        self.does_later(self.HELP_S, verb, line, happened)
        line = f"console   {self._name} ends it: real"
        verb = {"do": "end-alarm", "outcome": "real"} | about
        self.does_later(self.END_S, verb, line, happened)


def _changes(before: Row | None, alarm: Row) -> list[str]:
    """What is new about it, in lines."""
    who, lines = alarm["who"], []
    if before is None:
        incident = (alarm["incident"] or {}).get("number", "none known")
        where = (alarm["position"] or {}).get("words", "position not known")
        lines.append(f"{who} pressed the button: incident {incident}, {where}")
    elif alarm["times"] > before["times"] and not alarm["accepted_by"]:
        lines.append(f"{who}: nobody has accepted, told {alarm['times']} times")
    if alarm["cancelled_at"] and not (before and before["cancelled_at"]):
        lines.append(f"{who}: cancelled on the radio, which ends nothing")
    return lines
