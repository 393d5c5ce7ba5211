"""*Machine room*: for the duty engineer."""

from tests.dashboards.panels import (
    PACE,
    ROOM,
    Board,
    Limit,
    Look,
    Panel,
    Query,
    Row,
    a_minute,
    at,
    budget,
    by,
    quantiles,
)


def _one(name: str, legend: str) -> tuple[Query, ...]:
    return (Query(f"max({at(name)})", legend),)


JOURNAL = Row(
    "The journal",
    (
        Panel(
            "Until a group of records is durable",
            "Everything waits for it, warnings too. Beyond the upper line (`journal.limit`) "
            "records go to the spool.",
            quantiles("forewarn_journal_append_seconds"),
            unit="s",
            limits=(
                Limit(0.25, "orange", "counted as slow"),
                Limit(1, "red", "journal.limit, 1 s by default"),
            ),
        ),
        budget(
            "Share of groups slower than 250 ms",
            "1 in 100 is the budget.",
            "room:forewarn_journal_slow", "JournalSlow", "JournalSlowly",
        ),
        Panel(
            "Records in a second",
            "How much happens. Groups grow with the load by themselves.",
            (
                Query(
                    f"sum(rate({at('forewarn_journal_group_records_sum')}[{PACE}]))", "records"
                ),
                Query(
                    f"sum(rate({at('forewarn_journal_group_records_count')}[{PACE}]))", "groups"
                ),
            ),
        ),
        Panel(
            "Where records go",
            "In the journal; beside it in the spool; or in memory alone, where a crash loses what "
            "no source says again.",
            _one("forewarn_journal_away", "records go"),
            Look.WORD,
            words={
                0: ("to the journal", "green"), 1: ("TO THE SPOOL", "orange"),
                2: ("NOWHERE DURABLE", "red"),
            },
            high=5,
        ),
        Panel(
            "The spool",
            "Beyond 7/8 only man-down is taken in.",
            (Query(
                f"max({at('forewarn_spool_bytes')} / {at('forewarn_spool_bound_bytes')})", "full",
            ),),
            Look.NUMBER, "percentunit",
            (
                Limit(0.5, "orange", "alert SpoolHalfFull"),
                Limit(0.75, "red", "alert SpoolNearlyFull"),
            ),
            high=5, highest=1.0,
        ),
        Panel(
            "Records in the journal",
            "The position of the last durable one. It stands still when nothing happens, and when "
            "nothing can be written.",
            _one("forewarn_journal_position", "records"), Look.NUMBER, high=5,
        ),
        Panel(
            "Records that the store itself holds",
            "Those before are in the archive (docs/operating.md). 0: there is none, it has all.",
            _one("forewarn_journal_stored_records", "records"), Look.NUMBER, high=5,
        ),
        Panel(
            "Segments gone to the archive",
            "How many were written there in a day.",
            (Query(f"sum(increase({at('forewarn_archive_segments_total')}[1d]))", "segments"),),
            Look.NUMBER, high=5,
        ),
        Panel(
            "For how long nothing old could be archived",
            "Nothing is lost, and the store grows. Is the archive's folder there, has it room?",
            _one("forewarn_archive_failing_seconds", "failing"), Look.NUMBER, "s",
            (Limit(1800, "orange", "alert ArchiveFailing"),), high=5,
        ),
        Panel(
            "Records that wait beside the journal",
            "They follow by themselves when it can be written again.",
            _one("forewarn_spool_records", "records"), Look.NUMBER,
            limits=(Limit(1, "orange", "alert JournalAway after 10 s"),), high=5,
        ),
    ),
)  # fmt: skip

FLOW = Row(
    "What comes in",
    (
        Panel(
            "Messages from each side in a minute",
            "As they come on the wire.",
            by("forewarn_adapter_received_total", "adapter"),
        ),
        Panel(
            "What became of submissions, in a minute",
            "`known`: said before. `conflict`: the same id with other content, in quarantine. "
            "`refused`: could not be read, in quarantine with the reason.",
            by("forewarn_submissions_total", "standing"),
        ),
        Panel(
            "How full queues are",
            "A full queue loses nothing: who sends must wait. Telephone lines are no queue.",
            (Query(
                f'max by (queue) (forewarn_queue_depth{{{ROOM},queue!="voice lines"}}'
                f" / {at('forewarn_queue_bound')})",
                "{{queue}}",
            ),),
            unit="percentunit",
            limits=(
                Limit(0.5, "yellow", "alert QueueHalfFull"),
                Limit(0.75, "orange", "alert QueueFilling"),
                Limit(0.9, "red", "alert QueueNearlyFull"),
            ),
            highest=1.0,
        ),
    ),
)  # fmt: skip

