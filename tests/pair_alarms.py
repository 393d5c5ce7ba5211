"""Crews that press their button while a pair of services is broken and mended, and a supervisor who
sits at a console meanwhile (D1, D2, O4).

async with alarms_at(two) as alarms:
    radio = alarms.press()               # each press is another radio's
    …faults…
    wrong = alarms.judged(entries)       # what is not as it must be; empty when all is well

The gateway and the supervisor's browser know the fronts alone. What is on the screen is accepted at
once; whoever is cut off signs in again.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, CookieJar

from middleware.engine.entry import Entry
from schemas.alarm import AlarmRaised, AlarmTaken
from schemas.safety import ManDownSignalled
from simulators.cad_links import HttpLink
from simulators.cad_messages import Message
from simulators.man_down import GatewaySimulator
from tests.guarded_room import PATH
from tests.pair import SUPERVISOR, Pair
from tests.room import made
from tests.service_screen import PASSWORD, Screen

PRESS_S = 1.0
"""Between two crews that press."""
LOOK_S = 0.02
SIGN_IN = ClientTimeout(sock_connect=1.0, sock_read=5.0)
"""A paused service answers nothing."""
DONE = frozenset({"taken", "known"})


@dataclass(slots=True)
class Alarms:
    """What was pressed, what the gateway was answered, what was on the supervisor's screens."""

    two: Pair
    gateway: GatewaySimulator = field(init=False)
    pressed: dict[str, float] = field(default_factory=dict)
    """Radio to the moment, of time.monotonic."""
    answered: set[str] = field(default_factory=set)
    reached: dict[str, float] = field(default_factory=dict)
    """Seconds from the press until it was on a screen."""
    shown: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Under which ids, on any screen."""
    _is_over: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        url = f"http://127.0.0.1:{self.two.fronts['man_down'].port}{PATH}"
        self.gateway = GatewaySimulator(HttpLink(url, self.two.gateway_token), heard=self._heard)

    def press(self) -> str:
        """The button of a radio that was never pressed."""
        radio = str(1000 + len(self.pressed))
        self.pressed[radio] = time.monotonic()
        self.gateway.press(radio)
        return radio

    def between(self, begun: float, ended: float) -> int:
        """How many were pressed in this time."""
        return sum(begun <= at <= ended for at in self.pressed.values())

    async def keep_pressing(self) -> None:
        """One crew after the other, until `stop`."""
        while not self._is_over.is_set():
            self.press()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_over.wait(), PRESS_S)

    def stop(self) -> None:
        self._is_over.set()

    def _heard(self, message: Message, standing: str) -> None:
        if standing in DONE:
            self.answered.add(message.body["radio"])

    # --- the supervisor -----------------------------------------------------------------

    async def watch(self) -> None:
        """At whichever instance the front leads to."""
        while True:
            with suppress(ClientError, OSError):
                await self._sit()
            await asyncio.sleep(LOOK_S)

    async def _sit(self) -> None:
        """Until this screen is cut off."""
        at = f"http://127.0.0.1:{self.two.fronts['console'].port}"
        said = {"name": SUPERVISOR, "password": PASSWORD}
        browser: dict[str, Any] = {"cookie_jar": CookieJar(unsafe=True), "headers": {"Origin": at}}
        async with ClientSession(at, timeout=SIGN_IN, **browser) as web:
            async with web.post("/sign-in", json=said) as answer:
                if answer.status != 204:
                    return
            async with web.ws_connect("/live") as live:
                screen, accepted = Screen(live, self.two.instances["a"]), set[str]()
                reading = asyncio.create_task(screen.run())
                try:
                    await live.send_json({"do": "watch"})
                    while not reading.done():
                        for alarm in self._look(screen):
                            if alarm not in accepted:
                                accepted.add(alarm)
                                await live.send_json({"do": "accept-alarm", "alarm": alarm})
                        await asyncio.sleep(LOOK_S)
                finally:
                    reading.cancel()
                    await asyncio.wait([reading])

    def _look(self, screen: Screen) -> list[str]:
        """Those that nobody has accepted."""
        now = time.monotonic()
        rows = list(screen.rows.get("alarms", {}).values())
        for row in rows:
            radio = row["radio"]
            self.shown[radio].add(row["id"])
            self.reached.setdefault(radio, now - self.pressed[radio])
        return [row["id"] for row in rows if row["phase"] == "raised"]

    # --- the judgement ------------------------------------------------------------------

    def missing(self, entries: Sequence[Entry]) -> list[str]:
        """What may still come: an answer, the record, a screen, a person's name under it."""
        raised = {one.alarm: one.radio for one in made(entries, AlarmRaised)}
        in_hands = {raised.get(one.alarm) for one in made(entries, AlarmTaken)}
        parts = {
            "has no answer": self.answered,
            "is not on record": {*raised.values()},
            "was on no screen": self.reached.keys(),
            "is in nobody's hands": in_hands,
        }
        return [
            f"the man-down of radio {radio} {what}"
            for radio in self.pressed
            for what, there in parts.items()
            if radio not in there
        ]

    def lost(self, entries: Sequence[Entry]) -> list[str]:
        """Answered for, and not on record."""
        return sorted(self.answered - {one.radio for one in made(entries, AlarmRaised)})

    def doubled(self, entries: Sequence[Entry]) -> list[str]:
        """On record more than once, or shown under another id."""
        return [*_twice(entries), *self._otherwise(entries)]

    def judged(self, entries: Sequence[Entry]) -> list[str]:
        return [*self.missing(entries), *self.doubled(entries)]

    def _otherwise(self, entries: Sequence[Entry]) -> Iterator[str]:
        on_record = {one.radio: one.alarm for one in made(entries, AlarmRaised)}
        for radio, shown in self.shown.items():
            if shown != {on_record.get(radio)}:
                yield f"the man-down of radio {radio} was shown under {len(shown)} ids"


def _twice(entries: Sequence[Entry]) -> Iterator[str]:
    said = [entry.event for entry in entries if isinstance(entry.event, ManDownSignalled)]
    times = {
        "signals": Counter(event.radio for event in said),
        "alarms": Counter(one.radio for one in made(entries, AlarmRaised)),
    }
    for what, counted in times.items():
        yield from (f"radio {r} has {n} {what} on record" for r, n in counted.items() if n > 1)


@asynccontextmanager
async def alarms_at(two: Pair) -> AsyncIterator[Alarms]:
    """The gateway carries, the supervisor sits there, and crews press one after the other."""
    alarms = Alarms(two)
    works = [
        asyncio.create_task(work)
        for work in (alarms.gateway.run(), alarms.watch(), alarms.keep_pressing())
    ]
    try:
        yield alarms
    finally:
        for work in works:
            work.cancel()
        await asyncio.wait(works)
