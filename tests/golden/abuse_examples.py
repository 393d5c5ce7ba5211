"""Examples of what is said and decided about abusive and frequent callers, and of hand-ons."""

from datetime import UTC, date, datetime
from typing import Any

from schemas.abuse import SharedBy
from schemas.check import Matched, Relation
from schemas.frequent import Precedence
from schemas.hand_on import HandOnCase
from schemas.marker import Category
from schemas.proposal import Proposed

_SET_RIGHT: dict[str, Any] = {
    "entry": "xc40",
    "reason": "it was the call before",
    "by": "supervisor.one",
    "role": "supervisor",
}
_HANDED: dict[str, Any] = {"by": "dispatch.one", "role": "dispatcher"}
_PLAN: dict[str, Any] = {"plan": "FC-0042", "by": "marking.one", "role": "marking_team"}

ABUSE_EVENTS: dict[str, dict[str, Any]] = {
    "call.abuse_noted": {
        "subject": "c40",
        "warning": 2,
        "terminated": True,
        "category": Category.VERBAL_ABUSE_SEXUAL,
        "ground": "went on after two warnings",
        "wording": "what the caller said",
        "triage_done": True,
        "by": "handler.one",
        "role": "call_handler",
    },
    "abuse.corrected": _SET_RIGHT
    | {
        "warnings": (1, 2),
        "terminated": True,
        "category": Category.VERBAL_ABUSE,
        "ground": "went on after two warnings",
        "wording": "what the caller said",
        "triage_done": False,
    },
    "abuse.taken_back": _SET_RIGHT,
    "proposal.settled": {
        "proposal": "pmc40",
        "accepted": True,
        "reason": "third call of this kind",
        "marker": "AC-c40",
        "text": "Dear Sir or Madam, ...",
        "by": "marking.one",
        "role": "marking_team",
    },
    "frequent.plan_put": _PLAN
    | {
        "phones": ("+447700900123", "+441632960123"),
        "precedence": Precedence.PLAN,
        "ends_on": date(2027, 3, 31),
    },
    "frequent.plan_ended": _PLAN | {"reason": "moved away"},
    "hand_on.made": _HANDED
    | {"subject": "i40", "service": "Neighbour", "case": HandOnCase.MUTUAL_AID},
    "hand_on.ended": _HANDED | {"hand_on": "h41", "reason": "our own crew was nearer"},
}

ABUSE_DECISIONS: dict[str, dict[str, Any]] = {
    "abuse_ledgered": {
        "entry": "xc40",
        "call": "c40",
        "warning": 2,
        "terminated": True,
        "category": Category.VERBAL_ABUSE_SEXUAL,
    },
    "caller_recognised": {
        "call": "c44",
        "entries": ("xc12", "xc40"),
        "shared": SharedBy.CARE_HOME,
    },
    "abuse_set_right": {
        "entry": "xc40",
        "call": "c40",
        "by": "supervisor.one",
        "warnings": (1, 2),
        "terminated": True,
        "category": Category.VERBAL_ABUSE,
    },
    "abuse_struck": {"entry": "xc40", "call": "c40", "by": "supervisor.one"},
    "proposal_made": {
        "proposal": "pmc40",
        "what": Proposed.MARKER,
        "entry": "xc40",
        "call": "c40",
    },
    "proposal_done": {
        "proposal": "pmc40",
        "accepted": True,
        "by": "marking.one",
        "marker": "AC-c40",
    },
    "proposal_lapsed": {"proposal": "plc40"},
    "frequent_caller_recognised": {
        "call": "c44",
        "caller": "f44",
        "rings": 5,
        "days": 30,
        "plan": "FC-0042",
    },
    "hand_on_begun": {
        "hand_on": "h41",
        "incident": "i40",
        "service": "Neighbour",
        "case": HandOnCase.MUTUAL_AID,
        "by": "dispatch.one",
    },
    "hand_on_said": {
        "hand_on": "h41",
        "revision": 2,
        "matched": (Matched(marker="M-1", relation=Relation.SAME_DWELLING, certainty=985),),
        "expires_at": datetime(2026, 11, 23, 16, 40, tzinfo=UTC),
    },
    "hand_on_over": {"hand_on": "h41", "revision": 3, "by": "dispatch.one"},
    "hand_on_refused": {"hand_on": "h41", "revision": 2, "code": "422"},
    "frequent_plan_made": {"plan": "FC-0042"},
    "frequent_plans_over": {"plans": ("FC-0042",)},
    "rings_forgotten": {"before": datetime(2026, 8, 24, tzinfo=UTC)},
}
