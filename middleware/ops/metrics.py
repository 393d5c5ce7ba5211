"""The one table of metrics (O1): name, kind, labels, meaning. docs/metrics.md is made from it
(metrics_page.py), and what labels can be stands in metric_labels.py."""

from dataclasses import dataclass, field
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.metrics import MetricWrapperBase

M = TypeVar("M", bound=MetricWrapperBase)

_QUICK = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
_SLOW = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_BY_PEOPLE = (1, 2.5, 5, 10, 15, 30, 60, 90, 120, 180, 300, 360, 600, 1200, 3600)
"""Every wait of the default ladders is a bound, so that who kept to it can be counted."""

PROCESS = {
    "process_cpu_seconds_total": "processor time that the service has taken",
    "process_resident_memory_bytes": "memory that it has now",
    "process_virtual_memory_bytes": "memory that it was promised",
    "process_start_time_seconds": "when it began, since 1970",
    "process_open_fds": "files and connections that it has open",
    "process_max_fds": "how many it may have open",
}
"""Of the process itself, from prometheus-client; only where there is /proc."""


@dataclass(frozen=True, slots=True)
class Row:
    """One metric. Label values come from closed sets: configured names and enum members."""

    name: str
    kind: type[MetricWrapperBase]
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = field(default=())


TABLE: tuple[Row, ...] = (
    Row("forewarn_checks_total", Counter, "checks against the markers, by outcome and reason not "
        "checked", ("subject", "outcome", "reason")),
    Row("forewarn_check_seconds", Histogram, "time a check took", buckets=_QUICK),
    Row("forewarn_source_to_displayed_seconds", Histogram, "from the taking in of the event that "
        "made the note to the device saying it is on the screen", buckets=_SLOW),
    Row("forewarn_displayed_total", Counter, "first display of a note, before or after the "
        "resource was at scene", ("when",)),
    Row("forewarn_answered_total", Counter, "notes that a member of the crew acknowledged, by the "
        "channel of the answer", ("channel",)),
    Row("forewarn_notes", Gauge, "notes in the working state", ("state",)),
    Row("forewarn_oldest_unanswered_seconds", Gauge, "age of the oldest note nobody answered"),
    Row("forewarn_tasks_open", Gauge, "console tasks that no person has taken"),
    Row("forewarn_escalations_total", Counter, "duties that moved to a rung", ("channel",)),
    Row("forewarn_alarms", Gauge, "man-down alarms in the working state", ("state",)),
    Row("forewarn_man_down_total", Counter, "man-down alarms raised, and ended by outcome",
        ("what",)),
    Row("forewarn_man_down_signals_total", Counter, "man-down signals, by the way in which they "
        "were said", ("signal",)),
    Row("forewarn_alarm_accept_seconds", Histogram, "from a man-down to its acceptance by a "
        "named person", buckets=_BY_PEOPLE),
    Row("forewarn_alarm_unaccepted_seconds", Gauge, "age of the oldest man-down that nobody has "
        "accepted; 0 without one"),
    Row("forewarn_standing_off", Gauge, "crews that hold near their incident", ("state",)),
    Row("forewarn_stand_off_longest_seconds", Gauge, "for how long the crew has held that holds "
        "for longest; 0 where none does"),
    Row("forewarn_stand_off_prompt_unanswered_seconds", Gauge, "age of the oldest prompt about a "
        "crew that holds which no named person has answered; 0 without one"),
    Row("forewarn_stand_off_prompts_total", Counter, "prompts about crews that hold, by why",
        ("why",)),
    Row("forewarn_reports_drafted_total", Counter, "incident reports drafted, by what from and "
        "sub-category", ("cause", "category")),
    Row("forewarn_reports_waiting", Gauge, "drafts that wait: for a sub-category, for the security "
        "team, for the marking team, for a receipt of another system", ("what",)),
    Row("forewarn_abusive_calls_total", Counter, "times a warning, an end or something else was "
        "noted of an abusive call", ("what", "category")),
    Row("forewarn_callers_recognised_total", Counter, "calls from a number in the abusive-call "
        "ledger"),
    Row("forewarn_abuse_set_right_total", Counter, "entries of the ledger that a named person "
        "corrected or took back", ("what",)),
    Row("forewarn_frequent_callers_total", Counter, "calls of frequent callers, by whether they "
        "have a plan", ("plan",)),
    Row("forewarn_frequent_plans", Gauge, "plans for frequent callers that are in force"),
    Row("forewarn_rings_kept_numbers", Gauge, "numbers of which rings are kept, to be counted"),
    Row("forewarn_proposals_total", Counter, "markers and letters proposed after a call was ended "
        "for abuse, and what became of them", ("what", "became")),
    Row("forewarn_proposals_waiting", Gauge, "of these, those that nobody has decided on",
        ("what",)),
    Row("forewarn_hand_ons_total", Counter, "incidents handed on to another service, and what "
        "became of what it is told", ("what",)),
    Row("forewarn_hand_ons_waiting", Gauge, "of these, those whose present flags the other service "
        "has not received"),
    Row("forewarn_assault_taken_seconds", Histogram, "from the telling of the security team to a "
        "named person who took the physical assault", buckets=_BY_PEOPLE),
    Row("forewarn_assault_untaken_seconds", Gauge, "age of the oldest physical assault that nobody "
        "of the security team has taken; 0 without one"),
    Row("forewarn_back_ups", Gauge, "requests for police and further resources in the working "
        "state", ("state",)),
    Row("forewarn_back_up_total", Counter, "requests made, answers to them, and requests stood "
        "down", ("what",)),
    Row("forewarn_back_up_escalations_total", Counter, "requests that went on to the next step, by "
        "why", ("because",)),
    Row("forewarn_back_up_answer_seconds", Histogram, "from a request to the first answer",
        buckets=_BY_PEOPLE),
    Row("forewarn_back_up_unanswered_seconds", Gauge, "age of the oldest request that nobody has "
        "answered; 0 without one"),
    Row("forewarn_markers", Gauge, "markers by state", ("state",)),
    Row("forewarn_mistakes_reported_total", Counter, "times somebody said that a marker is not "
        "about the place, by what was said and whether on a device or at the console",
        ("says", "on")),
    Row("forewarn_mistakes", Gauge, "pairs of a marker and an address that wait for the marking "
        "team, or that it decided not to show", ("state",)),
    Row("forewarn_index_behind_seconds", Gauge, "how long the index has been behind the markers"),
    Row("forewarn_adapter_connected", Gauge, "1 while the adapter is connected", ("adapter",)),
    Row("forewarn_adapter_gaps_total", Counter, "cuts during which something may be lost",
        ("adapter",)),
    Row("forewarn_adapter_received_total", Counter, "messages taken from the wire", ("adapter",)),
    Row("forewarn_adapter_dropped_total", Counter, "messages dropped at a full queue; the other "
        "side says them again", ("adapter",)),
    Row("forewarn_adapter_unknown_fields_total", Counter, "fields that were not read",
        ("adapter",)),
    Row("forewarn_spoken_calls_total", Counter, "calls to crews by how they ended", ("outcome",)),
    Row("forewarn_speech_rendered_total", Counter, "texts that a voice said for the first time"),
    Row("forewarn_speech_reused_total", Counter, "texts whose sound was there"),
    Row("forewarn_adapter_restarts_total", Counter, "adapters started again after a fault",
        ("adapter",)),
    Row("forewarn_submissions_total", Counter, "submissions by what became of them",
        ("source", "standing")),
    Row("forewarn_sent_total", Counter, "messages a channel accepted, by kind",
        ("channel", "kind")),
    Row("forewarn_send_failures_total", Counter, "sends a channel refused", ("channel",)),
    Row("forewarn_probe_sent_total", Counter, "probes that went to a channel", ("channel",)),
    Row("forewarn_probe_returned_total", Counter, "probes that came back", ("channel",)),
    Row("forewarn_probe_return_seconds", Histogram, "time until a probe came back", ("channel",),
        buckets=_SLOW),
    Row("forewarn_probe_since_return_seconds", Gauge, "since when no probe has come back, or since "
        "the start before the first", ("channel",)),
    Row("forewarn_probe_overdue", Gauge, "1 while the channel is connected and no probe has come "
        "back for the time of the configuration", ("channel",)),
    Row("forewarn_journal_append_seconds", Histogram, "time until a group was durable",
        buckets=_QUICK),
    Row("forewarn_journal_position", Gauge, "last durable position"),
    Row("forewarn_journal_stored_records", Gauge, "records that the store of the journal holds, "
        "those before being in the archive; 0 where there is none"),
    Row("forewarn_archive_segments_total", Counter, "segments of the journal written to the "
        "archive"),
    Row("forewarn_archive_failing_seconds", Gauge, "since when nothing old could be moved from the "
        "store to the archive; 0 while it can"),
    Row("forewarn_journal_away", Gauge, "1 while the journal cannot be written and records lie in "
        "the spool, 2 while they are in memory alone, 0 otherwise"),
    Row("forewarn_spool_records", Gauge, "records beside the journal, which it does not have yet"),
    Row("forewarn_spool_bytes", Gauge, "bytes of these records"),
    Row("forewarn_spool_bound_bytes", Gauge, "bytes that may lie there; beyond 7/8 of it only "
        "man-down is taken"),
    Row("forewarn_pair_role", Gauge, "1 for what this instance of a pair is now; without a pair "
        "there is none", ("role",)),
    Row("forewarn_pair_lease_age_seconds", Gauge, "since the lease was renewed, or where this "
        "instance stands by, since it was last looked at"),
    Row("forewarn_pair_behind_seconds", Gauge, "since the instance that stands by was last as far "
        "as the journal; 0 at the one that writes"),
    Row("forewarn_pair_followers", Gauge, "instances that stand by and are up to date, as the one "
        "that writes sees them"),
    Row("forewarn_journal_group_records", Histogram, "records in a group",
        buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)),
    Row("forewarn_queue_depth", Gauge, "entries waiting", ("queue",)),
    Row("forewarn_queue_bound", Gauge, "entries a queue can hold", ("queue",)),
    Row("forewarn_console_screens", Gauge, "console screens connected"),
    Row("forewarn_console_dropped_total", Counter, "screens cut off because they did not read"),
    Row("forewarn_recording", Gauge, "1 while what is heard is being recorded to a file"),
    Row("forewarn_clock_steps_total", Counter, "times the machine's clock stepped"),
)  # fmt: skip


