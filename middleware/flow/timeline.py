"""What was known when (E3): every record that speaks of an incident, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from middleware.domain.wording import ended_in_words, in_words, not_shown_in_words, relation
from middleware.engine.entry import Entry
from middleware.flow.mistake_lines import mistake_words, spoken_of
from middleware.flow.records import open_record
from middleware.flow.timeline_alarms import alarm_words
from middleware.flow.timeline_back_up import back_up_words
from middleware.flow.timeline_callers import OF_CALLERS, caller_words
from middleware.flow.timeline_channels import channel_words
from middleware.flow.timeline_hand_ons import hand_on_words
from middleware.flow.timeline_journal import Unwritten
from middleware.flow.timeline_reports import report_words
from middleware.flow.timeline_stand_offs import stand_off_words
from middleware.ports import Clock, Journal, Keys
from schemas import decision as d
from schemas.alarm import AlarmRaised
from schemas.back_up import BackUpMade
from schemas.hand_on import HandOnBegun
from schemas.held import StandOffBegun
from schemas.incident import CadEvent
from schemas.judgement import MistakeTaken
from schemas.proposal import ProposalMade
from schemas.reporting import ReportDrafted
from schemas.search import SearchAnswered

SLICE = 50
"""Records opened before anything live gets its turn."""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One thing that was said, known or done; `received_at` in UTC."""

    position: int
    received_at: datetime
    event: str
    words: str


def build(entries: Iterable[Entry], incident: str) -> list[TimelineLine]:
    """The timeline of the incident with this CAD number, or this id of ours; or of the man-down
    alarm, the call, the report, the request, the entry of the ledger or the proposal with this id,
    or of this radio."""
    follow = _Follow(incident)
    return follow.marked([line for entry in entries for line in follow.lines(entry)])


class _Follow:
    """Learns our ids of the incident and of its notes as they appear."""

    def __init__(self, incident: str) -> None:
        self._asked = incident
        self._ids = {incident}
        self._notes: dict[str, str] = {}
        self._alarms: set[str] = set()
        self._mistakes: set[str] = set()
        self._reports: set[str] = set()
        self._proposals: set[str] = set()
        self._hand_ons: dict[str, str] = {}
        self._back_ups: set[str] = set()
        self._unwritten = Unwritten()
        self._stand_offs: dict[str, str] = {}

    def lines(self, entry: Entry) -> Iterator[TimelineLine]:
        event = entry.event
        kind = getattr(event, "kind", "erased")
        self._unwritten.hear(event)
        if isinstance(event, CadEvent) and event.number == self._asked:
            self._ids.update(m.incident for m in entry.decisions if isinstance(m, d.IncidentTaken))
            yield TimelineLine(entry.position, entry.received_at, kind, "the CAD said so")
        for made in entry.decisions:
            words = (
                self._back_up_words(made, entry)
                or self._stand_off_words(made)
                or self._report_words(made)
                or self._caller_words(made)
                or self._hand_on_words(made)
                or self._words(made)
            )
            if words:
                yield TimelineLine(entry.position, entry.received_at, kind, words)

    def marked(self, lines: Iterable[TimelineLine]) -> list[TimelineLine]:
        """When all is read: what was told before the journal had it says so."""
        return [
            replace(line, words=line.words + self._unwritten.mark(line.position)) for line in lines
        ]

    def _speaks_of(self, made: AlarmRaised) -> bool:
        return made.incident in self._ids or self._asked in (made.alarm, made.radio)

    def _stand_off_words(self, made: d.Decision) -> str:
        if isinstance(made, StandOffBegun) and made.incident in self._ids:
            self._stand_offs[made.stand_off] = made.callsign
        callsign = self._stand_offs.get(getattr(made, "stand_off", ""))
        return stand_off_words(made, callsign) if callsign else ""

    def _back_up_words(self, made: d.Decision, entry: Entry) -> str:
        if isinstance(made, BackUpMade) and (
            made.alarm in self._alarms or self._ids.intersection((made.incident, made.request))
        ):
            self._back_ups.add(made.request)
        name = getattr(made, "request", None) or getattr(made, "note", None)
        return back_up_words(made, entry) if name in self._back_ups else ""

    def _hand_on_words(self, made: d.Decision) -> str:
        if not self._hand_ons and not isinstance(made, HandOnBegun):
            return ""
        if isinstance(made, HandOnBegun) and made.incident in self._ids:
            self._hand_ons[made.hand_on] = made.service
        name = getattr(made, "hand_on", None) or getattr(made, "note", None)
        service = self._hand_ons.get(name or "")
        return hand_on_words(made, service) if service else ""

    def _caller_words(self, made: d.Decision) -> str:
        if type(made) not in OF_CALLERS:
            return ""
        if isinstance(made, ProposalMade) and self._ids.intersection((made.call, made.entry)):
            self._proposals.add(made.proposal)
        about = {getattr(made, name, None) for name in ("call", "entry")}
        proposal = getattr(made, "proposal", None)
        is_about = self._ids.intersection(about) or {self._asked, *self._proposals} & {proposal}
        return caller_words(made) if is_about else ""

    def _report_words(self, made: d.Decision) -> str:
        if isinstance(made, ReportDrafted) and (
            made.alarm in self._alarms or self._ids.intersection((made.subject, made.report))
        ):
            self._reports.add(made.report)
        return report_words(made) if getattr(made, "report", None) in self._reports else ""

    def _words(self, made: d.Decision) -> str:
        if isinstance(made, AlarmRaised) and self._speaks_of(made):
            self._alarms.add(made.alarm)
        if getattr(made, "alarm", None) in self._alarms:
            return alarm_words(made)
        if isinstance(made, d.Shown) and made.note in self._alarms:
            return f"alarm {made.note}: {made.channel} has it, revision {made.revision}"
        if isinstance(made, d.NoteIssued) and made.incident in self._ids:
            self._notes[made.note] = made.callsign
        if isinstance(made, MistakeTaken) and made.subject in self._ids:
            self._mistakes.add(made.mistake)
        if self._mistakes.intersection(spoken_of(made)):
            return mistake_words(made)
        if isinstance(made, d.WriteBackIssued) and made.incident in self._ids:
            self._notes[made.writing] = "CAD"
        if isinstance(made, SearchAnswered) and self._ids.intersection(made.incidents):
            return "somebody in the EOC searched for it, with a reason"
        note = getattr(made, "note", None) or getattr(made, "writing", None)
        note = note or str(getattr(made, "task", "")).removeprefix("t-")
        if note in self._notes:
            crew = self._notes[note]
            return _note_words(made, crew) or channel_words(made, crew)
        subject = getattr(made, "incident", None) or getattr(made, "subject", None)
        return _subject_words(made) if subject in self._ids else ""


