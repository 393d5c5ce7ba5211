"""What the engine knows: the fold of the journal. Bounded by what is live, not by history."""

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime

from middleware.domain.rules import Rules
from middleware.engine.alarm import Alarm, LastSeen
from middleware.engine.back_up import BackUp
from middleware.engine.duties import Duties
from middleware.engine.frequent import FrequentCallers
from middleware.engine.hand_on import HandOn
from middleware.engine.ledger import Ledger
from middleware.engine.markers import Markers
from middleware.engine.mistakes import Mistakes
from middleware.engine.on_channel import OnChannel as OnChannel  # noqa: PLC0414 - found here by all
from middleware.engine.phase import Phase as Phase  # noqa: PLC0414 - found here by all
from middleware.engine.proposals import Proposal
from middleware.engine.reports import Reports
from middleware.engine.seen import Seen
from middleware.engine.stand_off import StandOff
from schemas.abuse import SharedBy
from schemas.caller import Circle, LookedUp
from schemas.check import Match, NotChecked, Outcome, Whereabouts
from schemas.decision import Ended, Ladder, Matched
from schemas.frequent import PlanSaid
from schemas.incident import Stage
from schemas.mistake import NotShown

QUARANTINE_SHOWN = 200
ACTIVE = frozenset({Stage.ASSIGNED, Stage.MOBILE, Stage.AT_SCENE})


@dataclass(slots=True)
class Checked:
    """The last answer; `position` is that of the record, `index_position` the matcher's."""

    outcome: Outcome
    reason: NotChecked | None
    matches: tuple[Match, ...]
    at: datetime
    position: int
    index_position: int
    not_shown: tuple[NotShown, ...] = ()
    """What matched and is left out, by a decision that it is not about this address."""


@dataclass(slots=True)
class Sent:
    """A resource at an incident, and how it is reached."""

    callsign: str
    device: str
    stage: Stage
    single_responder: bool
    radio: str | None = None
    phone: str | None = None


@dataclass(slots=True)
class Incident:
    """A live or lately finished incident."""

    id: str
    source: str
    number: str
    service_day: date
    opened_at: datetime
    place: Whereabouts
    facts_revision: int = 0
    place_revision: int = 0
    """Of the message that gave the place: one that comes late does not bring an old one back."""
    priority: str | None = None
    nature: str | None = None
    condition: str | None = None
    resources: dict[str, Sent] = field(default_factory=dict)
    checked: Checked | None = None
    notes: dict[str, None] = field(default_factory=dict)
    writings: dict[str, None] = field(default_factory=dict)
    stand_offs: dict[str, None] = field(default_factory=dict)
    hand_ons: dict[str, None] = field(default_factory=dict)
    finished_at: datetime | None = None


@dataclass(slots=True)
class Call:
    """A live or lately finished call. `number` is None when withheld."""

    id: str
    source: str
    call: str
    rang_at: datetime
    number: str | None = None
    line: str | None = None
    handler: str | None = None
    position: str | None = None
    answered_at: datetime | None = None
    left_queue: bool = False
    abandoned: bool = False
    circle: Circle | None = None
    place: Whereabouts | None = None
    looked_up: LookedUp | None = None
    on_hold: bool = False
    warnings: int = 0
    ended_for_abuse: bool = False
    abuse: tuple[str, ...] = ()
    """Entries of the ledger in which its number stands."""
    shared: SharedBy | None = None
    """Who shares the number, where it is known to be no person's."""
    rings: tuple[int, int] = (0, 0)
    """(calls, days) that made who rings a frequent caller when it rang; (0, 0) where not."""
    ended_by: str | None = None
    checked: Checked | None = None
    finished_at: datetime | None = None


