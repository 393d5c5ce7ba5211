"""The seams between core and outside: time, storage, keys, sources and channels.

Adapters implement these; the core sees nothing else of the world (DESIGN.md: time, network
and storage are arguments).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Protocol

from prometheus_client import Counter, Gauge, Histogram
from pydantic import BaseModel, ConfigDict

from schemas.delivery import Delivery
from schemas.desk import DeskRequest
from schemas.event import Event
from schemas.hand_on import SceneFlags
from schemas.mdt import DeviceAnswer, DeviceNote, DevicePrompt
from schemas.report import IncidentReport, SecurityNotice
from schemas.told import CadNote, RadioAnswer, RadioText, SpokenNote, UnitEmergency

# --- time and keys ---------------------------------------------------------------------


class Clock(Protocol):
    """The world's time. `now` (UTC) may step; `monotonic` (seconds) never does."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    async def sleep(self, delay: timedelta) -> None: ...


class Keys(Protocol):
    """Keys by name, 32 bytes each; kept apart from the journal and its backups.

    `key` raises KeyError for a key that was deleted: its parts fold as erased.
    """

    @property
    def current(self) -> str: ...
    def key(self, name: str) -> bytes: ...


class Meters(Protocol):
    """The metrics of the one table (middleware.ops.metrics), by name."""

    def counter(self, name: str, **labels: str) -> Counter: ...
    def gauge(self, name: str, **labels: str) -> Gauge: ...
    def histogram(self, name: str, **labels: str) -> Histogram: ...


# --- storage ---------------------------------------------------------------------------


class Fenced(Exception):
    """Another writer holds the journal: this one must stop writing."""


class OutOfPlace(Exception):
    """`expected` is not the head, and the records there are not the ones given."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A cache of the fold up to `position`; `version` names the code that can read it."""

    position: int
    version: str
    data: bytes


class Journal(Protocol):
    """An append-only sequence of opaque records, positions 1, 2, 3, …

    `append` returns when the records are durable: all of them or none. It can be repeated:
    the same records at the same `expected` again succeed and change nothing.
    """

    async def acquire(self) -> int:
        """Become the writer; returns a token greater than every earlier one."""
        ...

    async def head(self) -> int:
        """The last position; 0 when empty."""
        ...

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        """Raises Fenced, OutOfPlace, or OSError when the store cannot be written."""
        ...

    def read(self, after: int, limit: int | None = None) -> AsyncIterator[tuple[int, bytes]]:
        """(position, record) in order, from `after` + 1 on."""
        ...

    async def save_snapshot(self, snapshot: Snapshot) -> None: ...

    async def load_snapshot(self, version: str) -> Snapshot | None: ...

    async def close(self) -> None: ...


class Store(Journal, Protocol):
    """A journal whose old records may go; `read` then begins at the first that is there."""

    async def drop(self, until: int, token: int) -> None:
        """Forget the records up to `until`, if they are there. Raises Fenced, OSError; OutOfPlace
        unless `until` is before the head."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Positions from `first` to `last`, both in it."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Segment:
    """The records of a span; where there is a `fault`, those before it."""

    span: Span
    records: tuple[bytes, ...]
    fault: str = ""


class Archive(Protocol):
    """Old records outside the store, in segments that never change. Each call raises OSError."""

    async def spans(self) -> Sequence[Span]:
        """Of the segments there are, in order."""
        ...

    async def write(self, first: int, records: Sequence[bytes], token: int) -> None:
        """One more; durable when it returns. `token`: the writer's, who may have a double."""
        ...

    async def load(self, span: Span) -> Segment:
        """As it lies on the disk."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """Who writes, as the store has it: the token, and a `beat` that changes with each renewal and
    is 0 when nobody does. `name` and `where` are for people."""

    token: int = 0
    beat: int = 0
    name: str = ""
    where: str = ""


class Lease(Protocol):
    """Whose turn it is to write, where several instances share a journal (DESIGN, "Stores").

    That nobody else writes is held by the token, at each append; the lease says only when to take
    over. It is over when its beat has stood still for `lasts` on the clock of who looks on: no
    clock is compared with another. Every call raises OSError when the store cannot be reached.
    """

    @property
    def name(self) -> str:
        """Of this instance; each has its own."""
        ...

    @property
    def lasts(self) -> timedelta: ...

    async def look(self) -> Held: ...

    async def take(self, seen: Held) -> int | None:
        """Become the writer, if nothing changed since `seen`: the token, greater than every earlier
        one. None when somebody was quicker."""
        ...

    async def renew(self, token: int) -> None:
        """Raises Fenced when another one writes."""
        ...

    async def release(self, token: int) -> None:
        """Somebody else may take over at once."""
        ...

    async def stand_by(self, position: int) -> None:
        """This one follows, and has come so far."""
        ...

    async def followers(self) -> Mapping[str, tuple[int, int]]:
        """Name to beat and position, of all that ever said so."""
        ...

    async def hand_on(self, records: Sequence[bytes]) -> None:
        """To whoever writes: what this one answered for and the journal does not have."""
        ...

    async def handed_on(self) -> Sequence[bytes]:
        """The first of them, in order; none when there are none."""
        ...

    async def taken_in(self, token: int, count: int) -> None:
        """So many of the first are in the journal. Raises Fenced when another one writes."""
        ...


@dataclass(frozen=True, slots=True)
class Spooled:
    """What a spool holds: the writer's token, None in a new one, and records from `first` on."""

    token: int | None
    first: int
    records: tuple[bytes, ...]


