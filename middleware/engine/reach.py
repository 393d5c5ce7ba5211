"""How a crew is reached on a channel, and which ladder its duty climbs (N3, N4)."""

from typing import NamedTuple

from middleware.domain.rules import Rules
from middleware.engine.state import ACTIVE, Incident, Note, Sent, State
from middleware.ports import By
from schemas.decision import Ladder
from schemas.incident import Stage


class Crew(NamedTuple):
    """Who a note is for: the device it was issued to, and what else the CAD said of the crew."""

    note: str
    device: str
    sent: Sent | None
    ladder: Ladder


def crew_of(state: State, note: Note) -> Crew:
    """The crew as the CAD last described it."""
    incident = state.incidents.get(note.incident)
    sent = incident.resources.get(note.callsign) if incident else None
    return Crew(note.id, note.device, sent, note.ladder)


def address(rules: Rules, crew: Crew, channel: str) -> str | None:
    """Where the channel reaches the crew; None where it does not."""
    by = rules.way(channel).by
    if by is By.DEVICE:
        return crew.device
    if crew.sent is None:
        return None
    if by is By.RADIO:
        return crew.sent.radio
    return crew.sent.phone if by is By.PHONE else None


def ladder_for(sent: Sent) -> Ladder:
    """A single responder cannot read an MDT while driving, and whoever is on the way drives."""
    if sent.single_responder:
        return Ladder.SINGLE_RESPONDER
    return Ladder.MOVING if sent.stage is Stage.MOBILE else Ladder.DEFAULT


def crews_at(state: State, incident: Incident, channel: str, where: str) -> frozenset[str]:
    """The crews on their way or there that the channel reaches at that address."""
    return frozenset(
        sent.callsign
        for sent in incident.resources.values()
        if sent.stage in ACTIVE and _reaches(state.rules, sent, channel) == where
    )


def _reaches(rules: Rules, sent: Sent, channel: str) -> str | None:
    return address(rules, Crew("", sent.device, sent, Ladder.DEFAULT), channel)
