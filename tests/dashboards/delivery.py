"""*Delivery*: how warnings, man-down, requests and reports reach people."""

from tests.dashboards.panels import (
    Board,
    Limit,
    Look,
    Panel,
    Query,
    Row,
    a_minute,
    at,
    by,
    each,
    each_a_minute,
    quantiles,
)

NOTES = Row(
    "Warnings to crews",
    (
        Panel(
            "Warnings by where they stand",
            "Of everything in the working state. Answered and taken back are ends, and so is a "
            "named person.",
            each("forewarn_notes", "state", {
                "open": "wait for an answer", "answered": "answered by the crew",
                "in_hands": "in the hands of a person", "withdrawn": "taken back",
            }),
        ),
        Panel(
            "Answered by crews in a minute",
            "By the channel of the answer: a screen, a radio, a telephone.",
            by("forewarn_answered_total", "channel"),
        ),
        Panel(
            "Gone on to the next step in a minute",
            "Nobody answered, or the channel failed. `console`: it came to a person.",
            by("forewarn_escalations_total", "channel"),
        ),
        Panel(
            "Share that came to a person",
            "Of those answered or come to a person. Much of it: a channel takes warnings and loses "
            "them, or crews do not answer.",
            (
                Query(at("room:forewarn_notes_to_a_person:ratio15m"), "in a quarter of an hour"),
                Query(at("room:forewarn_notes_to_a_person:ratio2h"), "in two hours"),
            ),
            unit="percentunit",
            limits=(
                Limit(0.2, "orange", "for two hours, with the red one: alert EscalationsToAPerson"),
                Limit(0.5, "red", "for a quarter of an hour"),
            ),
            highest=1.0,
        ),
        Panel(
            "From the message to the crew's screen",
            "The line is the first wait of the ladder: after it the next channel is tried.",
            quantiles("forewarn_source_to_displayed_seconds"),
            unit="s", limits=(Limit(60, "red", "first wait of the ladder"),),
        ),
        Panel(
            "First seen before or at the scene, in a minute",
            "Before the crew was at scene: in time to be used.",
            each_a_minute("forewarn_displayed_total", "when", {
                "before_at_scene": "before", "at_scene_or_later": "at scene or later",
            }),
            Look.STACK,
        ),
    ),
)  # fmt: skip

CHANNELS = Row(
    "Channels",
    (
        Panel(
            "Taken by a channel in a minute",
            "Accepted is not delivered: only the crew's answer is.",
            by("forewarn_sent_total", "channel"),
        ),
        Panel(
            "Refused by a channel in a minute",
            "Not sent: the other side is away, or would not have it. It is tried again, or the "
            "next step comes at once.",
            by("forewarn_send_failures_total", "channel"),
        ),
        Panel(
            "Spoken calls in a minute, by their end",
            "Only `acknowledged` (a key was pressed) is an answer.",
            by("forewarn_spoken_calls_total", "outcome"),
        ),
    ),
)  # fmt: skip

PROBES = Row(
    "Probes",
    (
        Panel(
            "Since a probe came back",
            "A note for nobody goes through each channel and must come back. Beyond the line "
            "(`probes.overdue`) it takes notes and delivers none.",
            (Query(f"max by (channel) ({at('forewarn_probe_since_return_seconds')})",
                   "{{channel}}"),),
            unit="s", limits=(Limit(90, "red", "probes.overdue: it does not deliver"),),
        ),
        Panel(
            "How long a probe takes",
            "There and back, over all channels that have one.",
            quantiles("forewarn_probe_return_seconds"), unit="s",
        ),
        Panel(
            "Probes in a minute",
            "As many must come back as went out.",
            (
                Query(a_minute("forewarn_probe_sent_total", by="channel"), "{{channel}}: sent"),
                Query(a_minute("forewarn_probe_returned_total", by="channel"), "{{channel}}: back"),
            ),
        ),
    ),
)  # fmt: skip