class Spool(Protocol):
    """Where records wait while the journal cannot be written: of the same format, in order, best
    on another file system. Every call returns when it is durable and raises OSError."""

    async def load(self) -> Spooled:
        """What an earlier run left; called first. A torn end, never confirmed, is left out."""
        ...

    async def mark(self, token: int) -> None:
        """Remember the writer's token."""
        ...

    async def write(self, first: int, records: Sequence[bytes]) -> None:
        """Records at the positions from `first` on, behind those written before."""
        ...

    async def clear(self) -> None:
        """The journal has everything."""
        ...

    async def set_aside(self) -> None:
        """Keep what is in it for people, and begin anew."""
        ...


# --- taking in -------------------------------------------------------------------------


class Standing(StrEnum):
    """What became of something submitted; every one of them is on record."""

    TAKEN = "taken"
    KNOWN = "known"
    SUPERSEDED = "superseded"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Submitted:
    """The durable answer to a submission; `position` is where the journal has it.

    Not `kept`: an emergency that people see and that nothing durable has yet. The other side must
    not be told that it has been taken, so that it says it again.
    """

    standing: Standing
    position: int
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """Why input cannot be taken: the field, and the reason with the remedy. Holds no values."""

    field: str
    reason: str


class Intake(Protocol):
    """Where sources hand in. Both calls return only when the journal has it, or its spool (but see
    Submitted.kept); both wait while the lane is full (push-back), so a source reads no further
    until there is room."""

    async def submit(self, event: Event, raw: bytes = b"") -> Submitted:
        """`raw` is what came on the wire: it goes to quarantine if the event conflicts."""
        ...

    async def refuse(self, source: str, problem: Problem, raw: bytes) -> Submitted:
        """Put what cannot be read into quarantine."""
        ...


class Ability(StrEnum):
    """What a source can do after a cut (DESIGN.md)."""

    REPLAYABLE = "replayable"
    RESYNC = "resync"
    LOSSY = "lossy"


class Source(Protocol):
    """Something that speaks to us. `run` connects, reconnects with back-off and never returns;
    it ends by cancellation only. It submits SourceConnected and SourceLost itself."""

    name: str
    ability: Ability

    async def run(self, intake: Intake) -> None: ...


class Directory(Source, Protocol):
    """A source that is asked about each number that rings; its answer comes as CallerLookedUp."""

    def ask(self, about: str, number: str) -> None:
        """`about` becomes the answer's id. Returns at once; never raises."""
        ...


# --- going out -------------------------------------------------------------------------


class ChannelDown(Exception):
    """The channel cannot send now, and nothing went out; the courier tries again."""

    state: ClassVar[Delivery] = Delivery.UNSENT


class LinesBusy(ChannelDown):
    """The channel is there, and all that it can send at a time is under way (N4)."""

    state = Delivery.LINES_BUSY


class By(StrEnum):
    """What a channel reaches, and so which address of a resource it needs."""

    DEVICE = "device"
    RADIO = "radio"
    PHONE = "phone"
    INCIDENT = "incident"
    """No crew: the incident itself, on the other side."""
    REPORTS = "reports"
    """No crew: the incident reporting system."""
    SECURITY = "security"
    """No crew: the security team."""
    PEER = "peer"
    """No crew: another service, which is told of incidents, and of crews of ours in danger."""
    DESK = "desk"
    """No crew: a desk of the police, or of others who are asked for help."""
    SERVICE = "service"
    """No crew: another service, to which the incident was handed on."""


