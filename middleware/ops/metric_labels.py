"""What each label of the table of metrics can be (O1): closed sets of fixed words, or names
that the configuration gives. Nothing that a caller, a crew or another system says is ever one."""

from collections.abc import Iterable

from middleware.ports import Standing
from schemas.back_up import Because
from schemas.check import NotChecked, Outcome
from schemas.delivery import Delivery
from schemas.held import Why
from schemas.incident import Holding
from schemas.marker import Category
from schemas.mistake import Mistaken
from schemas.police import Answer
from schemas.proposal import Proposed
from schemas.report import Cause
from schemas.safety import AlarmOutcome, Signal

CONFIGURED = {
    "adapter": "configured sources and channels, `journal`, `broker`",
    "channel": "configured channels, `console`",
    "source": "configured sources and channels, `console`, `self`, `timer`",
    "queue": "four lanes, `couriers`, `screen`, and of each channel at most three",
}
"""As many as the configuration names: bounded by what is installed."""

_CATEGORIES = (*Category, "not_known")
FIXED: dict[tuple[str, str], Iterable[str]] = {
    ("forewarn_checks_total", "subject"): ("call", "incident"),
    ("forewarn_checks_total", "outcome"): Outcome,
    ("forewarn_checks_total", "reason"): ("", *NotChecked),
    ("forewarn_displayed_total", "when"): ("before_at_scene", "at_scene_or_later"),
    ("forewarn_notes", "state"): ("open", "answered", "in_hands", "withdrawn"),
    ("forewarn_alarms", "state"): ("raised", "accepted", "help_on_the_way", "ended"),
    ("forewarn_man_down_total", "what"): ("raised", *AlarmOutcome),
    ("forewarn_man_down_signals_total", "signal"): (*Signal, "unreadable"),
    ("forewarn_standing_off", "state"): Holding,
    ("forewarn_stand_off_prompts_total", "why"): Why,
    ("forewarn_reports_drafted_total", "cause"): Cause,
    ("forewarn_reports_drafted_total", "category"): _CATEGORIES,
    ("forewarn_reports_waiting", "what"): ("sub_category", "security", "marking", "receipt"),
    ("forewarn_abusive_calls_total", "what"): ("ended", "warned", "noted"),
    ("forewarn_abusive_calls_total", "category"): _CATEGORIES,
    ("forewarn_hand_ons_total", "what"): ("begun", "ended", "refused"),
    ("forewarn_abuse_set_right_total", "what"): ("corrected", "taken_back"),
    ("forewarn_frequent_callers_total", "plan"): ("yes", "no"),
    ("forewarn_proposals_total", "what"): Proposed,
    ("forewarn_proposals_total", "became"): ("made", "accepted", "declined", "lapsed"),
    ("forewarn_proposals_waiting", "what"): Proposed,
    ("forewarn_back_ups", "state"): (
        "requested", "accepted", "refused", "escalated", "en_route", "arrived", "stood_down",
    ),
    ("forewarn_back_up_total", "what"): (
        "requested", *Answer, "stood_down", "answer_to_nothing_known",
    ),
    ("forewarn_back_up_escalations_total", "because"): Because,
    ("forewarn_markers", "state"): ("review_overdue", "staged", "in_index"),
    ("forewarn_mistakes_reported_total", "says"): Mistaken,
    ("forewarn_mistakes_reported_total", "on"): ("device", "console"),
    ("forewarn_pair_role", "role"): ("writer", "follower"),
    ("forewarn_mistakes", "state"): ("open", "suppressed"),
    ("forewarn_spoken_calls_total", "outcome"): ("acknowledged", *Delivery),
    ("forewarn_submissions_total", "standing"): Standing,
    ("forewarn_sent_total", "kind"): (
        "notes", "answers", "prompts", "taken", "note", "withdrawal", "request", "report", "notice",
        "flag",
        "emergency",
    ),
}  # fmt: skip


def values(metric: str, label: str) -> frozenset[str] | None:
    """The closed set, or None where the configuration gives the names."""
    fixed = FIXED.get((metric, label))
    return None if fixed is None else frozenset(map(str, fixed))


def bound(metric: str, labels: Iterable[str]) -> tuple[int, str]:
    """How many series there can be: this many for each combination of what is configured (in
    words, empty where nothing is)."""
    many, of = 1, []
    for label in labels:
        known = values(metric, label)
        if known is None:
            of.append(label)
        else:
            many *= len(known)
    return many, " × ".join(of)
