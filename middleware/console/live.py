"""The WebSocket of a screen: what it is sent, and its verbs, each under its rule (E1, E2, N5).

Screen to service, JSON: {"do": "watch"}, {"do": "open-note", "subject": …}, {"do": "take-task",
"task": …}, {"do": "decide-batch", "batch": …, "activate": true}, and those of alarm_verbs.py.
Service to screen, JSON with `say`: hello, beat, snapshot, delta, note, done, refused.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import WSMsgType, hdrs, web
from pydantic import ValidationError

from middleware.console.abuse_desk import AbuseVerbs
from middleware.console.acts import Acts
from middleware.console.alarm_verbs import AlarmVerbs
from middleware.console.back_up_verbs import BackUpVerbs
from middleware.console.frequent_verbs import FrequentVerbs
from middleware.console.guard import CALLER, Caller, Guard
from middleware.console.hand_on_verbs import HandOnVerbs
from middleware.console.hub import Hub, Screen
from middleware.console.marker_routes import problem_of
from middleware.console.mistake_verbs import MistakeVerbs
from middleware.console.opened import open_note
from middleware.console.projection import Projection
from middleware.console.proposal_verbs import ProposalVerbs
from middleware.console.report_verbs import ReportVerbs
from middleware.console.stand_off_verbs import StandOffVerbs
from middleware.console.streams import view_of
from middleware.domain.calendar import london_day
from middleware.ops.access import may
from middleware.ports import Clock
from schemas.base import Code, Name, Said

log = structlog.get_logger()

PING = timedelta(seconds=20)
LONGEST_MESSAGE = 4_096
VERBS_AT_ONCE = 50
"""Of one screen: a dispatcher takes all tasks of a crew with one key."""


class _Watch(Said):
    do: Name


class _OpenNote(Said):
    do: Name
    subject: Name


class _TakeTask(Said):
    do: Name
    task: Code


class _DecideBatch(Said):
    do: Name
    batch: Code
    activate: bool


class _Do(Said):
    model_config = Said.model_config | {"extra": "ignore"}

    do: Name


Act = Callable[[Screen, Caller, Any], Awaitable[None]]


@dataclass(slots=True)
class Live:
    """The handler of GET /live."""

    hub: Hub
    projection: Projection
    acts: Acts
    guard: Guard
    clock: Clock
    room: str
    instance: str
    """Of a pair: which of the two this is; else empty."""
    verbs: dict[str, tuple[type[Said], Act]] = field(init=False)

    def __post_init__(self) -> None:
        self.verbs = {
            **MistakeVerbs(self.hub, self.projection, self.acts).table(),
            **ReportVerbs(self.hub, self.projection, self.acts).table(),
            **AbuseVerbs(self.hub, self.projection, self.acts).table(),
            **HandOnVerbs(self.hub, self.projection, self.acts).table(),
            **ProposalVerbs(self.hub, self.projection, self.acts).table(),
            **FrequentVerbs(self.hub, self.projection, self.acts).table(),
            "watch": (_Watch, self._watch),
            "open-note": (_OpenNote, self._open_note),
            "take-task": (_TakeTask, self._take_task),
            "decide-batch": (_DecideBatch, self._decide_batch),
            **AlarmVerbs(self.hub, self.projection, self.acts.intake, self.clock).table(),
            **BackUpVerbs(self.hub, self.projection, self.acts.intake, self.clock).table(),
            **StandOffVerbs(self.hub, self.projection, self.acts.intake, self.clock).table(),
        }

    @property
    def actions(self) -> list[str]:
        """The names under which the verbs have their rules."""
        return [f"ws {verb}" for verb in self.verbs]

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """A screen. Asked without an upgrade it answers 426: the page asks so whether somebody
        is signed in."""
        if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
            return web.Response(status=426, headers={hdrs.UPGRADE: "websocket"})
        socket = web.WebSocketResponse(
            heartbeat=PING.total_seconds(), compress=False, max_msg_size=LONGEST_MESSAGE
        )
        await socket.prepare(request)
        caller, transport = request[CALLER], request.transport
        if transport is None:
            return socket
        screen = Screen(transport, view_of(caller.role), lambda: self._may_stay(request))
        self.hub.enter(screen)
        try:
            self.hub.tell(screen, self._hello(caller))
            await self._listen(socket, screen, caller)
        finally:
            self.hub.leave(screen)
            transport.abort()
        return socket

    async def _listen(self, socket: web.WebSocketResponse, screen: Screen, caller: Caller) -> None:
        """Each verb is a task of its own: while one waits for the journal, the socket is read."""
        acting: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                if len(acting) >= VERBS_AT_ONCE:
                    self._refuse(screen, "too much at once: wait until the rest is done")
                    continue
                task = group.create_task(self._on_message(screen, caller, message.data))
                acting.add(task)
                task.add_done_callback(acting.discard)
            for task in acting:
                task.cancel()

    async def _on_message(self, screen: Screen, caller: Caller, text: str) -> None:
        try:
            verb = _Do.model_validate_json(text).do
            shape, act = self.verbs.get(verb, (_Do, None))
            if act is None or not screen.may_stay() or not may(caller.role, f"ws {verb}"):
                log.warning("verb_refused", role=caller.role)
                self._refuse(screen, "your role may not do this")
                return
            await act(screen, caller, shape.model_validate_json(text))
        except ValidationError as error:
            problem = problem_of(error)
            self._refuse(screen, f"{problem.field}: {problem.reason}")

    def _may_stay(self, request: web.Request) -> bool:
        return self.guard.caller_of(request) == request[CALLER]

    def _hello(self, caller: Caller) -> dict[str, object]:
        verbs = [verb for verb in self.verbs if may(caller.role, f"ws {verb}")]
        return {
            "say": "hello",
            "name": caller.name,
            "role": caller.role,
            "verbs": verbs,
            "may_search": may(caller.role, "GET /search"),
            "may_export_reports": may(caller.role, "GET /api/reports"),
            "may_export_abuse": may(caller.role, "GET /api/abusive-calls"),
            "streams": view_of(caller.role),
            "services": self._services() if "hand-on" in verbs else [],
            "room": self.room,
            "instance": self.instance,
        }

    def _services(self) -> list[str]:
        """To which an incident can be handed on."""
        return list(self.projection.state.rules.services)

    def _refuse(self, screen: Screen, words: str) -> None:
        self.hub.tell(screen, {"say": "refused", "words": words})

    def _done(self, screen: Screen, words: str) -> None:
        self.hub.tell(screen, {"say": "done", "words": words})

    async def _watch(self, screen: Screen, caller: Caller, said: _Watch) -> None:
        self.hub.watch(screen)

    async def _open_note(self, screen: Screen, caller: Caller, said: _OpenNote) -> None:
        state, today = self.projection.state, london_day(self.clock.now())
        if open_note(state, said.subject, today) is None:
            self._refuse(screen, "that incident or call has left the list")
            return
        await self.acts.open_note(caller, said.subject)
        opened = open_note(self.projection.state, said.subject, today)
        self.hub.tell(screen, {"say": "note", "note": opened, "subject": said.subject})

    async def _take_task(self, screen: Screen, caller: Caller, said: _TakeTask) -> None:
        await self.acts.take_task(caller, said.task)
        note = self.projection.state.notes.get(said.task.removeprefix("t-"))
        if note is None or note.task_by is None:
            self._refuse(screen, "the task is over: nobody needs to take it any more")
        elif note.task_by != caller.name:
            self._refuse(screen, f"{note.task_by} has taken it already")
        else:
            self._done(screen, f"It is in your hands: make sure that {note.callsign} is told.")

    async def _decide_batch(self, screen: Screen, caller: Caller, said: _DecideBatch) -> None:
        if said.batch not in self.projection.state.markers.staged:
            self._refuse(screen, "that batch does not wait for a decision any more")
            return
        await self.acts.decide_batch(caller, said.batch, activate=said.activate)
        done = "active" if said.activate else "thrown away"
        self._done(screen, f"The batch {said.batch} is {done}.")