CREWS = frozenset({By.DEVICE, By.RADIO, By.PHONE})
"""What tells a crew, and so can be a rung."""


class Way(BaseModel):
    """How a channel tells. `repeatable`: sending twice is harmless, by note id and revision.
    Where it is not, every attempt is on record before it is made (N4). `anew`: the other side keeps
    nothing between two connections, so at each what is in force is told again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: By = By.DEVICE
    repeatable: bool = True
    anew: bool = False


LIKE_AN_MDT = Way()

Beside = CadNote | SceneFlags | IncidentReport | SecurityNotice | DeskRequest | UnitEmergency
Body = DeviceNote | DeviceAnswer | DevicePrompt | RadioText | RadioAnswer | SpokenNote | Beside
"""To a device a note or an answer, to a radio text, to a phone sentences, to the CAD its note, to
the trust's own systems a draft report or a notice, to a desk of the police a request, to another
service the note and a man-down."""


@dataclass(frozen=True, slots=True)
class ToDevice:
    """One thing to send to one address: a note or the answer to an ask.

    `device`: the address on this channel. `times`: how often this revision may have reached it on
    this channel before; where that is not harmless, more than 0 means: say "repeated" first.
    `probe`: to a loopback device, for nobody (O1); it is in no figure of what is sent.
    """

    device: str
    body: Body
    times: int = 0
    probe: bool = False


class Channel(Protocol):
    """A way out. `send` returning means accepted, nothing more; it raises ChannelDown where
    nothing went out. A channel that is not repeatable never sends anything of itself again.

    What comes back from devices goes into the intake as events, like from any source.
    `run` never returns; it calls `came_back` each time the channel can (again) send, and it
    submits SourceConnected and SourceLost under its own name.
    """

    name: str

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None: ...

    async def send(self, message: ToDevice) -> None: ...


# --- recording (O2) --------------------------------------------------------------------


class Tap(Protocol):
    """Where sources hand on what came on their wire, before they read it. `link` tells the
    connections of one source apart. None of the calls waits or fails."""

    def opened(self, source: str) -> int:
        """A connection is there; returns its link."""
        ...

    def heard(self, source: str, link: int, data: bytes) -> None: ...

    def closed(self, source: str, why: str) -> None:
        """It is over, or could not be had."""
        ...


class NoTap:
    """Nobody listens."""

    def opened(self, source: str) -> int:
        return 0

    def heard(self, source: str, link: int, data: bytes) -> None:
        """Nothing is kept."""

    def closed(self, source: str, why: str) -> None:
        """Nothing is kept."""


class OnWire(StrEnum):
    """What happened on a recorded wire."""

    OPENED = "opened"
    HEARD = "heard"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class WireFrame:
    """One thing on a recorded wire; `why` a link was closed is a code. `midway`: it was so already
    when the recording began."""

    on: OnWire
    link: int
    data: bytes = b""
    why: str = ""
    midway: bool = False


Wire = asyncio.Queue[WireFrame]
"""What a source hears when a recording is played to it, as its time comes."""


# --- the row of an adapter -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class World:
    """What every adapter is given: the room's code, time, chance, and who may (access)."""

    room: str
    clock: Clock
    random: Random
    state: Path
    meters: Meters
    tokens: Mapping[str, str]
    """SHA-256 hex digest of each token to the name of the system or device that holds it."""
    tap: Tap = field(default_factory=NoTap)
    loopbacks: Mapping[str, str] = field(default_factory=dict)
    """Channel to the device that returns its probes: what that says is in no figure (O1)."""


class Kind(StrEnum):
    """Which seam an adapter fills."""

    SOURCE = "source"
    CHANNEL = "channel"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class AdapterSpec:
    """One row of the adapter table: the configuration section `[<kind>.<name>]` is validated
    by `settings`, and `make` builds the adapter from it. `way`: of a channel. `play`: a source that
    hands its wire to the tap is built so on a recorded one, without network and secrets (O2)."""

    kind: Kind
    name: str
    settings: type[BaseModel]
    make: Callable[[Any, World], Any]
    way: Way = LIKE_AN_MDT
    play: Callable[[Any, World, Wire], Source] | None = None


AdapterTable = Mapping[tuple[Kind, str], AdapterSpec]
"""Every row there is, by kind and name."""
