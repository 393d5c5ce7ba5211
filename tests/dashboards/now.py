"""*Control room now*: for the supervisor, at a glance. What needs a person comes first."""

from tests.dashboards.panels import (
    OUTCOMES,
    ROOM,
    Board,
    Limit,
    Look,
    Panel,
    Query,
    Row,
    at,
    budget,
    each,
    each_a_minute,
    quantiles,
)
from tests.promql import alerts, selected

_CONNECTED = at("forewarn_adapter_connected")
DOORS = next(
    asked["adapter"]
    for _, asked in selected(alerts()["AdapterCutOff"].expr)
    if "|" in asked.get("adapter", "")
)
"""Where others come to us: nobody there is no fault by itself, and no alert."""
_IN_USE = (
    f"{_CONNECTED} and (max_over_time({_CONNECTED}[1d]) == 1 or "
    f'forewarn_adapter_connected{{{ROOM},adapter!~"{DOORS}"}})'
)
AT_ONCE = Limit(1, "red", "a person is needed at once")
FROM_LADDER = "the ladder has come to a person, see docs/ladder.md"


def _age(title: str, told: str, name: str, *limits: Limit) -> Panel:
    oldest = Query(f"max({at(name)})", "oldest")
    return Panel(title, told, (oldest,), Look.NUMBER, "s", limits, wide=6, high=5)


ACT = Row(
    "What needs a person",
    (
        _age(
            "Man-down that nobody has accepted",
            "Age of the oldest. Press M on any console, accept it under your name and send help.",
            "forewarn_alarm_unaccepted_seconds",
            Limit(0.001, "orange", "every man-down needs a name"),
            Limit(60, "red", "every console has been told; alert ManDownUnaccepted"),
        ),
        Panel(
            "CREW NOT TOLD",
            "Tasks that nobody has taken. Press T: take each, reach the crew, say what is on the "
            "screen.",
            (Query(f"sum({at('forewarn_tasks_open')})", "open"),),
            Look.NUMBER, limits=(AT_ONCE,), wide=6, high=5,
        ),
        _age(
            "Longest that a crew has not answered",
            "Age of the oldest warning that neither the crew nor a named person has answered.",
            "forewarn_oldest_unanswered_seconds",
            Limit(120, "orange", f"{FROM_LADDER}; alert NotesUnanswered"),
            Limit(300, "red", "and nobody has taken it; alert NotesUnansweredLong"),
        ),
        Panel(
            "Does Forewarn run?",
            "AWAY: nobody is warned. Work from CAD and radio, and tell the duty engineer.",
            (Query('max(up{job="forewarn",room="$room"})', "Forewarn"),),
            Look.WORD, words={1: ("RUNS", "green"), 0: ("AWAY", "red")}, wide=6, high=5,
            none="NOT WATCHED",
        ),
        _age(
            "Police or back-up without answer",
            "Press R: read it out by telephone where the screen says so, and log what they say.",
            "forewarn_back_up_unanswered_seconds",
            Limit(180, "orange", "the first step was asked; alert BackUpUnanswered"),
            Limit(360, "red", "every step was asked; alert BackUpUnansweredByAll"),
        ),
        _age(
            "Crew holding, and nobody has looked",
            "Since the oldest prompt about a crew that stands off or waits. Press O: look at the "
            "patient, the police and the plan.",
            "forewarn_stand_off_prompt_unanswered_seconds",
            Limit(120, "orange", "alert StandOffUnanswered"),
            Limit(600, "red", "alert StandOffUnansweredLong"),
        ),
        _age(
            "Physical assault in nobody's hands",
            "Since the security team was told. A named person of it takes it with S.",
            "forewarn_assault_untaken_seconds",
            Limit(300, "orange", "alert AssaultUntaken"),
        ),
        Panel(
            "Alerts that fire",
            "What Prometheus has found, with its name; docs/watching.md says what to do of each.",
            (Query(
                'max by (alertname) (ALERTS{alertstate="firing",room="$room",severity!="none"})',
                "{{alertname}}",
            ),),
            Look.WORD, words={1: ("FIRES", "red")}, wide=6, high=5, none="none fires",
        ),
    ),
)  # fmt: skip