SIDES = Row(
    "The other sides",
    (
        Panel(
            "Connected",
            "1 or 0; a door at which nobody has knocked is 0.",
            (Query(f"min by (adapter) ({at('forewarn_adapter_connected')})", "{{adapter}}"),),
            highest=1.0,
        ),
        Panel(
            "Cuts with a gap, and restarts, in a minute",
            "A gap: something may be lost, of a source that cannot say again what it said.",
            (
                Query(a_minute("forewarn_adapter_gaps_total", by="adapter"), "{{adapter}}: cut"),
                Query(
                    a_minute("forewarn_adapter_restarts_total", by="adapter"),
                    "{{adapter}}: restart",
                ),
            ),
        ),
        Panel(
            "Dropped at a full queue, in a minute",
            "The other side says them again.",
            by("forewarn_adapter_dropped_total", "adapter"),
        ),
    ),
)  # fmt: skip

_WRITER = at("forewarn_pair_role", role="writer")

PAIR = Row(
    "The pair",
    (
        Panel(
            "Who writes",
            "One writes, the other stands by with its state in memory.",
            (Query(f"max by (instance) ({_WRITER})", "{{instance}}"),),
            Look.WORD, words={1: ("WRITES", "green"), 0: ("stands by", "blue")}, wide=6, high=5,
            none="no pair",
        ),
        Panel(
            "Instances that stand by and are up to date",
            "As the one that writes sees them. None: nobody can take over.",
            _one("forewarn_pair_followers", "followers"), Look.NUMBER, wide=6, high=5,
            none="no pair",
        ),
        Panel(
            "Behind the journal",
            "What it must still read before it can take over.",
            (Query(f"max by (instance) ({at('forewarn_pair_behind_seconds')})", "{{instance}}"),),
            unit="s", wide=6, high=5, none="no pair",
        ),
        Panel(
            "Age of the lease",
            "Whoever writes renews it; when it is over the other one takes over.",
            (Query(f"max by (instance) ({at('forewarn_pair_lease_age_seconds')})",
                   "{{instance}}"),),
            unit="s", wide=6, high=5, none="no pair",
        ),
    ),
)  # fmt: skip

MACHINE_ITSELF = Row(
    "The machine",
    (
        Panel(
            "Share of one processor core that the service takes",
            "It decides on one core. docs/capacity.md says how far that carries, and what to add.",
            (Query(f"rate({at('process_cpu_seconds_total', job='forewarn')}[{PACE}])", "share"),),
            unit="percentunit",
            limits=(Limit(0.7, "orange", "alert ServiceBusy"),),
            highest=1.0,
        ),
        Panel(
            "Memory",
            "Grows with markers and with what is live, and stays.",
            (Query(at("process_resident_memory_bytes", job="forewarn"), "resident"),),
            unit="bytes",
        ),
        Panel(
            "Consoles",
            "Screens that are connected, and those cut off in a minute because they did not read.",
            (
                Query(f"sum({at('forewarn_console_screens')})", "connected"),
                Query(a_minute("forewarn_console_dropped_total"), "cut off"),
            ),
        ),
        Panel(
            "Steps of the machine's clock",
            "In an hour. Waits and order are not touched; times on the screens may be off.",
            (Query(f"sum(increase({at('forewarn_clock_steps_total')}[1h]))", "steps"),),
            Look.NUMBER, limits=(Limit(1, "orange", "alert ClockStepped"),), high=5,
        ),
        Panel(
            "Is a recording running?",
            "What is heard is being written to a file (docs/record-and-replay.md).",
            _one("forewarn_recording", "recording"), Look.WORD,
            words={0: ("no", "green"), 1: ("RECORDING", "blue")}, high=5,
        ),
        Panel(
            "Texts said for the first time, and again, in a minute",
            "A voice needs a moment for a text that it never said.",
            (
                Query(a_minute("forewarn_speech_rendered_total"), "for the first time"),
                Query(a_minute("forewarn_speech_reused_total"), "again"),
            ),
            high=5,
        ),
    ),
)  # fmt: skip

MACHINE = Board(
    "forewarn-machine", "Machine room",
    "For the duty engineer: journal, queues, the other sides, the machine.",
    (JOURNAL, FLOW, SIDES, PAIR, MACHINE_ITSELF),
)  # fmt: skip
