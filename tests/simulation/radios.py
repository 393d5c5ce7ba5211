"""Crews whose buttons are pressed, and supervisors who look now and then (D1, D2)."""

import asyncio
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from middleware.engine.alarm import Alarm, AlarmPhase
from schemas import safety
from schemas.safety import AlarmOutcome, Position, Signal
from tests.simulation.machine import Machine
from tests.simulation.plan import Plan, Weather
from tests.simulation.sayings import Sayings

RADIOS = ("101", "102", "103")
ABANDONED = "104"
"""Of a radio whose alarm nobody ever accepts."""
GATEWAY_ID = "said under one id"
"""A gateway that gives many signals the same id, and counts their revisions down."""


class Radios:
    """The radios, and the people who answer for their alarms."""

    def __init__(self, plan: Plan, weather: Weather, sayings: Sayings, machine: Machine) -> None:
        self._plan, self._weather = plan, weather
        self._sayings, self._machine = sayings, machine
        self._numbers = count()
        self.ended: set[str] = set()
        """Alarms that somebody ended, or was about to."""

    def everybody(self) -> list[asyncio.Task[None]]:
        """Each radio; they end by themselves."""
        works = [self._radio(radio, self._plan.random(f"radio {radio}")) for radio in RADIOS]
        return [asyncio.create_task(work) for work in (*works, self._abandoned())]

    async def _radio(self, radio: str, chance: Random) -> None:
        for _ in range(chance.randint(0, 4)):
            await asyncio.sleep(chance.uniform(1, self._plan.storm / 3))
            for signal in chance.sample(list(Signal), chance.randint(1, 3)):
                await self._press(radio, signal, chance)
                await asyncio.sleep(chance.uniform(1.5, 9))
            if chance.random() < 0.3:
                await self._say(safety.ManDownCancelled(radio=radio, **self._about()))
            if chance.random() < 0.3:
                await self._unreadable(chance.choice((radio, None)))
            await self._moves(radio, chance)

    async def _press(self, radio: str, signal: Signal, chance: Random) -> None:
        about = self._about()
        if chance.random() < 0.3:
            about |= {"id": GATEWAY_ID, "revision": 1_000 - next(self._numbers)}
        await self._say(safety.ManDownSignalled(radio=radio, signal=signal, **about))

    async def _unreadable(self, radio: str | None) -> None:
        about = self._about() | {"radio": radio, "raw": b"+CTSDSR: 13,", "reason": "is cut short"}
        await self._say(safety.UnreadableEmergency(**about))

    async def _moves(self, radio: str, chance: Random) -> None:
        position = Position(latitude=51 + chance.random(), longitude=-chance.random())
        about = self._about() | {"id": f"position/{radio}", "revision": self._seconds()}
        await self._say(safety.PositionReported(radio=radio, position=position, **about))

    async def _abandoned(self) -> None:
        chance = self._plan.random("abandoned")
        await asyncio.sleep(chance.uniform(1, self._plan.storm))
        await self._press(ABANDONED, Signal.STATUS, chance)

    # --- supervisors -------------------------------------------------------------------

    async def look(self) -> None:
        """Accept, send help, end; while the storm is on they often look away."""
        chance = self._plan.random("supervisors")
        while True:
            await asyncio.sleep(chance.uniform(3, 30))
            if self._machine.service is None or (self._weather.stormy and chance.random() < 0.5):
                continue
            alarms = self._machine.service.state.alarms.values()
            for alarm in [a for a in alarms if a.is_open and a.radio != ABANDONED][:2]:
                await self._answer(alarm, chance)

    async def _answer(self, alarm: Alarm, chance: Random) -> None:
        about: dict[str, Any] = {"alarm": alarm.id, "by": "Sue", **self._about("console")}
        if alarm.phase is AlarmPhase.RAISED:
            await self._say(safety.AlarmAccepted(**about))
        elif chance.random() < 0.3:
            await self._say(safety.HelpSent(**about))
        elif chance.random() < 0.5:
            self.ended.add(alarm.id)
            await self._say(safety.AlarmEnded(outcome=AlarmOutcome.ACCIDENTAL, **about))

    async def _say(self, event: safety.SafetyEvent | safety.PositionReported) -> None:
        await self._sayings.say(event)

    def _about(self, source: str = "radio") -> dict[str, Any]:
        return {"source": source, "id": f"s{next(self._numbers)}", "occurred_at": self._now()}

    def _now(self) -> datetime:
        return self._plan.begun + timedelta(seconds=asyncio.get_running_loop().time())

    def _seconds(self) -> int:
        return int(asyncio.get_running_loop().time()) + 1
