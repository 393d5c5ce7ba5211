"""Figures from committed records (O1)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from middleware.domain.calendar import london_day
from middleware.engine.entry import Entry
from middleware.engine.mistakes import WAITS_OR_HIDES
from middleware.engine.state import Phase, State
from middleware.flow.alarm_figures import AlarmFigures
from middleware.flow.back_up_figures import BackUpFigures
from middleware.flow.caller_figures import CallerFigures
from middleware.flow.checker import Matcher
from middleware.flow.figures import Act, Acts
from middleware.flow.hand_on_figures import HandOnFigures
from middleware.flow.report_figures import ReportFigures
from middleware.flow.stamps import Stamps
from middleware.flow.stand_off_figures import StandOffFigures
from middleware.ports import Clock, Meters
from schemas import decision as d
from schemas.judgement import MistakeTaken
from schemas.mistake import CrewReportedMistake

PACE = timedelta(seconds=1)
SLICE = 500
"""Notes that are looked at without a break."""


class Observer:
    """Counts what was decided; at its `pace` it measures what is open."""

    def __init__(self, meters: Meters, clock: Clock, stamps: Stamps, matcher: Matcher) -> None:
        self._meters, self._clock, self._stamps, self._matcher = meters, clock, stamps, matcher
        self.pace = PACE
        self._alarms = AlarmFigures(meters)
        self._back_ups = BackUpFigures(meters)
        self._reports = ReportFigures(meters)
        self._callers = CallerFigures(meters)
        self._hand_ons = HandOnFigures(meters)
        self._stand_offs = StandOffFigures(meters)
        mine: Acts = {
            d.Assessed: self._on_assessed,
            d.Shown: self._on_shown,
            d.DutyAnswered: self._on_answered,
            d.RungEntered: self._on_rung,
            d.SourceChanged: self._on_source,
            MistakeTaken: self._on_mistake,
        }
        counted_by = (self._alarms, self._back_ups, self._reports, self._callers)
        others = (one.acts for one in (*counted_by, self._hand_ons, self._stand_offs))
        self._acts = defaultdict[type[d.Decision], list[Act]](list)
        for acts in (mine, *others):
            for kind, act in acts.items():
                self._acts[kind].append(act)

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        for entry in entries:
            for made in entry.decisions:
                for act in self._acts.get(type(made), ()):
                    act(entry, made, state)

    def _on_assessed(self, entry: Entry, made: d.Assessed, state: State) -> None:
        subject = "call" if made.subject in state.calls else "incident"
        reason = made.reason.value if made.reason else ""
        outcome = made.outcome.value
        self._count("forewarn_checks_total", subject=subject, outcome=outcome, reason=reason)

    def _on_answered(self, entry: Entry, made: d.DutyAnswered, state: State) -> None:
        self._count("forewarn_answered_total", channel=made.channel)

    def _on_rung(self, entry: Entry, made: d.RungEntered, state: State) -> None:
        if made.rung > 0:
            self._count("forewarn_escalations_total", channel=made.channel)

    def _on_mistake(self, entry: Entry, made: MistakeTaken, state: State) -> None:
        on = "device" if isinstance(entry.event, CrewReportedMistake) else "console"
        self._count("forewarn_mistakes_reported_total", says=made.says.value, on=on)

    def _on_shown(self, entry: Entry, made: d.Shown, state: State) -> None:
        note = state.notes.get(made.note)
        if note is None or note.phase is Phase.WITHDRAWN:
            return
        took = (entry.received_at - note.caused_at).total_seconds()
        self._meters.histogram("forewarn_source_to_displayed_seconds").observe(took)
        when = "before_at_scene" if made.before_at_scene else "at_scene_or_later"
        self._count("forewarn_displayed_total", when=when)

    def _on_source(self, entry: Entry, made: d.SourceChanged, state: State) -> None:
        gauge = self._meters.gauge("forewarn_adapter_connected", adapter=made.source)
        gauge.set(1 if made.connected else 0)
        if made.gap:
            self._count("forewarn_adapter_gaps_total", adapter=made.source)

    def _count(self, name: str, **labels: str) -> None:
        self._meters.counter(name, **labels).inc()

    async def run(self, state: State) -> None:
        """Measure once in `pace`."""
        while True:
            await self._measure_notes(state)
            self._measure_others(state)
            await self._clock.sleep(self.pace)

    async def _measure_notes(self, state: State) -> None:
        """In slices, so that everything else has its turn: there may be tens of thousands."""
        notes = list(state.notes.values())
        phases = dict.fromkeys(Phase, 0)
        issued: list[datetime] = []
        tasks = 0
        for begin in range(0, len(notes), SLICE):
            part = [note.phase for note in notes[begin : begin + SLICE]]
            for phase in Phase:
                phases[phase] += part.count(phase)
            waiting = [n for n in notes[begin : begin + SLICE] if n.phase is Phase.OPEN]
            issued += [min(note.issued_at for note in waiting)] if waiting else []
            tasks += sum(note.task_times > 0 for note in waiting)
            await self._clock.sleep(timedelta())
        for phase, count in phases.items():
            self._meters.gauge("forewarn_notes", state=phase.value).set(count)
        now = self._stamps.now()
        unanswered = (now - min(issued, default=now)).total_seconds()
        self._meters.gauge("forewarn_oldest_unanswered_seconds").set(unanswered)
        self._meters.gauge("forewarn_tasks_open").set(tasks)

    def _measure_others(self, state: State) -> None:
        now = self._stamps.now()
        self._measure_markers(state)
        self._alarms.measure(state, now)
        self._back_ups.measure(state, now)
        self._reports.measure(state, now)
        self._callers.measure(state)
        self._hand_ons.measure(state)
        self._stand_offs.measure(state, now)
        self._measure_mistakes(state)

    def _measure_mistakes(self, state: State) -> None:
        phases = Counter(pair.phase for pair in state.mistakes.pairs.values())
        for phase in sorted(WAITS_OR_HIDES):
            self._meters.gauge("forewarn_mistakes", state=phase.value).set(phases[phase])

    def _measure_markers(self, state: State) -> None:
        now, markers = self._stamps.now(), state.markers
        overdue = markers.overdue(london_day(now))
        self._meters.gauge("forewarn_markers", state="review_overdue").set(overdue)
        staged = sum(len(layer.kept) for layer in markers.staged.values())
        self._meters.gauge("forewarn_markers", state="staged").set(staged)
        self._meters.gauge("forewarn_markers", state="in_index").set(len(self._matcher))
        since = markers.changed_after(self._matcher.position)
        behind = (now - since).total_seconds() if since is not None else 0.0
        self._meters.gauge("forewarn_index_behind_seconds").set(behind)
