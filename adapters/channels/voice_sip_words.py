"""What the SIP telephone says to the service: a line of JSON each, with codes alone."""

import json
from typing import Any

NO_CODE = "none"


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def code_of(text: str | None) -> str:
    """The status of what SIP said, or that there was none: never words of the other side."""
    head = (text or "")[:3]
    return head if head.isdigit() else NO_CODE
