"""When another service is told what is known of the scene, and when that is no longer so (N2, N7).

A person hands an incident on; from then on what is in force here is said there, as it changes,
until the incident is closed, or a person ends it. That nothing is known is never said to be safe
(C4).
"""

from collections.abc import Iterable, Mapping

from middleware.engine.drafting import place_of
from middleware.engine.entry import Taken
from middleware.engine.hand_on import HandOn
from middleware.engine.handed import open_ones, said
from middleware.engine.ids import begun_by
from middleware.engine.notes import content, in_force
from middleware.engine.phase import Phase
from middleware.engine.state import Incident, State
from schemas.check import Matched
from schemas.decision import Decision, Ignored, Noted, Shown, Why
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.hand_on import (
    HandOnBegun,
    HandOnEnded,
    HandOnOver,
    HandOnRefused,
    HandOnSaid,
    IncidentHandedOn,
)
from schemas.incident import AddressChanged, IncidentOpened


def on_handed_on(state: State, taken: Taken, event: IncidentHandedOn) -> list[Decision]:
    """Once to each service; what is in force is said at once."""
    known = state.incidents.get(event.subject)
    if known is None or event.service not in state.rules.services:
        return [Ignored(why=Why.UNKNOWN)]
    if known.finished_at is not None:
        return [Ignored(why=Why.STALE)]
    if any(one.service == event.service for one in open_ones(state, known)):
        return [Ignored(why=Why.ALREADY)]
    name = begun_by("h", taken.event)
    begun = HandOnBegun(
        hand_on=name, incident=known.id, service=event.service, case=event.case, by=event.by
    )
    first = HandOnSaid(
        hand_on=name, revision=1, matched=in_force(state, known),
        expires_at=taken.received_at + state.rules.keep_for,
    )  # fmt: skip
    return [begun, first]


def on_ended(state: State, taken: Taken, event: HandOnEnded) -> list[Decision]:
    known = state.hand_ons.get(event.hand_on)
    if known is None:
        return [Ignored(why=Why.UNKNOWN)]
    if known.phase is not Phase.OPEN:
        return [Ignored(why=Why.ALREADY)]
    return [HandOnOver(hand_on=known.id, revision=known.revision + 1, by=event.by)]


def say_again(
    state: State, taken: Taken, known: Incident, matches: tuple[Matched, ...]
) -> list[Decision]:
    """After a check that could be made: what is otherwise now, or about another place."""
    place, event = known.place, taken.event
    if isinstance(event, IncidentOpened | AddressChanged):
        place = event.place if event.revision >= known.place_revision else place
    moved = place_of(place)
    return [
        said(one, matches, taken)
        for one in open_ones(state, known)
        if _differs(state, one, matches) or one.place != moved
    ]


def reworded(state: State, taken: Taken, markers: Mapping[str, bytes]) -> list[Decision]:
    """These markers (id to JSON) were put: what is said of them is what they say now."""
    return [
        said(one, one.matched, taken)
        for one in state.hand_ons.values()
        if one.phase is Phase.OPEN and _says_otherwise(one, markers)
    ]


def _differs(state: State, one: HandOn, matches: tuple[Matched, ...]) -> bool:
    """Another marker, in another relation, or with other words; how sure does not matter."""
    return _shape(one.matched, one.content) != _shape(matches, digests(state, matches))


def _shape(matches: tuple[Matched, ...], content: tuple[bytes, ...]) -> set[tuple[str, str, bytes]]:
    return {(m.marker, m.relation, c) for m, c in zip(matches, content, strict=True)}


def digests(state: State, matches: Iterable[Matched]) -> tuple[bytes, ...]:
    """Of each marker's content, as it is now."""
    kept = (state.markers.get(matched.marker) for matched in matches)
    return tuple(content(one.json) if one else b"" for one in kept)


def _says_otherwise(one: HandOn, markers: Mapping[str, bytes]) -> bool:
    return any(
        m.marker in markers and content(markers[m.marker]) != before
        for m, before in zip(one.matched, one.content, strict=True)
    )


# --- what the other side says ----------------------------------------------------------


def confirmed(one: HandOn, event: NoteDisplayed) -> list[Decision]:
    """Their system has it. Nobody has read it by that."""
    if event.channel not in one.channels or event.note_revision > one.revision:
        return [Ignored(why=Why.UNKNOWN)]
    if event.note_revision <= one.shown.get(event.channel, 0):
        return [Ignored(why=Why.ALREADY)]
    revision, channel = event.note_revision, event.channel
    return [Shown(note=one.id, revision=revision, channel=channel, before_at_scene=False)]


def answered(one: HandOn, event: DeliveryReported) -> list[Decision]:
    """That they will not take it is shown to a person."""
    if event.state is not Delivery.REFUSED or event.channel not in one.channels:
        return [Noted()]
    if event.note_revision != one.revision:
        return [Ignored(why=Why.STALE)]
    return [HandOnRefused(hand_on=one.id, revision=event.note_revision, code=event.code)]
