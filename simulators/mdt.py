"""A mobile data terminal, played: shows notes, gives receipts, has a crew, makes mistakes."""

import asyncio
import contextlib
import json
import math
import secrets
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import aiomqtt

from simulators.mdt_link import Link, whole
from simulators.mdt_screen import Note, Reaction, Screen, ShownLog, Unreadable, read_note

CONTRACT = "forewarn.mdt/1"
AGAIN_S = (0.1, 5.0)
"""The first and the longest wait before connecting again."""

ANSWER_S = 5.0
"""The broker answers a message within this, or the device says it again."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What the device or its crew does wrong; times in seconds, 0: never."""

    never_displays: bool = False
    never_acknowledges: bool = False
    late: float = 0.0
    duplicate_receipts: bool = False
    drops_connection_every: float = 0.0
    offline_for: float = 0.0
    lose_memory: bool = False


@dataclass(frozen=True, slots=True)
class Crew:
    """Acknowledges between `least` and `most` seconds after the note is on the screen, and `says`
    of every note that it is a `wrong_address` or `not_the_same_place`. With `stands_off` it says so
    when a note is shown, and goes in so many seconds later (P3). With `violence` it reports that
    sub-category when it has acknowledged a note (R1)."""

    by: str = "P1001"
    least: float = 2.0
    most: float = 8.0
    says: str | None = None
    stands_off: float | None = None
    violence: str | None = None


Receipt = tuple[str, str, int]
"""Kind, note, revision."""


def silent(_: str) -> None:
    """For a device whose screen nobody watches."""