def _subject_words(made: d.Decision) -> str:
    match made:
        case d.IncidentTaken():
            return f"taken in as {made.incident}"
        case d.IncidentChanged():
            return "facts changed"
        case d.IncidentFinished():
            return "closed"
        case d.ResourceMoved():
            return f"{made.callsign}: {made.stage.replace('_', ' ')}"
        case d.Assessed():
            found = ", ".join(
                f"marker {m.marker} ({relation(m.relation)}, {m.certainty / 10:g} %)"
                for m in made.matches
            )
            answer = in_words(made.outcome, made.reason) + (f": {found}" if found else "")
            return "; ".join([answer, *map(not_shown_in_words, made.not_shown)])
        case d.Forgotten():
            return "left the working state"
    return ""


def _note_words(made: d.Decision, callsign: str) -> str:
    match made:
        case d.NoteIssued():
            marker = made.matched.marker
            return f"{callsign} is to be told about marker {marker} (revision {made.revision})"
        case d.NoteWithdrawn():
            return f"note for {callsign} withdrawn: {ended_in_words(made.reason)}"
        case d.RungEntered():
            return f"{callsign}: telling by {made.channel} (rung {made.rung + 1})"
        case d.Shown():
            when = "before at scene" if made.before_at_scene else "at scene or later"
            return f"{callsign}: shown by {made.channel}, revision {made.revision}, {when}"
        case d.DutyAnswered():
            return f"{callsign}: acknowledged by {made.by} on {made.channel}"
        case d.TaskRaised():
            return f"{callsign} has not been told: task for a person, said {made.times} times"
        case d.TaskAssumed():
            return f"{callsign}: task taken by {made.by}"
    return ""


async def read_timeline(
    journal: Journal, keys: Keys, clock: Clock, incident: str
) -> list[TimelineLine]:
    """The timeline from the journal itself, a record at a time, letting others have their turn."""
    follow, found = _Follow(incident), list[TimelineLine]()
    async for position, record in journal.read(0):
        found.extend(follow.lines(open_record(record, keys, position=position).entry))
        if position % SLICE == 0:
            await clock.sleep(timedelta())
    return follow.marked(found)