class Metrics:
    """The table brought to life on a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._rows = {row.name: _make(row, self.registry) for row in TABLE}
        ProcessCollector(registry=self.registry)
        self._children: dict[tuple[str, ...], MetricWrapperBase] = {}

    def counter(self, name: str, **labels: str) -> Counter:
        return self._child(Counter, name, labels)

    def gauge(self, name: str, **labels: str) -> Gauge:
        return self._child(Gauge, name, labels)

    def histogram(self, name: str, **labels: str) -> Histogram:
        return self._child(Histogram, name, labels)

    def _child(self, kind: type[M], name: str, labels: dict[str, str]) -> M:
        """Found again quickly: this is asked several times for every incident."""
        key = (name, *labels, *labels.values())
        child = self._children.get(key)
        if child is None:
            metric = self._rows[name]
            child = self._children[key] = metric.labels(**labels) if labels else metric
        if not isinstance(child, kind):
            raise TypeError(f"{kind.__name__} asked for, the table says otherwise")
        return child


def _make(row: Row, registry: CollectorRegistry) -> MetricWrapperBase:
    if row.buckets:
        return Histogram(row.name, row.meaning, row.labels, registry=registry, buckets=row.buckets)
    return row.kind(row.name, row.meaning, row.labels, registry=registry)
