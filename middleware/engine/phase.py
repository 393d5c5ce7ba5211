"""Where the duty to tell stands."""

from enum import StrEnum


class Phase(StrEnum):
    """Everything but OPEN is an end."""

    OPEN = "open"
    ANSWERED = "answered"
    IN_HANDS = "in_hands"
    WITHDRAWN = "withdrawn"
