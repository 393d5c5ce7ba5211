"""People who ask for police, and what the police say: they refuse, agree and stay away (P2)."""

import asyncio
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from middleware.engine.back_up import BackUp, BackUpPhase
from middleware.engine.state import State
from schemas import police
from schemas.police import Answer, Threat, Wanted
from tests.simulation.machine import Machine
from tests.simulation.plan import Plan, Weather
from tests.simulation.radios import ABANDONED
from tests.simulation.sayings import Sayings

THREAT = Threat(happening="threatened at the door")
WORDS = ("Police requested.", "Happening now: threatened at the door.")


class Police:
    """Dispatchers who ask, and who log what they are told."""

    def __init__(self, plan: Plan, weather: Weather, sayings: Sayings, machine: Machine) -> None:
        self._plan, self._weather = plan, weather
        self._sayings, self._machine = sayings, machine
        self._numbers = count()

    def everybody(self) -> list[asyncio.Task[None]]:
        """Who asks; they end by themselves."""
        return [asyncio.create_task(work) for work in (self._ask(), self._ask_in_vain())]

    async def _ask(self) -> None:
        chance = self._plan.random("police")
        for _ in range(chance.randint(0, 5)):
            await asyncio.sleep(chance.uniform(1, self._plan.storm / 3))
            incidents = list(self._state.incidents) if self._machine.service else []
            if incidents:
                wanted = chance.choice(list(Wanted))
                await self._request(wanted, incident=chance.choice(incidents))

    async def _ask_in_vain(self) -> None:
        """Out of the alarm that nobody ever accepts: nobody ever answers, or takes it."""
        while True:
            await asyncio.sleep(10)
            alarms = self._state.alarms.values() if self._machine.service else ()
            found = [one.id for one in alarms if one.radio == ABANDONED]
            if found:
                break
        await self._request(Wanted.POLICE, alarm=found[0])

    async def _request(self, wanted: Wanted, **about: str) -> None:
        await self._sayings.say(
            police.BackUpRequested(
                wanted=wanted, threat=THREAT, words=WORDS, by="Dee", **about, **self._about()
            )
        )

    # --- what becomes of them ----------------------------------------------------------

    async def look(self) -> None:
        """Read out, answered, taken, stood down; while the storm is on they often look away."""
        chance = self._plan.random("police answers")
        while True:
            await asyncio.sleep(chance.uniform(2, 20))
            if self._machine.service is None or (self._weather.stormy and chance.random() < 0.3):
                continue
            for known in [
                one for one in self._state.back_ups.values() if not in_vain(self._state, one)
            ]:
                if not known.is_over:
                    await self._act(known, chance)

    async def _act(self, known: BackUp, chance: Random) -> None:
        about: dict[str, Any] = {"request": known.id, "by": "Dee", **self._about()}
        dice = chance.random()
        if dice < 0.4:
            await self._answer(known, chance)
        elif dice < 0.6:
            await self._sayings.say(police.BackUpReadOut(to="call taker", **about))
        elif dice < 0.8:
            await self._sayings.say(police.BackUpTaken(**about))
        elif known.phase is BackUpPhase.REFUSED and dice < 0.9:
            await self._sayings.say(police.BackUpStillNeeded(**about))
        elif dice > 0.95:
            await self._sayings.say(police.BackUpStoodDown(reason="crew is out", **about))

    async def _answer(self, known: BackUp, chance: Random) -> None:
        says = chance.choices(list(Answer), (3, 4, 2, 1))[0]
        of = chance.choice((None, known.revision, 1))
        await self._sayings.say(
            police.BackUpAnswered(
                request=known.id, says=says, of=of, logged_by="Dee", **self._about()
            )
        )

    @property
    def _state(self) -> State:
        assert self._machine.service is not None
        return self._machine.service.state

    def _about(self) -> dict[str, Any]:
        return {"source": "console", "id": f"p{next(self._numbers)}", "occurred_at": self._now()}

    def _now(self) -> datetime:
        return self._plan.begun + timedelta(seconds=asyncio.get_running_loop().time())


def in_vain(state: State, known: BackUp) -> bool:
    """The one that nobody answers."""
    alarm = state.alarms.get(known.alarm or "")
    return alarm is not None and alarm.radio == ABANDONED
