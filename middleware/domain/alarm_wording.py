"""Man-down in words (D1, D2): who, where and how exact, what was signalled. Never "safe"."""

from collections.abc import Mapping
from math import cos, hypot, radians

from schemas.safety import AlarmOutcome, Position, Signal

_METRES_A_DEGREE = 111_200.0
_SIGNALS = {
    Signal.STATUS: "emergency status",
    Signal.CALL: "emergency call",
    Signal.LIP: "emergency position",
    Signal.GATEWAY: "emergency from the gateway",
    "unreadable": "unreadable",
}
_OUTCOMES = {
    AlarmOutcome.REAL: "real",
    AlarmOutcome.ACCIDENTAL: "pressed by accident",
    AlarmOutcome.TEST: "a test",
    AlarmOutcome.UNKNOWN: "not known what it was",
}


def who(callsign: str | None, radio: str | None) -> str:
    """The crew as people call it, else its radio."""
    if callsign is not None:
        return callsign
    return f"radio {radio}" if radio is not None else "an unknown radio"


def title(callsign: str | None, radio: str | None, source: str, *, is_read: bool) -> str:
    """The loudest line. What could not be read is shown as that."""
    if is_read:
        return f"MAN-DOWN: {who(callsign, radio)}"
    if radio is None:
        return f"UNREADABLE EMERGENCY by way of {source}: the radio is not known"
    crew = f" ({callsign})" if callsign is not None else ""
    return f"UNREADABLE EMERGENCY from radio {radio}{crew}"


def signal(name: str) -> str:
    """How the emergency was said."""
    return _SIGNALS.get(name, name)


def signals(counts: Mapping[str, int]) -> str:
    """What was signalled, and how often."""
    return ", ".join(f"{signal(name)} {count} ×" for name, count in counts.items())


def outcome(value: AlarmOutcome) -> str:
    """What it was."""
    return _OUTCOMES[value]


class Away:
    """Distances over ground from one position, good enough within a county."""

    def __init__(self, here: Position) -> None:
        self._latitude, self._longitude = here.latitude, here.longitude
        self._narrowed = cos(radians(here.latitude))

    def metres(self, there: Position) -> float:
        east = (self._longitude - there.longitude) * self._narrowed
        return hypot(self._latitude - there.latitude, east) * _METRES_A_DEGREE


def distance(value: float) -> str:
    """A distance as people say it."""
    if value < 1_000:
        return f"{round(value, -1):.0f} m"
    return f"{value / 1_000:.1f} km"


def exactness(position: Position) -> str:
    """How exact it is; unknown is said, never left out."""
    if position.error_m is None:
        return "how exact is not known"
    return f"exact to {distance(position.error_m)}"


def coordinates(position: Position) -> str:
    """Degrees north and east (WGS 84)."""
    return f"{position.latitude:.5f}, {position.longitude:.5f}"


def raw_in_words(raw: bytes) -> str:
    """Bytes as they came: as text where they are text, else in hexadecimal."""
    text = raw.decode("latin-1")
    return text if text.isprintable() or text.strip().isprintable() else raw.hex(" ")
