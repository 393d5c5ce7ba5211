"""Abusive and frequent callers, and the people who note, set right and decide; incidents handed on
to another service (A1, A2, M4, M6, N2)."""

import asyncio
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from middleware.engine.proposals import Course
from middleware.engine.state import State
from schemas import abuse as a
from schemas import call as c
from schemas import frequent as f
from schemas import hand_on as h
from schemas.event import Event
from schemas.marker import Category
from schemas.proposal import ProposalSettled
from tests import said
from tests.simulation.machine import Machine
from tests.simulation.plan import NEIGHBOUR, SHARED, Plan, Weather
from tests.simulation.sayings import Sayings

PERSONS = ("07700 900011", "07700 900012")
NUMBERS = (*PERSONS, SHARED, None)
PLANS = ("FC-1", "FC-2")
LONG = date(2030, 1, 1)


def e164(number: str) -> str:
    """As the numbers of this world are written in full."""
    return "+44" + number.replace(" ", "").removeprefix("0") if number[0] == "0" else number


class Callers:
    """Each of them ends by itself."""

    def __init__(self, plan: Plan, weather: Weather, sayings: Sayings, machine: Machine) -> None:
        self._plan, self._weather = plan, weather
        self._sayings, self._machine = sayings, machine
        self._numbers = count()

    def everybody(self) -> list[asyncio.Task[None]]:
        works = [self._rings(n, self._plan.random(f"caller {n}")) for n in range(10)]
        works += [self._set_right(self._plan.random("set right"))]
        works += [self._decide(self._plan.random("proposals"))]
        works += [self._plans(self._plan.random("plans"))]
        works += [self._hand_on(self._plan.random("hand on"))]
        return [asyncio.create_task(work) for work in works]

    # --- the exchange and the handler --------------------------------------------------

    async def _rings(self, n: int, chance: Random) -> None:
        await asyncio.sleep(chance.uniform(0, self._plan.storm))
        name, number = f"ab{n}", chance.choice(NUMBERS)
        await self._say(said.rang(number, name))
        if chance.random() < 0.4:
            again = {"id": f"{name}/rang again", "line": "999"}
            await self._say(said.rang(number, name).model_copy(update=again))
        await asyncio.sleep(chance.uniform(0.1, 5))
        for _ in range(chance.randint(0, 3)):
            await self._is_abusive(name, chance)
            await asyncio.sleep(chance.uniform(0.1, 10))
        await self._say(said.ended(name))

    async def _is_abusive(self, name: str, chance: Random) -> None:
        about: dict[str, Any] = {"source": "telephony", "call": name, "occurred_at": said.START}
        what = chance.random()
        if what < 0.3:
            await self._say(c.AbuseWarned(id=f"{name}/w{next(self._numbers)}", warning=1, **about))
        elif what < 0.6:
            ended = c.CallTerminatedForAbuse(
                id=f"{name}/t{next(self._numbers)}", category="verbal_abuse", **about
            )
            await self._say(ended)
        else:
            calls = self._state.calls.values() if self._machine.service else ()
            found = [one.id for one in calls if one.call == name]
            for call in found:
                terminated = chance.random() < 0.5
                warning = None if terminated else 2
                more: dict[str, Any] = {"terminated": terminated, "warning": warning}
                await self._say(
                    a.AbuseNoted(subject=call, by="Cal", role="call_handler", **more, **self._by())
                )

    # --- those who set right and decide ------------------------------------------------

    async def _set_right(self, chance: Random) -> None:
        for _ in range(chance.randint(0, 12)):
            await asyncio.sleep(chance.uniform(1, self._plan.storm / 6))
            names = list(self._state.ledger.entries) if self._machine.service else []
            if not names:
                continue
            entry = chance.choice(names)
            about: dict[str, Any] = {"by": "Sue", "role": "supervisor"}
            if chance.random() < 0.5:
                taken_back = a.AbuseTakenBack(entry=entry, reason="another", **about, **self._by())
                await self._say(taken_back)
                continue
            terminated = chance.random() < 0.5
            warnings = () if terminated else chance.choice(((1,), (1, 2)))
            await self._say(
                a.AbuseCorrected(
                    entry=entry, reason="listened again", terminated=terminated, warnings=warnings,
                    category=chance.choice((None, *Category)), **about, **self._by(),
                )
            )  # fmt: skip

    async def _decide(self, chance: Random) -> None:
        for _ in range(chance.randint(0, 8)):
            await asyncio.sleep(chance.uniform(1, self._plan.storm / 4))
            there = self._state.proposals.values() if self._machine.service else ()
            waits = [one.id for one in there if one.course is Course.OPEN]
            if waits:
                more: dict[str, Any] = {"accepted": chance.random() < 0.5, "reason": "decided"}
                about: dict[str, Any] = {"by": "Mar", "role": "marking_team", **self._by()}
                await self._say(ProposalSettled(proposal=chance.choice(waits), **more, **about))

    async def _plans(self, chance: Random) -> None:
        for _ in range(chance.randint(0, 5)):
            await asyncio.sleep(chance.uniform(1, self._plan.storm / 3))
            plan = chance.choice(PLANS)
            about: dict[str, Any] = {"by": "Mar", "role": "marking_team", **self._by()}
            if chance.random() < 0.3:
                await self._say(f.FrequentPlanEnded(plan=plan, reason="moved away", **about))
                continue
            phone = e164(chance.choice((*PERSONS, SHARED)))
            precedence = chance.choice(list(f.Precedence))
            put = f.FrequentPlanPut(
                plan=plan, phones=(phone,), precedence=precedence, ends_on=LONG, **about
            )
            await self._say(put)

    async def _hand_on(self, chance: Random) -> None:
        """A dispatcher hands live incidents on, and thinks better of it."""
        for _ in range(chance.randint(0, 12)):
            await asyncio.sleep(chance.uniform(1, self._plan.storm / 6))
            if self._machine.service is None:
                continue
            about: dict[str, Any] = {"by": "Dee", "role": "dispatcher", **self._by()}
            handed = list(self._state.hand_ons)
            if handed and chance.random() < 0.2:
                one = chance.choice(handed)
                await self._say(h.HandOnEnded(hand_on=one, reason="our crew", **about))
            elif incidents := list(self._state.incidents):
                case = chance.choice(list(h.HandOnCase))
                subject = chance.choice(incidents)
                handed_on = h.IncidentHandedOn(
                    subject=subject, service=NEIGHBOUR, case=case, **about
                )
                await self._say(handed_on)

    async def _say(self, event: Event) -> None:
        await self._sayings.say(event)

    @property
    def _state(self) -> State:
        assert self._machine.service is not None
        return self._machine.service.state

    def _by(self) -> dict[str, Any]:
        return {"source": "console", "id": f"ab{next(self._numbers)}", "occurred_at": self._now()}

    def _now(self) -> datetime:
        return self._plan.begun + timedelta(seconds=asyncio.get_running_loop().time())
