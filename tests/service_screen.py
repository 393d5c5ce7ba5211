"""A screen of a real console: what a person who signed in has before their eyes (N1, N5, E2)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType

from middleware.ops.access import Role
from middleware.ops.people import People
from tests.service import ControlRoom

PASSWORD = "three unrelated words"
Row = dict[str, Any]


@dataclass(slots=True)
class Screen:
    """Rows by stream and id, kept by snapshot and deltas; `hello` is what it was greeted with."""

    live: ClientWebSocketResponse
    room: ControlRoom
    hello: Row = field(default_factory=dict)
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    answers: list[Row] = field(default_factory=list)

    async def run(self) -> None:
        """Read until the socket closes."""
        async for message in self.live:
            if message.type is WSMsgType.TEXT:
                self._hear(message.json())

    def _hear(self, said: Row) -> None:
        match said["say"]:
            case "hello":
                self.hello = said
            case "snapshot":
                streams = {name: rows for name, rows in said.items() if isinstance(rows, list)}
                self.rows = {name: {r["id"]: r for r in rows} for name, rows in streams.items()}
            case "delta":
                for name, change in said.items():
                    if isinstance(change, dict):
                        self._change(self.rows[name], change)
            case "note" | "mistake" | "back-up" | "done" | "refused":
                self.answers.append(said)

    def _change(self, rows: dict[str, Row], change: Row) -> None:
        rows.update({row["id"]: row for row in change["rows"]})
        for gone in change["gone"]:
            rows.pop(gone, None)

    def find(self, stream: str, **wanted: Any) -> Row:
        """The first row in which these fields have these values; an empty one without."""
        rows = self.rows.get(stream, {}).values()
        return next((row for row in rows if wanted.items() <= row.items()), {})

    async def shows(self, stream: str, **wanted: Any) -> Row:
        """The row, as soon as it is on the screen."""
        await self.room.until(lambda: self.find(stream, **wanted), f"a row {stream} {wanted}")
        return self.find(stream, **wanted)

    def told(self, number: str, callsign: str) -> list[str]:
        """Where telling this crew stands, a word for each note, as the row says."""
        crews = self.find("incidents", number=number).get("crews", [])
        notes = [n for crew in crews if crew["callsign"] == callsign for n in crew["notes"]]
        return [note["told"] for note in notes]

    async def until_told(self, word: str, number: str, callsign: str) -> None:
        await self.room.until(
            lambda: self.told(number, callsign) == [word], f"{callsign} {word} on the screen"
        )

    async def does(self, verb: str, **more: Any) -> Row:
        """A verb, and what is answered."""
        before = len(self.answers)
        await self.live.send_json({"do": verb, **more})
        await self.room.until(lambda: len(self.answers) > before, f"an answer to {verb}")
        return self.answers[before]


@asynccontextmanager
async def signed_in(room: ControlRoom, role: Role, name: str) -> AsyncIterator[ClientSession]:
    """A browser in which a person of that role has signed in with name and password."""
    People(room.state / "people.json").add(name, (role,), PASSWORD)
    jar = CookieJar(unsafe=True)
    async with ClientSession(room.console, cookie_jar=jar, headers={"Origin": room.console}) as web:
        async with web.post("/sign-in", json={"name": name, "password": PASSWORD}) as answer:
            assert answer.status == 204
        yield web


@asynccontextmanager
async def screen(room: ControlRoom, role: Role, name: str = "C. Reader") -> AsyncIterator[Screen]:
    """The screen of such a person, with its first snapshot."""
    async with signed_in(room, role, name) as web, web.ws_connect("/live") as live:
        shown = Screen(live, room)
        reading = asyncio.create_task(shown.run())
        try:
            await live.send_json({"do": "watch"})
            await room.until(lambda: shown.rows, "the first snapshot")
            yield shown
        finally:
            reading.cancel()
            await asyncio.wait([reading])
