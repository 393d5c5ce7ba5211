"""Devices and their crews: they obey the contract, and have every bad day there is.

What a screen does with a note, and what no screen may do, is the MDT simulator's own code.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta

from adapters.codecs import mdt
from schemas.stand_off import StandOffState
from simulators.mdt_screen import Note, Reaction, Screen, ShownLog, read_note
from tests.flowing import ROOM
from tests.simulation.network import Network
from tests.simulation.plan import Plan, Weather

CONTRACT = "forewarn.mdt/1"
Say = Callable[[str, bytes], None]
STATES = tuple(StandOffState)


class Device:
    """One terminal and its crew."""

    def __init__(self, name: str, plan: Plan, weather: Weather, network: Network, say: Say) -> None:
        self.name = name
        self.log = ShownLog()
        self.screen = Screen()
        self.shown: dict[str, Note] = {}
        """What is on the screen now."""
        self.answers: list[Note] = []
        self.same_again: list[tuple[str, int, int]] = []
        """(note, revision, later revision) that told the crew the same, both as new."""
        self._plan, self._weather = plan, weather
        self._network, self._say = network, say
        self._chance = plan.random(f"device {name}")
        self._loop = asyncio.get_running_loop()
        self._open: dict[tuple[str, str, int], bytes] = {}
        self._states: dict[str, bytes] = {}
        self._deaf = self._blind = self._suffered = False
        self._sessions = 0
        self._epoch = 0
        self._read: dict[str, tuple[str, int]] = {}

    # --- what it hears -----------------------------------------------------------------

    def wire(self) -> Callable[[str, bytes], None]:
        """Where something for it is put now. Sessions are clean: what is under way when the
        device connects anew never arrives."""
        session = self._sessions
        return lambda leaf, raw: self._hears(leaf, raw) if session == self._sessions else None

    def _hears(self, leaf: str, raw: bytes) -> None:
        if self._deaf:
            return
        if leaf == "notes" and not self._blind:
            self._takes(read_note(raw))
        elif leaf == "taken":
            said = json.loads(raw)
            self._open.pop((said["kind"], said["note"], said["revision"]), None)
        elif leaf == "heard":
            self._states.pop(json.loads(raw)["said"], None)
        elif leaf == "answers":
            self.answers.append(json.loads(raw))

    def _takes(self, note: Note) -> None:
        now = self._plan.begun + timedelta(seconds=self._loop.time())
        reaction = self.screen.take(note, now)
        if reaction is Reaction.SHOWN:
            self.log.add(f"{self.name}#{self._epoch}", note, now)
            self._shows(note)
        elif reaction is Reaction.REMOVED:
            self.log.removed(f"{self.name}#{self._epoch}", note)
            self.shown.pop(note["note"], None)
            self._read.pop(note["note"], None)
        if reaction in (Reaction.SHOWN, Reaction.REMOVED, Reaction.KNOWN):
            self._receipt("removed" if note["withdrawn"] else "displayed", note)

    def _shows(self, note: Note) -> None:
        content = json.dumps({k: v for k, v in note.items() if k not in _NO_NEWS}, sort_keys=True)
        before, revision = self._read.get(note["note"], ("", 0))
        if before == content:
            self.same_again.append((note["note"], revision, note["revision"]))
        self._read[note["note"]] = content, note["revision"]
        self.shown[note["note"]] = note
        if self._chance.random() < 0.7:
            after = self._chance.uniform(1, 60)
            self._loop.call_later(after, self._acknowledges, note, context=self._network.context)

    def _acknowledges(self, note: Note) -> None:
        if self.screen.shows(note["note"], note["revision"]):
            self._receipt("acknowledged", note, by="S1")

    # --- what it says ------------------------------------------------------------------

    def _receipt(self, kind: str, note: Note, **more: str) -> None:
        named = {"kind": kind, "note": note["note"], "revision": note["revision"], **more}
        key = (kind, note["note"], note["revision"])
        self._open[key] = self._speaks("receipts", named)

    def _speaks(self, leaf: str, fields: dict[str, object]) -> bytes:
        raw = json.dumps({"contract": CONTRACT, **fields}).encode()
        if not self._deaf:
            self._network.post(self._say, mdt.topic(ROOM, self.name, leaf), raw)
        return raw

    def hello(self) -> None:
        """On every connect; with it go the receipts nobody took."""
        self._sessions += 1
        self._speaks("hello", {"session": f"s{self._sessions}-{self._chance.getrandbits(40)}"})

    async def lives(self) -> None:
        """Repeats its receipts and states; now and then its crew asks, or says how it holds."""
        while True:
            await asyncio.sleep(self._chance.uniform(3, 8))
            for key, raw in list(self._open.items()):
                self._open[key] = raw
                if not self._deaf:
                    self._network.post(self._say, mdt.topic(ROOM, self.name, "receipts"), raw)
            for raw in self._states.values():
                if not self._deaf:
                    self._network.post(self._say, mdt.topic(ROOM, self.name, "states"), raw)
            if self._chance.random() < 0.02:
                name, state = f"s{self._chance.getrandbits(40)}", self._chance.choice(STATES)
                about: dict[str, object] = {"said": name, "state": state, "by": "S1"}
                self._states[name] = self._speaks("states", about)
            if self._chance.random() < 0.05:
                self._speaks("ask", {"ask": f"q{self._chance.getrandbits(40)}"})

    async def suffers(self) -> None:
        """Tunnels, dark screens and flat batteries, while the storm is on."""
        chance = self._chance
        for _ in range(chance.randint(0, 4)):
            await asyncio.sleep(chance.uniform(5, self._plan.storm / 3))
            what = chance.choice(("deaf", "blind", "restart", "battery"))
            if what == "battery":
                self._forgets()
            self._suffered = True
            self._deaf, self._blind = what != "blind", what == "blind"
            await asyncio.sleep(chance.uniform(1, 60))
            self._deaf = self._blind = False
            self.hello()

    def recovers(self) -> None:
        """The storm is over. Who was away is back, and says so; nobody else has a reason to."""
        if self._suffered:
            self.hello()

    def _forgets(self) -> None:
        self.screen.forget()
        self.shown.clear()
        self._open.clear()
        self._states.clear()
        self._read.clear()
        self._epoch += 1


_NO_NEWS = {"revision", "writer", "expires_at", "age"}
"""What may differ between two notes that tell the crew the same."""
