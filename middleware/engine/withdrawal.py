"""Notes taken back (N7)."""

from collections.abc import Iterable

from middleware.engine.handed import without
from middleware.engine.state import Incident, Note, OnChannel, Phase, State, Writing
from middleware.engine.suppression import lapse
from middleware.ports import By
from schemas.decision import (
    Decision,
    Ended,
    MarkersOver,
    NoteWithdrawn,
    TimerStopped,
    WriteBackWithdrawn,
)
from schemas.delivery import Delivery

NO_LONGER_TRUE = frozenset({Ended.ADDRESS_CHANGED, Ended.MARKER_ENDED, Ended.NOT_THIS_PLACE})
"""What was said is wrong now; the other reasons the crew knows of itself."""
HEARD = frozenset({Delivery.CUT_OFF, Delivery.SILENCE, Delivery.FAILED})
"""Ends of a call after which somebody may have heard some of it."""


def withdraw(state: State, note: Note, reason: Ended) -> list[Decision]:
    """Take the note back: a new revision that says so, and no more timers."""
    tell = tuple(
        channel
        for channel, on in note.channels.items()
        if not state.rules.way(channel).repeatable and _must_hear(state, note, channel, on, reason)
    )
    return [
        NoteWithdrawn(note=note.id, revision=note.revision + 1, reason=reason, tell=tell),
        TimerStopped(timer=f"rung:{note.id}"),
        TimerStopped(timer=f"expire:{note.id}"),
    ]


def _must_hear(state: State, note: Note, channel: str, on: OnChannel, reason: Ended) -> bool:
    """Where sending twice is not harmless, only if something may be there. Nobody is rung but who
    heard what is wrong now and was not shown the note in any other way: a call on the road for
    what a screen takes away by itself is itself a danger."""
    if state.rules.way(channel).by is not By.PHONE:
        return on.may_be_there
    heard = channel in note.shown or note.answered_on == channel or on.state in HEARD
    elsewhere = any(shown != channel for shown in note.shown)
    return (heard or on.went) and reason in NO_LONGER_TRUE and not elsewhere


def withdraw_all(state: State, notes: Iterable[Note], reason: Ended) -> list[Decision]:
    """Withdraw those in force."""
    decisions: list[Decision] = []
    for note in notes:
        if note.phase is not Phase.WITHDRAWN:
            decisions += withdraw(state, note, reason)
    return decisions


def notes_of(state: State, incident: Incident, callsign: str) -> list[Note]:
    """What one crew was told at the incident."""
    notes = (state.notes[name] for name in incident.notes)
    return [note for note in notes if note.callsign == callsign]


def end_markers(state: State, markers: tuple[str, ...]) -> list[Decision]:
    """These never match again: whoever was told about them hears so at once, whatever the index
    has taken up by now (M3, N7), and what was said of them lapses."""
    if not markers:
        return []
    over = frozenset(markers)
    about = (note for note in state.notes.values() if note.matched.marker in over)
    written = (one for one in state.writings.values() if one.matched.marker in over)
    return [
        MarkersOver(markers=markers),
        *withdraw_all(state, about, Ended.MARKER_ENDED),
        *take_back(written, Ended.MARKER_ENDED),
        *without(state, markers),
        *lapse(state, dict.fromkeys(markers)),
    ]


def take_back(writings: Iterable[Writing], reason: Ended) -> list[Decision]:
    """What stands in the CAD and is not yet taken back."""
    return [
        WriteBackWithdrawn(writing=writing.id, revision=writing.revision + 1, reason=reason)
        for writing in writings
        if writing.phase is not Phase.WITHDRAWN
    ]
