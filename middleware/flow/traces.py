"""One trace from the wire to the acknowledgement, from committed records (O1); docs/traces.md.

Only where the configuration asks for it: otherwise nothing here is called. A span says what, where
and how long: adapters, kinds of events, outcomes, positions in the journal; never who, no address
and no words. It never waits and never fails: what looks at it later is not part of the room.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.ports import (
    Channel,
    ChannelDown,
    Clock,
    Intake,
    Problem,
    Source,
    Submitted,
    ToDevice,
)
from schemas import decision as d
from schemas.alarm import AlarmRaised, AlarmTaken
from schemas.event import Event

OPEN = 20_000
"""Duties whose traces go on; of more the oldest are not followed any more."""

About = Mapping[str, str | int | bool]


class Spans(Protocol):
    """Where spans go. `within` is what an earlier call returned, None begins a trace."""

    def add(
        self, name: str, within: Any, begun: datetime, ended: datetime, about: About
    ) -> Any: ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Duty:
    """Somebody is to be told, or to accept. `rung`: the present one, since when."""

    trace: Any
    begun: datetime
    rung: tuple[str, datetime] | None = None


class Traces:
    """Follows each message, and each duty that it makes, until a person has answered for it."""

    def __init__(self, spans: Spans, clock: Clock) -> None:
        self._spans, self._clock = spans, clock
        self._handed: dict[int, datetime] = {}
        self._duties: dict[str, Duty] = {}
        self._acts: dict[type[d.Decision], Callable[[Entry, Any, Any], None]] = {
            d.NoteIssued: lambda entry, made, trace: self._begin(entry, made.note, trace),
            AlarmRaised: lambda entry, made, trace: self._begin(entry, made.alarm, trace),
            d.RungEntered: self._on_rung,
            d.Shown: self._on_shown,
            d.DutyAnswered: lambda entry, made, _: self._end(
                entry, made.note, "acknowledged", channel=made.channel
            ),
            d.TaskAssumed: lambda entry, made, _: self._end(
                entry, made.task.removeprefix("t-"), "in the hands of a person"
            ),
            d.NoteWithdrawn: lambda entry, made, _: self._end(
                entry, made.note, "withdrawn", reason=made.reason.value
            ),
            AlarmTaken: lambda entry, made, _: self._end(entry, made.alarm, "accepted"),
        }

    async def close(self) -> None:
        await self._spans.close()

    # --- on the way in -----------------------------------------------------------------

    def handed_in(self, event: Event) -> None:
        self._handed[id(event)] = self._clock.now()

    def forget(self, event: Event) -> None:
        self._handed.pop(id(event), None)

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        now = self._clock.now()
        for entry in entries:
            acts = [(act, made) for made in entry.decisions if (act := self._acts.get(type(made)))]
            handed = self._handed.pop(id(entry.event), None)
            if isinstance(entry.event, Event) and (acts or handed):
                trace = self._taken_in(entry, entry.event, handed or entry.received_at, now)
                for act, made in acts:
                    act(entry, made, trace)

    def _taken_in(self, entry: Entry, event: Event, handed: datetime, now: datetime) -> Any:
        duty = self._duties.get(str(getattr(event, "note", "")))
        about: dict[str, str | int | bool] = {
            "forewarn.source": event.source, "forewarn.kind": event.kind,
            "forewarn.position": entry.position,
        }  # fmt: skip
        checked = next((made for made in entry.decisions if isinstance(made, d.Assessed)), None)
        if checked is not None:
            about["forewarn.outcome"] = checked.outcome.value
            about["forewarn.reason"] = checked.reason.value if checked.reason else ""
        trace = self._spans.add("take in", duty.trace if duty else None, handed, now, about)
        self._spans.add("wait in the lane", trace, handed, entry.received_at, {})
        self._spans.add("check, decide, make durable", trace, entry.received_at, now, {})
        return trace

    # --- until somebody has answered ---------------------------------------------------

    def _begin(self, entry: Entry, name: str, trace: Any) -> None:
        if name not in self._duties:
            if len(self._duties) >= OPEN:
                del self._duties[next(iter(self._duties))]
            self._duties[name] = Duty(trace, entry.received_at)

    def _on_rung(self, entry: Entry, made: d.RungEntered, _: Any) -> None:
        duty = self._duties.get(made.note)
        if duty is not None:
            self._leave_rung(duty, entry.received_at)
            duty.rung = (made.channel, entry.received_at)

    def _leave_rung(self, duty: Duty, at: datetime) -> None:
        if duty.rung is not None:
            channel, since = duty.rung
            self._spans.add("rung", duty.trace, since, at, {"forewarn.channel": channel})

    def _on_shown(self, entry: Entry, made: d.Shown, _: Any) -> None:
        duty = self._duties.get(made.note)
        if duty is not None:
            about: About = {"forewarn.channel": made.channel, "forewarn.revision": made.revision,
                     "forewarn.before_at_scene": made.before_at_scene}  # fmt: skip
            self._spans.add("until displayed", duty.trace, duty.begun, entry.received_at, about)

    def _end(self, entry: Entry, name: str, how: str, **about: str) -> None:
        duty = self._duties.pop(name, None)
        if duty is not None:
            self._leave_rung(duty, entry.received_at)
            told = {f"forewarn.{key}": value for key, value in about.items()}
            self._spans.add(f"until {how}", duty.trace, duty.begun, entry.received_at, told)

    # --- on the way out ----------------------------------------------------------------

    def sent(self, channel: str, message: ToDevice, begun: datetime, *, went_out: bool) -> None:
        duty = self._duties.get(str(getattr(message.body, "note", "")))
        if duty is not None:
            about: About = {"forewarn.channel": channel, "forewarn.accepted": went_out}
            self._spans.add("send", duty.trace, begun, self._clock.now(), about)

    def now(self) -> datetime:
        return self._clock.now()


@dataclass(frozen=True, slots=True)
class TracedIntake:
    """Remembers when something was handed in."""

    intake: Intake
    traces: Traces

    async def submit(self, event: Event, raw: bytes = b"") -> Submitted:
        self.traces.handed_in(event)
        try:
            return await self.intake.submit(event, raw)
        finally:
            self.traces.forget(event)

    async def refuse(self, source: str, problem: Problem, raw: bytes) -> Submitted:
        return await self.intake.refuse(source, problem, raw)


class TracedSource:
    """A source whose messages begin traces."""

    def __init__(self, source: Source, traces: Traces) -> None:
        self.name, self.ability = source.name, source.ability
        self._source, self._traces = source, traces

    async def run(self, intake: Intake) -> None:
        await self._source.run(TracedIntake(intake, self._traces))


class TracedChannel:
    """A channel whose sends are spans of the duty that they are about."""

    def __init__(self, channel: Channel, traces: Traces) -> None:
        self.name = channel.name
        self._channel, self._traces = channel, traces

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        await self._channel.run(TracedIntake(intake, self._traces), came_back)

    async def send(self, message: ToDevice) -> None:
        begun = self._traces.now()
        try:
            await self._channel.send(message)
        except ChannelDown:
            self._traces.sent(self.name, message, begun, went_out=False)
            raise
        self._traces.sent(self.name, message, begun, went_out=True)


def traced(
    sources: Sequence[Source], channels: Sequence[Channel], traces: Traces
) -> tuple[list[Source], list[Channel]]:
    """All of them, with the traces between them and the core."""
    return (
        [TracedSource(source, traces) for source in sources],
        [TracedChannel(channel, traces) for channel in channels],
    )