class MdtSimulator:
    """One device. `run` never returns; `running` is a context in which it runs.

    `log` may be shared by a fleet; `screen` may keep its memory in a file; `say` gets a line for
    everything that changes on the screen.
    """

    def __init__(
        self,
        callsign: str,
        link: Link,
        *,
        room: str = "eoc1",
        password: str | None = None,
        crew: Crew = Crew(),
        faults: Faults = Faults(),
        screen: Screen | None = None,
        log: ShownLog | None = None,
        say: Callable[[str], None] = silent,
        repeat_s: float = 5.0,
        seed: int = 7,
    ) -> None:
        self.callsign = callsign
        self.log = log or ShownLog()
        self.tally: Counter[str] = Counter()
        self.answers: dict[str, dict[str, Any]] = {}
        self.connected = asyncio.Event()
        self._link, self._password = link, password
        self._root = f"forewarn/{room}/mdt/{callsign}"
        self._crew, self._faults, self._say = crew, faults, say
        self._screen = screen or Screen()
        self._repeat_s = repeat_s
        self._random = Random(f"{seed} {callsign}")
        self.prompts: dict[str, dict[str, Any]] = {}
        """What the screen asks of a stand-off, by its id."""
        self._prompted: dict[str, int] = {}
        self._states: dict[str, bytes] = {}
        self._violence: dict[str, bytes] = {}
        self._open: dict[Receipt, bytes] = {}
        self._pressed: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        """What the crew pressed for each revision: said anew when that comes again."""
        self._asked: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._outbox: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    @property
    def open_receipts(self) -> set[Receipt]:
        """Those that the service has not yet said it took."""
        return set(self._open)

    @property
    def open_states(self) -> int:
        """States that the service has not yet said it heard."""
        return len(self._states)

    @property
    def open_violence(self) -> int:
        """Reports of violence that the service has not yet said it heard."""
        return len(self._violence)

    async def run(self) -> None:
        """Connect, be a device, connect again; ends by cancellation only."""
        pause = AGAIN_S[0]
        while True:
            await asyncio.sleep(self._faults.offline_for)
            try:
                async with self._link.connect(self.callsign, self._password) as client:
                    pause = AGAIN_S[0]
                    await self._be_connected(client)
            except (aiomqtt.MqttError, OSError) as fault:
                self._say(f"{self.callsign} no broker: {fault}; again in {pause:.1f} s")
            self.connected.clear()
            await asyncio.sleep(pause * (1 + self._random.random()) / 2)
            pause = min(2 * pause, AGAIN_S[1])

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["MdtSimulator"]:
        """Runs while the context lasts."""
        task = asyncio.create_task(self.run())
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def ask(self) -> dict[str, Any]:
        """What is known of our incident? Asked again until it is answered (C5)."""
        name = f"q{secrets.token_hex(6)}"
        self._asked[name] = asyncio.get_running_loop().create_future()
        while not self._asked[name].done():
            self._put("ask", {"ask": name})
            await asyncio.wait([self._asked[name]], timeout=self._repeat_s)
        return self._asked.pop(name).result()

    def press(self, kind: str) -> None:
        """The crew says `wrong_address` or `not_the_same_place` of every note on its screen."""
        for shown in self.log.shown:
            if shown.device == self.callsign and self._screen.shows(shown.note, shown.revision):
                named = {"note": shown.note, "revision": shown.revision}
                self._receipt(kind, named, by=self._crew.by)

    def say_state(self, state: str, incident: str | None = None) -> None:
        """The crew is `standing_off`, `at_rvp`, has `gone_in`, or it is `over`: said until it was
        heard. What the screen asked is answered by it."""
        name = f"s{secrets.token_hex(6)}"
        fields = {"said": name, "state": state, "by": self._crew.by}
        about = {"incident": incident} if incident else {}
        self._states[name] = self._put("states", fields | about)
        self.tally[f"state {state}"] += 1
        self.prompts.clear()

    def say_violence(self, category: str | None = None, **more: Any) -> None:
        """The crew met violence or aggression: said until it was heard."""
        name = f"v{secrets.token_hex(6)}"
        fields = {"said": name, "by": self._crew.by} | more
        about = {"category": category} if category else {}
        self._violence[name] = self._put("violence", fields | about)
        self.tally["violence"] += 1

    # --- the connection ----------------------------------------------------------------

    async def _be_connected(self, client: aiomqtt.Client) -> None:
        filters = [(f"{self._root}/{leaf}", 1) for leaf in _HEARD]
        granted = await whole(client.subscribe(filters))
        if any(getattr(code, "is_failure", False) for code in granted):
            raise aiomqtt.MqttError("the broker does not let us hear our own notes")
        if self._faults.lose_memory:
            self._screen.forget()
        self._outbox = asyncio.Queue()
        self._put("hello", {"session": f"s{secrets.token_hex(6)}"})
        self._repeat_open()
        self.tally["connected"] += 1
        self.connected.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._faults.drops_connection_every or None):
                await self._converse(client)

    async def _converse(self, client: aiomqtt.Client) -> None:
        beside = [asyncio.create_task(self._send(client)), asyncio.create_task(self._repeat())]
        try:
            async for message in client.messages:
                self._heard(message.topic.value.rpartition("/")[2], bytes(message.payload))
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _send(self, client: aiomqtt.Client) -> None:
        while True:
            leaf, payload = await self._outbox.get()
            try:
                async with asyncio.timeout(ANSWER_S):
                    await client.publish(f"{self._root}/{leaf}", payload, 1, timeout=math.inf)
            except (aiomqtt.MqttError, TimeoutError):
                self.tally["not sent"] += 1

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(self._repeat_s)
            if self._outbox.empty():
                self._repeat_open()

    def _repeat_open(self) -> None:
        for payload in self._open.values():
            self._outbox.put_nowait(("receipts", payload))
        for payload in self._states.values():
            self._outbox.put_nowait(("states", payload))
        for payload in self._violence.values():
            self._outbox.put_nowait(("violence", payload))

    def _put(self, leaf: str, fields: dict[str, Any]) -> bytes:
        payload = json.dumps({"contract": CONTRACT, **fields}).encode()
        self._outbox.put_nowait((leaf, payload))
        return payload

    # --- what it hears -----------------------------------------------------------------

    def _heard(self, leaf: str, payload: bytes) -> None:
        try:
            if leaf == "notes":
                self._note(read_note(payload))
            elif leaf == "prompts":
                self._prompt(json.loads(payload))
            elif leaf == "heard":
                said = json.loads(payload)["said"]
                self._states.pop(said, None)
                self._violence.pop(said, None)
            elif leaf == "taken":
                said = json.loads(payload)
                self._open.pop((said["kind"], said["note"], said["revision"]), None)
            else:
                self._answer(json.loads(payload))
        except (Unreadable, ValueError, KeyError, TypeError):
            self.tally["unreadable"] += 1

    def _prompt(self, said: dict[str, Any]) -> None:
        """Each revision once; an older one never comes over a newer one."""
        name, revision = said["stand_off"], said["revision"]
        if revision <= self._prompted.get(name, 0):
            return
        self._prompted[name] = revision
        if said.get("ended"):
            self.prompts.pop(name, None)
        else:
            self.prompts[name] = said
            self.tally["prompt"] += 1
        self._say(f"{self.callsign} PROMPT {said['in_words']}")

    def _answer(self, said: dict[str, Any]) -> None:
        waiting = self._asked.get(said["ask"])
        if waiting and not waiting.done():
            waiting.set_result(said)
            self._say(f"{self.callsign} ANSWER {said['in_words']}")

    def _note(self, note: Note) -> None:
        if note.get("probe"):
            self.tally["probes"] += 1
            self._put("receipts", {"kind": "displayed", **_named(note)})
        elif self._faults.never_displays:
            self.tally["not displayed"] += 1
        elif self._faults.late:
            asyncio.get_running_loop().call_later(self._faults.late, self._display, note)
        else:
            self._display(note)

    def _display(self, note: Note) -> None:
        now = datetime.now(UTC)
        reaction = self._screen.take(note, now)
        self.tally[reaction] += 1
        if reaction is Reaction.SHOWN:
            self.log.add(self.callsign, note, now)
            self._say(_line(self.callsign, note, now))
            self._crew_reads(note)
        if reaction is Reaction.REMOVED:
            self.log.removed(self.callsign, note)
            self._say(f"{self.callsign} {now:%H:%M:%S} WITHDRAWN {note.get('reason', '')}")
        if reaction in {Reaction.SHOWN, Reaction.REMOVED, Reaction.KNOWN}:
            self._receipt("removed" if note.get("withdrawn") else "displayed", note)
        if reaction is Reaction.KNOWN:
            for kind in self._pressed[note["note"], note["revision"]]:
                self._receipt(kind, note, by=self._crew.by)

    # --- what it says ------------------------------------------------------------------

    def _receipt(self, kind: str, note: Note, **more: str) -> None:
        payload = self._put("receipts", {"kind": kind, **_named(note), **more})
        if self._faults.duplicate_receipts:
            self._outbox.put_nowait(("receipts", payload))
        self._open[kind, note["note"], note["revision"]] = payload
        self.tally[f"receipt {kind}"] += 1

    def _crew_reads(self, note: Note) -> None:
        if self._crew.stands_off is not None:
            self.say_state("standing_off")
            loop = asyncio.get_running_loop()
            loop.call_later(self._crew.stands_off, self.say_state, "gone_in")
        if self._faults.never_acknowledges:
            return
        after = self._random.uniform(self._crew.least, self._crew.most)
        asyncio.get_running_loop().call_later(after, self._acknowledge, note)

    def _acknowledge(self, note: Note) -> None:
        if self._screen.shows(note["note"], note["revision"]):
            self._press("acknowledged", note)
            self._say(
                f"{self.callsign} {datetime.now(UTC):%H:%M:%S} ACKNOWLEDGED by {self._crew.by}"
            )
            if self._crew.says:
                self._press(self._crew.says, note)
            if self._crew.violence:
                self.say_violence(self._crew.violence)

    def _press(self, kind: str, note: Note) -> None:
        self._pressed[note["note"], note["revision"]].append(kind)
        self._receipt(kind, note, by=self._crew.by)


def _named(note: Note) -> dict[str, Any]:
    return {"note": note["note"], "revision": note["revision"]}


def _line(callsign: str, note: Note, now: datetime) -> str:
    words = " | ".join(
        str(note[name]) for name in ("headline", "age", "certainty") if note.get(name)
    )
    return f"{callsign} {now:%H:%M:%S} NOTE revision {note['revision']}: {words}"


_HEARD = ("notes", "answers", "prompts", "taken", "heard")