@dataclass(slots=True)
class Note:
    """The duty to tell one resource about one marker at one incident."""

    id: str
    revision: int
    incident: str
    callsign: str
    device: str
    matched: Matched
    content: bytes
    """Digest of the marker's content: a change makes a new revision."""
    caused_at: datetime
    issued_at: datetime
    expires_at: datetime
    phase: Phase = Phase.OPEN
    rung: int = 0
    ladder: Ladder = Ladder.DEFAULT
    channels: dict[str, OnChannel] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    shown_at: datetime | None = None
    answered_by: str | None = None
    answered_on: str | None = None
    task_times: int = 0
    task_by: str | None = None
    ended: Ended | None = None
    plan: PlanSaid | None = None
    """Of the caller, where that is a frequent one, as this revision says it (M6)."""
    phase_at: datetime | None = None
    """When the duty came to the end it is in; None while it is open."""

    @property
    def task(self) -> str | None:
        """The console task raised for it, if any."""
        return f"t-{self.id}" if self.task_times else None


@dataclass(slots=True)
class Writing:
    """What is to stand about one marker in one incident of the CAD (N2)."""

    id: str
    revision: int
    incident: str
    matched: Matched
    content: bytes
    issued_at: datetime
    expires_at: datetime
    phase: Phase = Phase.OPEN
    channels: dict[str, OnChannel] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    """Channel to the revision that the other side confirmed."""
    ended: Ended | None = None
    plan: PlanSaid | None = None


@dataclass(slots=True)
class Filing:
    """What another body is to have about one report: the draft itself (R1), or with `is_notice`
    what the security team is told (R3). `shown`: channel to the revision it said that it has."""

    id: str
    revision: int
    report: str
    is_notice: bool
    issued_at: datetime
    expires_at: datetime
    phase: Phase = Phase.OPEN
    channels: dict[str, OnChannel] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the other side may not have its present revision yet."""
        return any(self.shown.get(name, 0) < self.revision for name in self.channels)


@dataclass(slots=True)
class Timer:
    """A timer that is set; the flow turns it into TimerDue(timer, revision)."""

    revision: int
    due_at: datetime


@dataclass(slots=True)
class SourceState:
    """Whether a source is up, and since when; of a channel also since when probes that it takes do
    not come back."""

    connected: bool
    gap: bool
    since: datetime
    unreturned: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing in quarantine; the raw bytes stay in the journal at `position`."""

    position: int
    source: str
    field: str
    reason: str
    conflict: bool
    at: datetime


@dataclass(slots=True)
class State:
    """Everything live. Mutated only by `apply`; readers outside the engine never write."""

    writer: int = 0
    """Token of the instance that writes: devices put its word over that of an earlier one."""
    rules: Rules = field(default_factory=Rules)
    position: int = 0
    at: datetime | None = None
    incidents: dict[str, Incident] = field(default_factory=dict)
    by_number: dict[tuple[str, str, date], str] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    by_call: dict[tuple[str, str], str] = field(default_factory=dict)
    by_phone: dict[str, str] = field(default_factory=dict)
    """Number (E.164) to the last call from it that is not over."""
    waiting_places: dict[str, tuple[Circle, datetime]] = field(default_factory=dict)
    """Number to where it is, of calls that are not known yet; who was heard of last comes last."""
    notes: dict[str, Note] = field(default_factory=dict)
    by_device: dict[str, dict[str, None]] = field(default_factory=dict)
    writings: dict[str, Writing] = field(default_factory=dict)
    hand_ons: dict[str, HandOn] = field(default_factory=dict)
    stand_offs: dict[str, StandOff] = field(default_factory=dict)
    markers: Markers = field(default_factory=Markers)
    mistakes: Mistakes = field(default_factory=Mistakes)
    reports: Reports = field(default_factory=Reports)
    filings: dict[str, Filing] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    frequent: FrequentCallers = field(default_factory=FrequentCallers)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    alarms: dict[str, Alarm] = field(default_factory=dict)
    open_alarms: dict[str, str] = field(default_factory=dict)
    """Radio (engine.alarm.alarm_key) to its open alarm."""
    back_ups: dict[str, BackUp] = field(default_factory=dict)
    duties: Duties = field(default_factory=Duties)
    radios: dict[str, LastSeen] = field(default_factory=dict)
    """Radio to its last position; who was heard of last comes last."""
    timers: dict[str, Timer] = field(default_factory=dict)
    sources: dict[str, SourceState] = field(default_factory=dict)
    quarantine: deque[Refusal] = field(default_factory=lambda: deque(maxlen=QUARANTINE_SHOWN))
    refused: int = 0
    seen: Seen = field(default_factory=Seen)
