"""Who of the crews has been told, and who has not, in words (N3, N5, N7)."""

from datetime import datetime
from enum import StrEnum

from middleware.domain.wording import ended_in_words
from middleware.domain.wording_channels import DELIVERY
from middleware.engine.state import Note, Phase
from schemas.decision import Ended


class Told(StrEnum):
    """Where telling one crew about one marker stands; worst first."""

    NOT_TOLD = "not_told"
    NOT_ANSWERED = "not_answered"
    SENDING = "sending"
    SHOWN = "shown"
    IN_HANDS = "in_hands"
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"


def is_shown(note: Note) -> bool:
    """Whether a device said that the present revision is on its screen."""
    return any(revision >= note.revision for revision in note.shown.values())


def has_open_task(note: Note) -> bool:
    """Whether a person must take it, and nobody has (N5)."""
    return note.task_times > 0 and note.phase is Phase.OPEN


def told(note: Note) -> Told:
    """Shown and acknowledged are different things: a screen is not a person (N3)."""
    if note.phase is Phase.WITHDRAWN:
        return Told.WITHDRAWN
    if note.phase is Phase.ANSWERED:
        return Told.ACKNOWLEDGED
    if note.phase is Phase.IN_HANDS:
        return Told.IN_HANDS
    if has_open_task(note):
        return Told.NOT_ANSWERED if is_shown(note) else Told.NOT_TOLD
    return Told.SHOWN if is_shown(note) else Told.SENDING


def told_in_words(note: Note) -> str:
    """One line for the screen, without the time."""
    words = {
        Told.NOT_TOLD: "CREW NOT TOLD",
        Told.NOT_ANSWERED: f"{_where(note)}, CREW HAS NOT ANSWERED",
        Told.SENDING: "sent, not yet on the MDT screen",
        Told.SHOWN: f"{_where(note)}, not yet acknowledged",
        Told.IN_HANDS: f"in the hands of {note.task_by}",
        Told.ACKNOWLEDGED: f"acknowledged by {note.answered_by}",
        Told.WITHDRAWN: _withdrawn(note),
    }
    return words[told(note)]


def _where(note: Note) -> str:
    by = [channel for channel, revision in note.shown.items() if revision >= note.revision]
    return "on the MDT screen" if "mdt" in by or not by else f"shown by {' and '.join(by)}"


def told_at(note: Note) -> datetime:
    """The moment the words are about."""
    if note.phase is Phase.OPEN:
        return note.shown_at if is_shown(note) and note.shown_at else note.issued_at
    return note.phase_at or note.issued_at


def _withdrawn(note: Note) -> str:
    why = ended_in_words(note.ended) if note.ended is not None else "no longer true"
    gone = note.ended is Ended.EXPIRED or is_shown(note)
    return f"withdrawn: {why}" + ("" if gone else " (not yet gone from the MDT)")


def ways(note: Note) -> list[dict[str, str]]:
    """The channels it went to, in order, and how it stands on each: `acknowledged`, `shown` (said,
    on a telephone), what was reported, or `under_way`."""
    return [{"channel": name, "state": _state(note, name)} for name in note.channels]


def _state(note: Note, channel: str) -> str:
    if channel == note.answered_on:
        return "acknowledged"
    if note.shown.get(channel, 0) >= note.revision:
        return "shown"
    return note.channels[channel].state or "under_way"


def ways_in_words(note: Note) -> str:
    """What became of each attempt where sending twice is not harmless: nothing of it says that the
    crew knows."""
    said = [
        f"{channel}: {_came_to(note, channel)}"
        for channel, on in note.channels.items()
        if on.attempts
    ]
    return "; ".join(said)


def _came_to(note: Note, channel: str) -> str:
    if note.shown.get(channel, 0) >= note.revision:
        return "shown"
    state = note.channels[channel].state
    return DELIVERY[state] if state else "under way"
