"""The people on the other side: the CAD with its crews, callers, the marking team, the EOC."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from middleware.domain.calendar import london_day
from middleware.engine.state import Phase
from middleware.ports import Standing
from schemas import incident
from schemas.event import Event
from schemas.incident import Resource
from schemas.marker import Marker, Scope, Severity
from schemas.mistake import Verdict
from schemas.stand_off import StandOffState
from tests import said
from tests.matching import NOT_AN_ADDRESS
from tests.mistaken import decides, says
from tests.said import Cad, Team, marker
from tests.simulation.machine import Machine
from tests.simulation.plan import Plan, Weather
from tests.simulation.sayings import Sayings
from tests.stand_offs import answered, dispatcher_says

ADDRESSES = tuple(f"{n} Marram Street, Saltby, CT97 {n}AB" for n in range(1, 6))
NUMBERS = ("07700 900001", "07700 900002", "07700 900003")
CREWS = ("A1", "A2", "A3", "A4")
DEVICES = {"A1": "A1", "A2": "A2", "A3": "T3", "A4": "A4"}
ALONE = "A2"
"""A single responder."""
RADIOS = {"A1": "1001", "A2": "1002", "A3": "1003"}
PHONES = {"A1": "+447700900001", "A2": "+447700900002"}
SPARE = "T9"
"""A terminal that a crew moves to."""


def crew_of(callsign: str, device: str) -> Resource:
    """As the CAD describes it: not everybody has a radio and a hands-free phone."""
    return Resource(
        callsign=callsign,
        mdt=device,
        radio=RADIOS.get(callsign),
        phone=PHONES.get(callsign),
        single_responder=callsign == ALONE,
    )


@dataclass(slots=True)
class Truth:
    """What is really so: the last that was acknowledged of each incident and marker."""

    places: dict[str, str | None] = field(default_factory=dict)
    crews: dict[str, dict[str, str]] = field(default_factory=dict)
    """Incident number to the crews on it, with their devices."""
    markers: dict[str, Marker] = field(default_factory=dict)

    def duties(self, today: date) -> set[tuple[str, str, str, str]]:
        """(incident number, crew, device, marker) of every note that must be in force."""
        return {
            (number, crew, device, name)
            for number, crews in self.crews.items()
            for crew, device in crews.items()
            for name, one in self.markers.items()
            if one.address is not None and one.address == self.places[number]
            if one.ends_on is None or one.ends_on >= today
        }


class People:
    """Everybody who speaks to the service, except the devices."""

    def __init__(self, plan: Plan, weather: Weather, sayings: Sayings, machine: Machine) -> None:
        self._plan, self._weather = plan, weather
        self._sayings, self._machine = sayings, machine
        self._cad, self._team = Cad(), Team()
        self.truth = Truth()

    def everybody(self) -> list[asyncio.Task[None]]:
        """Set all of them to work; each ends by itself, but the person in the EOC."""
        plan = self._plan
        works = [
            self._incident(str(n), plan.random(f"incident {n}")) for n in range(plan.incidents)
        ]
        works += [self._call(str(n), plan.random(f"call {n}")) for n in range(plan.incidents // 2)]
        works += [self._mark(plan.random("team")), self._stumble(plan.random("stumble"))]
        works += [self._import(plan.random("import")), self._doubt(plan.random("doubt"))]
        return [asyncio.create_task(work) for work in works]

    async def _say(self, event: Event) -> Standing:
        return (await self._sayings.say(event)).standing

    # --- the CAD -----------------------------------------------------------------------

    async def _incident(self, number: str, chance: Random) -> None:
        await asyncio.sleep(chance.uniform(0, self._plan.storm))
        cad, truth = self._cad, self.truth
        crews = dict.fromkeys(chance.sample(CREWS, chance.randint(0, 2)), "")
        crews = {crew: DEVICES[crew] for crew in crews}
        sent = tuple(crew_of(crew, device) for crew, device in crews.items())
        place = chance.choice((*ADDRESSES, None))
        if chance.random() < 0.15:
            await self._assign(number, chance, {})
        await self._say(cad.opened(place, sent, number, said.later()))
        truth.places[number] = place
        truth.crews.setdefault(number, {}).update(crews)
        for _ in range(chance.randint(1, 10)):
            await asyncio.sleep(chance.uniform(0.5, 40))
            await self._change(number, chance)
        while chance.random() < 0.6:
            await self._say(cad.closed(number))
            truth.crews[number] = {}
            if chance.random() < 0.8:
                break
            await asyncio.sleep(chance.uniform(1, 300))
            await self._say(cad.opened(place, (crew_of("A1", "A1"),), number))
            truth.places[number], truth.crews[number] = place, {"A1": "A1"}

    async def _change(self, number: str, chance: Random) -> None:
        crews = self.truth.crews[number]
        what = chance.random()
        if what < 0.3:
            await self._assign(number, chance, crews)
        elif what < 0.45:
            place = chance.choice((*ADDRESSES, NOT_AN_ADDRESS))
            await self._say(self._cad.address_changed(place, number))
            self.truth.places[number] = place
        elif what < 0.55:
            await self._say(self._cad.updated(chance.choice(("fall", "chest pain")), number))
        elif crews:
            await self._stage(number, chance.choice(sorted(crews)), chance)

    async def _assign(self, number: str, chance: Random, crews: dict[str, str]) -> None:
        crew = chance.choice(CREWS)
        device = SPARE if chance.random() < 0.1 else DEVICES[crew]
        assigned = self._cad.assigned(crew, device, number)
        update = {"resource": crew_of(crew, device)}
        await self._say(assigned.model_copy(update=update))
        self.truth.crews.setdefault(number, {})[crew] = device

    async def _stage(self, number: str, crew: str, chance: Random) -> None:
        kind = chance.choice(
            (
                incident.ResourceMobile,
                incident.ResourceAtScene,
                incident.ResourceStandingOff,
                incident.ResourceStandingOff,
                incident.ResourceAtRvp,
                incident.ResourceGoneIn,
                incident.ResourceStoodDown,
                incident.ResourceCleared,
            )
        )
        await self._say(self._cad.stage(kind, crew, number))
        if kind in (incident.ResourceStoodDown, incident.ResourceCleared):
            del self.truth.crews[number][crew]

    async def _stumble(self, chance: Random) -> None:
        """What no CAD should say: garbage, other content under the same id, an old revision."""
        for n in range(chance.randint(0, 3)):
            await asyncio.sleep(chance.uniform(0, self._plan.storm / 3))
            answer = await self._sayings.say_raw(b'{"contract": "forewarn.cad/1", "type": ]')
            assert answer.standing is Standing.REFUSED
            first, second, third = (self._cad.updated(f"{m}", f"odd{n}") for m in range(3))
            assert await self._say(first) in (Standing.TAKEN, Standing.KNOWN)
            other = first.model_copy(update={"nature": "something else"})
            assert await self._say(other) is Standing.CONFLICT
            assert await self._say(third) in (Standing.TAKEN, Standing.KNOWN)
            assert await self._say(second) in (Standing.SUPERSEDED, Standing.KNOWN)
            await self._say(self._cad.closed(f"odd{n}"))

    # --- callers and the marking team --------------------------------------------------

    async def _call(self, name: str, chance: Random) -> None:
        await asyncio.sleep(chance.uniform(0, self._plan.storm))
        await self._say(said.rang(chance.choice((*NUMBERS, None)), name))
        await asyncio.sleep(chance.uniform(1, 90))
        await self._say(said.ended(name))

    async def _mark(self, chance: Random) -> None:
        """Markers come, change, move and end, one by one and in batches."""
        for n in range(chance.randint(2, 10)):
            name = f"M{chance.randint(1, 4)}"
            address = chance.choice(ADDRESSES)
            what = chance.random()
            if what < 0.5:
                words = chance.choice(("with a dog", "with a knife"))
                today = london_day(self._plan.begun)
                last_day = chance.choice((None, None, today, date(2027, 1, 1)))
                severity = list(Severity)[int(name[1:]) % len(Severity)]
                one = marker(name, address, what=words, ends_on=last_day, severity=severity)
                await self._say(self._team.put(one))
                self.truth.markers[name] = one
            elif what < 0.7:
                await self._say(self._team.ended(name))
                self.truth.markers.pop(name, None)
            else:
                await self._batch(f"b{n}", chance)
            await asyncio.sleep(chance.uniform(0.1, self._plan.storm / 4))

    async def _import(self, chance: Random) -> None:
        """Many batches, hard on one another."""
        for n in range(self._plan.imports):
            one = marker(f"I{n % 3}", chance.choice(ADDRESSES))
            await self._say(self._team.staged(f"i{n}", one))
            await self._say(self._team.activated(f"i{n}"))
            self.truth.markers[one.id] = one

    async def _doubt(self, chance: Random) -> None:
        """Handlers say that a match is not right; the team decides, and changes its mind."""
        for n in range(chance.randint(0, 60)):
            await asyncio.sleep(chance.uniform(0.1, self._plan.storm / 30))
            if self._machine.service is None:
                continue
            state = self._machine.service.state
            notes = [note for note in state.notes.values() if note.phase is not Phase.WITHDRAWN]
            pairs = list(state.mistakes.pairs)
            if notes and chance.random() < 0.6:
                note = chance.choice(notes)
                who = f"handler {n}"
                await self._say(says(note.incident, note.matched.marker, by=who, at=self._now()))
            if pairs:
                verdict = chance.choice((*Verdict, Verdict.SUPPRESS, Verdict.SUPPRESS))
                await self._say(decides(chance.choice(pairs), verdict, at=self._now()))

    def _now(self) -> datetime:
        return self._plan.begun + timedelta(seconds=asyncio.get_running_loop().time())

    async def _batch(self, batch: str, chance: Random) -> None:
        rows = [
            marker("B1", chance.choice(ADDRESSES)),
            marker("B2", None, scope=Scope.PERSON, phones=(chance.choice(NUMBERS),)),
        ]
        for row in rows:
            await self._say(self._team.staged(batch, row))
        if chance.random() < 0.2:
            await self._say(self._team.discarded(batch))
            return
        await self._say(self._team.activated(batch))
        self.truth.markers["B1"] = rows[0]

    # --- the person in the EOC ---------------------------------------------------------

    async def take_tasks(self) -> None:
        """Looks at the tasks now and then; while the storm is on, often looks away."""
        chance = self._plan.random("eoc")
        while True:
            await asyncio.sleep(chance.uniform(5, 40))
            if self._machine.service is None:
                continue
            if self._weather.stormy and chance.random() < 0.7:
                continue
            notes = self._machine.service.state.notes.values()
            tasks = [n.task for n in notes if n.task and n.phase is Phase.OPEN]
            for task in tasks[:3]:
                await self._say(said.taken(task, "Sam", self._now()))

    async def look_at_stand_offs(self) -> None:
        """A dispatcher answers prompts now and then, and says of a crew what comes to mind; once
        the storm is over, nobody does."""
        chance, numbers = self._plan.random("dispatcher"), count()
        while self._weather.stormy:
            await asyncio.sleep(chance.uniform(10, 60))
            if self._machine.service is None or not self._weather.stormy:
                continue
            held = list(self._machine.service.state.stand_offs.values())
            asked = [one for one in held if one.waits_since is not None]
            acts: list[Event] = [answered(o.id, o.prompt, at=self._now()) for o in asked[:2]]
            if held and chance.random() < 0.3:
                one, state = chance.choice(held), chance.choice(tuple(StandOffState))
                about = {"callsign": one.callsign, "at": self._now()}
                acts.append(dispatcher_says(one.incident, state, **about))
            for act in acts:
                await self._say(act.model_copy(update={"id": f"dispatcher/{next(numbers)}"}))
