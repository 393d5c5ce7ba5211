"""The row of a man-down alarm: who, where, which incident, what is known, who is near (D1-D3).

Everything a supervisor needs is in it at once; ages are reckoned by the page from the moments.
"""

from collections.abc import Callable, Iterator
from datetime import date
from heapq import nsmallest

from middleware.console.rows import Row, flag, note_row, place_in_words
from middleware.domain import alarm_wording as words
from middleware.engine.alarm import Alarm, LastSeen
from middleware.engine.alarms import callsign_of, incident_of, shown_incident
from middleware.engine.state import Incident, State
from schemas.alarm import Audience

NEAREST = 5


def alarm_row(state: State, alarm: str, today: date) -> Row | None:
    """An alarm that nobody has ended."""
    known = state.alarms.get(alarm)
    if known is None or not known.is_open:
        return None
    callsign = known.callsign or callsign_of(state, known.radio)
    incident = shown_incident(state, known)
    return {
        "id": known.id,
        **_who(known, callsign),
        **_what(state, known),
        "position": _position(_last_seen(state, known)),
        "old_after_s": state.rules.man_down.old_after.total_seconds(),
        "incident": _about(state, incident, callsign, today) if incident else None,
        "nearest": list(_nearest(state, known)),
        **_hands(known),
        "listening": _listening(known),
    }


def row_for(audience: Audience) -> Callable[[State, str, date], Row | None]:
    """The same row, once the alarm has been told to these people (D2)."""

    def row(state: State, alarm: str, today: date) -> Row | None:
        known = state.alarms.get(alarm)
        return alarm_row(state, alarm, today) if known and known.is_for(audience) else None

    return row


def _who(known: Alarm, callsign: str | None) -> Row:
    is_read = set(known.signals) != {"unreadable"}
    return {
        "who": words.who(callsign, known.radio),
        "radio": known.radio,
        "title": words.title(callsign, known.radio, known.source, is_read=is_read),
        "raw": words.raw_in_words(known.raw) if known.raw else None,
    }


def _what(state: State, known: Alarm) -> Row:
    before = state.alarms.get(known.follows or "")
    return {
        "phase": known.phase,
        "raised_at": known.raised_at,
        "signals": words.signals(known.signals),
        "press": known.press,
        "pressed_at": known.pressed_at,
        "heard_at": known.heard_at,
        "cancelled_at": known.cancelled_at,
        "silent_at": known.silent_at,
        "step": known.step,
        "times": known.times,
        "follows": _follows(before) if before is not None else None,
    }


def _follows(before: Alarm) -> Row | None:
    if before.outcome is None:
        return None
    said = words.outcome(before.outcome)
    return {"at": before.ended_at, "words": f"{said}, said {before.ended_by}"}


def _hands(known: Alarm) -> Row:
    return {
        "accepted_by": known.accepted_by,
        "accepted_at": known.accepted_at,
        "help_by": known.help_by,
        "help_at": known.help_at,
        "help_what": known.help_what,
    }


def _listening(known: Alarm) -> Row | None:
    if known.listening_asked_at is None:
        return None
    return {
        "asked_at": known.listening_asked_at,
        "done": known.listening_done,
        "by": known.listening_by,
        "at": known.listening_at,
    }


# --- where ---------------------------------------------------------------------------------


def _last_seen(state: State, known: Alarm) -> LastSeen | None:
    """The newest there is: the radio may have moved since the press."""
    return state.radios.get(known.radio or "")


def _position(seen: LastSeen | None) -> Row | None:
    if seen is None:
        return None
    return {
        "words": words.coordinates(seen.position),
        "exact": words.exactness(seen.position),
        "fixed_at": seen.fixed_at,
        "said_at": seen.said_at,
    }


def _nearest(state: State, known: Alarm) -> Iterator[Row]:
    """The nearest crews by their last positions: those that are not old first."""
    here = _last_seen(state, known)
    if here is None or state.at is None:
        return
    fresh_since, away = state.at - state.rules.man_down.old_after, words.Away(here.position)
    others = (
        ((seen.fixed_at or seen.said_at) < fresh_since, away.metres(seen.position), radio)
        for radio, seen in state.radios.items()
        if radio != known.radio
    )
    for is_old, metres, radio in nsmallest(NEAREST, others):
        seen, callsign = state.radios[radio], callsign_of(state, radio)
        incident = incident_of(state, callsign)
        yield {
            "who": words.who(callsign, radio),
            "away": words.distance(metres),
            "exact": words.exactness(seen.position),
            "fixed_at": seen.fixed_at,
            "said_at": seen.said_at,
            "is_old": is_old,
            "doing": f"on incident {incident.number}" if incident else "on no incident known here",
        }


# --- which incident ------------------------------------------------------------------------


def _about(state: State, incident: Incident, callsign: str | None, today: date) -> Row:
    sent = incident.resources.get(callsign or "")
    notes = [state.notes[name] for name in incident.notes if name in state.notes]
    return {
        "id": incident.id,
        "number": incident.number,
        "place": place_in_words(incident.place),
        "nature": incident.nature,
        "finished_at": incident.finished_at,
        "stage": sent.stage if sent is not None else None,
        **flag(state, incident.checked, today),
        "notes": [note_row(note) for note in notes if note.callsign == callsign],
    }
