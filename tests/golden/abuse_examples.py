"""Examples of what is said and decided about abusive calls."""

from typing import Any

from schemas.abuse import SharedBy
from schemas.marker import Category

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
}
