"""A console on a real socket, over a control room without walls (tests.room)."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter

from middleware.console.projection import Projection
from middleware.console.web import Console
from middleware.engine.entry import Entry
from middleware.flow.recording.control import Recordings
from middleware.flow.recording.recorder import Bounds, Recorder
from middleware.flow.timeline import TimelineLine, build
from middleware.ops.access import Role
from middleware.ops.clock import SystemClock
from middleware.ops.health import Health
from middleware.ops.listening import HostPort
from middleware.ops.metrics import Metrics
from middleware.ops.people import People, Person
from middleware.ops.private_files import write_private
from middleware.ops.tokens import Tokens
from middleware.ports import Clock, Problem, Standing, Submitted
from schemas.decision import BatchActivated
from schemas.event import Event
from schemas.judgement import MistakeSettled
from schemas.service import Refused
from tests.flowing import OneKey, parts_of
from tests.room import Room, made

PASSWORD = "three unrelated words"
NAMES = {
    Role.CALL_HANDLER: "Cal", Role.DISPATCHER: "Dee", Role.SUPERVISOR: "Sue",
    Role.MARKING_TEAM: "Mar", Role.SECURITY_TEAM: "Sec", Role.AUDITOR: "Aud",
    Role.ADMINISTRATOR: "Adm",
}  # fmt: skip


@cache
def _person(role: Role) -> Person:
    """Of that role; a hash takes long on purpose, so each is made once."""
    with TemporaryDirectory() as folder:
        return People(Path(folder) / "people.json").add(NAMES[role], (role,), PASSWORD)


@dataclass(slots=True)
class RoomIntake:
    """The room as an intake: what is handed in happens, and the projection is told."""

    room: Room
    projection: Projection
    clock: Clock
    events: list[Event] = field(default_factory=list)
    refused: list[tuple[str, Problem, bytes]] = field(default_factory=list)

    async def submit(self, event: Event, raw: bytes = b"") -> Submitted:
        self.events.append(event)
        self.room.now = self.clock.now()
        entry = self.room.happens(event)
        entries = [entry, *self._followed(entry)]
        self.projection.on_committed(entries, self.room.state)
        return Submitted(Standing.TAKEN, entry.position)

    async def refuse(self, source: str, problem: Problem, raw: bytes) -> Submitted:
        self.refused.append((source, problem, raw))
        refused = Refused(
            source=source, id="refused", occurred_at=self.clock.now(),
            field=problem.field, reason=problem.reason, raw=raw, size=len(raw),
        )  # fmt: skip
        return await self.submit(refused)

    def _followed(self, entry: Entry) -> list[Entry]:
        told = made(entry, BatchActivated, MistakeSettled)
        return self.room._followed(entry)[1:] if told else []

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


@dataclass(slots=True)
class ConsoleRoom:
    """Everything behind a console. `tell` lets things happen in the room and tells the screens."""

    state: Path
    clock: Clock = field(default_factory=SystemClock)
    tls: ssl.SSLContext | None = None
    room: Room = field(init=False)
    projection: Projection = field(init=False)
    intake: RoomIntake = field(init=False)
    people: People = field(init=False)
    tokens: Tokens = field(init=False)
    metrics: Metrics = field(default_factory=Metrics)
    health: Health = field(default_factory=Health)
    address: str = ""

    def __post_init__(self) -> None:
        self.room = Room(now=self.clock.now())
        self.projection = Projection(self.clock, self.room.state)
        self.intake = RoomIntake(self.room, self.projection, self.clock)
        self.people = People(self.state / "people.json")
        self.tokens = Tokens(self.state / "tokens.json")

    def tell(self, happen: Callable[[Room], object]) -> None:
        before = len(self.room.entries)
        self.room.now = self.clock.now()
        happen(self.room)
        self.projection.on_committed(self.room.entries[before:], self.room.state)

    def hire(self, *roles: Role) -> None:
        """One person a role, all with the same password."""
        hired = {_person(role).name: _person(role) for role in roles}
        others = [one for one in self.people.all() if one.name not in hired]
        everybody = TypeAdapter(list[Person]).dump_json([*others, *hired.values()])
        write_private(self.people.path, everybody)

    def token(self, role: Role) -> str:
        return self.tokens.add(f"person:{NAMES[role]}:{role}")

    def console(self, port: int = 0) -> Console:
        return Console(
            listen=HostPort("127.0.0.1", port), room="eoc1", sessions=self.state / "sessions.json",
            intake=self.intake, projection=self.projection, people=self.people, tokens=self.tokens,
            meters=self.metrics, registry=self.metrics.registry, health=self.health,
            clock=self.clock, timeline=self._timeline, recordings=self.recordings(), tls=self.tls,
        )  # fmt: skip

    def recordings(self) -> Recordings:
        recorder = Recorder(self.clock, OneKey(), self.metrics, {})
        most = Bounds(timedelta(days=1), 1_000_000)
        return Recordings(
            recorder,
            self.state / "recordings",
            parts_of(self.clock, self.metrics),
            lambda: self.room.state,
            most,
        )

    async def _timeline(self, incident: str) -> list[TimelineLine]:
        return build(self.room.entries, incident)

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        """The console's address while it serves."""
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self.console(port).run(ready.set_result))
        try:
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            self.address = ready.result() if ready.done() else task.result()
            yield self.address
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