MAN_DOWN = Row(
    "Man-down, police, crews that hold",
    (
        Panel(
            "Until a named person accepts a man-down",
            "After the first line every supervisor is told again, after the second everybody was.",
            quantiles("forewarn_alarm_accept_seconds"),
            unit="s",
            limits=(
                Limit(15, "orange", "first wait of [[man_down.step]]"),
                Limit(60, "red", "every console has been told"),
            ),
        ),
        Panel(
            "Man-down in a minute, raised and ended",
            "Ended by a person only, who says what it was.",
            each_a_minute("forewarn_man_down_total", "what", {
                "raised": "raised", "real": "ended: real", "accidental": "ended: by accident",
                "test": "ended: test", "unknown": "ended: not known",
            }),
        ),
        Panel(
            "Until police or others answer a request",
            "After the first line the next step is asked; after the second every step was.",
            quantiles("forewarn_back_up_answer_seconds"),
            unit="s",
            limits=(
                Limit(120, "orange", "first wait of [[back_up.police]]"),
                Limit(360, "red", "all of its steps"),
            ),
        ),
        Panel(
            "Requests for police and back-up",
            "Arrived and stood down are ends; refused or without an answer goes to the next step.",
            each("forewarn_back_ups", "state", {
                "requested": "asked", "escalated": "asked the next", "refused": "refused",
                "accepted": "agreed to come", "en_route": "on the way",
            }),
        ),
        Panel(
            "Crews that hold near their incident",
            "The patient behind a crew that waits, waits too.",
            each("forewarn_standing_off", "state", {
                "standing_off": "stand off", "at_rvp": "at their rendezvous point",
            }),
        ),
        Panel(
            "For how long the longest has held",
            "A prompt asks control and crew to look again, at each `[stand_off]` time.",
            (Query(f"max({at('forewarn_stand_off_longest_seconds')})", "longest"),),
            unit="s",
        ),
        Panel(
            "Signals of man-down in a minute",
            "By the way in which they were said; several of one radio are one alarm.",
            by("forewarn_man_down_signals_total", "signal"),
        ),
        Panel(
            "Requests and answers in a minute",
            "Of police and others; an answer to nothing known is looked at by a person.",
            by("forewarn_back_up_total", "what"),
        ),
        Panel(
            "Requests that went on to the next step, by why",
            "In a minute. `no_answer` and `refused` of one desk again and again: speak with them.",
            by("forewarn_back_up_escalations_total", "because"),
        ),
    ),
)  # fmt: skip

HANDED_ON = Row(
    "Handed on to other services",
    (
        Panel(
            "Handed on, and not received",
            "Their system does not have what is known of the scene now. Open the incident: it says "
            "how far it got. Tell them by telephone.",
            (Query(f"sum({at('forewarn_hand_ons_waiting')})", "not received"),),
            Look.NUMBER, limits=(Limit(1, "orange", "their crew may go in without knowing"),),
        ),
        Panel(
            "Handed on in a minute",
            "Refused by their system: nothing of it arrives, see the incident.",
            each_a_minute("forewarn_hand_ons_total", "what", {
                "begun": "handed on", "refused": "refused there", "ended": "ended",
            }),
        ),
        Panel(
            "Prompts about crews that hold, in a minute",
            "Because the time is over, or because something came of the patient behind them.",
            each_a_minute("forewarn_stand_off_prompts_total", "why", {
                "time": "the time is over", "patient": "about the patient",
            }),
        ),
    ),
)  # fmt: skip

REPORTS = Row(
    "Reports and abusive calls",
    (
        Panel(
            "Drafts that wait",
            "For whom or what each waits.",
            each("forewarn_reports_waiting", "what", {
                "sub_category": "for a sub-category", "security": "for the security team",
                "marking": "for the marking team", "receipt": "for a receipt",
            }),
        ),
        Panel(
            "Drafted in a minute",
            "By what they come from.",
            each_a_minute("forewarn_reports_drafted_total", "cause", {
                "man_down": "man-down", "abusive_call": "abusive call",
                "reported_violence": "reported violence",
            }),
        ),
        Panel(
            "Abusive calls in a minute",
            "Warned, ended under the policy, or noted.",
            each_a_minute("forewarn_abusive_calls_total", "what", {
                "warned": "warned", "ended": "ended", "noted": "noted",
            }),
        ),
        Panel(
            "Proposals that wait for a decision",
            "Markers and letters proposed after a call was ended for abuse.",
            each("forewarn_proposals_waiting", "what", {"marker": "marker", "letter": "letter"}),
        ),
        Panel(
            "What became of proposals, in a minute",
            "`lapsed`: the ledger was set right before anybody decided; it is asked no more.",
            by("forewarn_proposals_total", "became"),
        ),
        Panel(
            "The ledger set right, in a minute",
            "A named person corrected an entry, or took it back.",
            each_a_minute("forewarn_abuse_set_right_total", "what", {
                "corrected": "corrected", "taken_back": "taken back",
            }),
        ),
        Panel(
            "Frequent callers",
            "Plans in force, and numbers of which rings are kept so that they can be counted.",
            (
                Query(f"max({at('forewarn_frequent_plans')})", "plans in force"),
                Query(f"max({at('forewarn_rings_kept_numbers')})", "numbers counted"),
            ),
        ),
        Panel(
            "Callers known, in a minute",
            "From a number in the ledger, or by a plan for a frequent caller. It never denies an "
            "answer.",
            (
                Query(a_minute("forewarn_callers_recognised_total"), "in the ledger"),
                *each_a_minute("forewarn_frequent_callers_total", "plan", {
                    "yes": "frequent, with a plan", "no": "frequent, without one",
                }),
            ),
        ),
        Panel(
            "Until the security team has an assault",
            "From its telling to a named person of the team.",
            quantiles("forewarn_assault_taken_seconds"),
            unit="s", limits=(Limit(300, "orange", "alert AssaultUntaken"),),
        ),
    ),
)  # fmt: skip

DELIVERY = Board(
    "forewarn-delivery", "Delivery",
    "How warnings, man-down, requests and reports reach people, and how long it takes.",
    (NOTES, CHANNELS, PROBES, MAN_DOWN, HANDED_ON, REPORTS),
)  # fmt: skip