WARNINGS = Row(
    "Do warnings arrive, and in time?",
    (
        Panel(
            "From the message to the crew's screen",
            "From the event that made the warning to the device saying that it is on the screen. "
            "Beyond the line the next channel is tried: the ladder's first step waits so long.",
            quantiles("forewarn_source_to_displayed_seconds"),
            unit="s", limits=(Limit(60, "red", "first wait of the ladder"),),
        ),
        Panel(
            "Warnings and where they stand",
            "Each warning ends by an answer of the crew, in the hands of a named person, or taken "
            "back. What waits must become less.",
            each("forewarn_notes", "state", {
                "open": "wait for an answer", "in_hands": "a person has it",
            }),
            limits=(),
        ),
        Panel(
            "Seen before the crew was at scene",
            "Of the warnings that came onto a screen: the share that did so in time to be used.",
            (Query(
                f"sum(increase({at('forewarn_displayed_total', when='before_at_scene')}[15m]))"
                f" / sum(increase({at('forewarn_displayed_total')}[15m]))",
                "in the last quarter of an hour",
            ),),
            unit="percentunit", highest=1.0,
        ),
    ),
)  # fmt: skip

CHECKS = Row(
    "Are incidents and calls checked?",
    (
        Panel(
            "Checks in a minute, and their answer",
            "NOT CHECKED is not \"none found\": treat it as unknown, ask, and assess.",
            each_a_minute("forewarn_checks_total", "outcome", OUTCOMES),
            Look.STACK,
        ),
        budget(
            "Share that could not be checked",
            "By our own fault: index behind, limit missed, fault. 1 in 100 is the budget.",
            "room:forewarn_checks_failed", "NotChecked", "NotCheckedSlowly",
        ),
        Panel(
            "Time of a check against its limit",
            "Beyond the line (`check.limit`) the answer is NOT CHECKED.",
            quantiles("forewarn_check_seconds"),
            unit="s", limits=(Limit(0.05, "red", "check.limit, 50 ms by default"),),
        ),
    ),
)  # fmt: skip

SIDES = Row(
    "Who is connected",
    (
        Panel(
            "The other sides",
            "Cut off: calls, answers or positions may be missing; the banner on the screens says "
            "what. A door at which nobody has knocked for a day is left out.",
            (Query(f"min by (adapter) ({_IN_USE})", "{{adapter}}"),),
            Look.WORD, words={1: ("connected", "green"), 0: ("CUT OFF", "red")}, wide=9, high=6,
        ),
        Panel(
            "Do channels deliver?",
            "A note for nobody goes through each and must come back (docs/probes.md). SWALLOWS: it "
            "takes notes, and crews may be told nothing that way; tell them by another.",
            (Query(f"max by (channel) ({at('forewarn_probe_overdue')})", "{{channel}}"),),
            Look.WORD, words={0: ("delivers", "green"), 1: ("SWALLOWS", "red")}, wide=5, high=6,
            none="no probes",
        ),
        Panel(
            "Man-down alarms",
            "Only a named person takes an alarm further, and only a person ends it.",
            each("forewarn_alarms", "state", {
                "raised": "nobody has it", "accepted": "accepted", "help_on_the_way": "help comes",
            }),
            wide=6, high=6,
        ),
        Panel(
            "Open consoles",
            "A console without a screen shows nobody anything.",
            (Query(f"sum({at('forewarn_console_screens')})", "screens"),),
            Look.NUMBER, wide=4, high=6,
        ),
    ),
)  # fmt: skip

NOW = Board(
    "forewarn-now", "Control room now",
    "For the supervisor: what needs a person, whether warnings arrive in time, who is connected.",
    (ACT, WARNINGS, CHECKS, SIDES), since="now-30m", refresh="5s",
)  # fmt: skip
