"""A control room with MDT, radio, call and CAD write-back, and what comes back from them."""

from datetime import datetime, timedelta
from typing import Any

from middleware.domain.rules import CONSOLE, Rules, Rung
from middleware.engine.state import Note
from middleware.ports import By, Way
from schemas import delivery
from schemas.delivery import Delivery
from schemas.incident import Resource
from tests.said import START

RADIO, PHONE = "1234567", "+447700900123"
WAYS = {
    "mdt": Way(),
    "radio": Way(by=By.RADIO, repeatable=False),
    "voice": Way(by=By.PHONE, repeatable=False),
    "cad": Way(by=By.INCIDENT),
}
MINUTE = timedelta(minutes=1)
NOW = timedelta()


def rungs(*steps: tuple[str, timedelta]) -> tuple[Rung, ...]:
    """(channel, wait) in order, and a person after them."""
    last = (CONSOLE, MINUTE)
    return tuple(Rung(channel=channel, wait=wait) for channel, wait in (*steps, last))


STEPS = rungs(("mdt", MINUTE), ("radio", MINUTE), ("voice", MINUTE))
ALONE = rungs(("radio", NOW), ("voice", NOW), ("mdt", MINUTE))
SEVERAL = Rules(ladder=STEPS, single_responder=ALONE, ways=WAYS)


def crew(callsign: str = "A1", **more: Any) -> Resource:
    """A crew with a radio and a hands-free phone."""
    return Resource(callsign=callsign, **{"radio": RADIO, "phone": PHONE} | more)


def _about(channel: str, where: str, name: str, at: datetime) -> dict[str, Any]:
    return {
        "source": channel,
        "channel": channel,
        "device": where,
        "id": f"{where}/{name}",
        "occurred_at": at,
    }


def where(channel: str) -> str:
    """The crew's address there."""
    return {"radio": RADIO, "voice": PHONE}[channel]


def attempted(
    note: Note, channel: str, attempt: int = 1, *, again: bool = False, at: datetime = START
) -> delivery.NoteAttempted:
    return delivery.NoteAttempted(
        source="self",
        id=f"attempt/{note.id}",
        occurred_at=at,
        note=note.id,
        note_revision=note.revision,
        channel=channel,
        attempt=attempt,
        again=again,
    )


def reported(
    note: Note, channel: str, state: Delivery, times: int = 0, at: datetime = START
) -> delivery.DeliveryReported:
    about = _about(channel, where(channel), f"{note.id}/{note.revision}/{times}/{state}", at)
    return delivery.DeliveryReported(
        note=note.id, note_revision=note.revision, times=times, state=state, **about
    )


def consumed(note: Note, channel: str, at: datetime = START) -> delivery.NoteDisplayed:
    about = _about(channel, where(channel), f"{note.id}/{note.revision}/displayed", at)
    return delivery.NoteDisplayed(note=note.id, note_revision=note.revision, **about)


def pressed(note: Note, channel: str, at: datetime = START) -> delivery.NoteAcknowledged:
    about = _about(channel, where(channel), f"{note.id}/{note.revision}/ack", at)
    return delivery.NoteAcknowledged(
        note=note.id, note_revision=note.revision, by="hands-free call", **about
    )


def status_ack(radio: str = RADIO, at: datetime = START) -> delivery.CrewAcknowledged:
    about = _about("radio", radio, f"ack/{at.isoformat()}", at)
    return delivery.CrewAcknowledged(by=radio, **about)


def asked_by_radio(radio: str = RADIO, at: datetime = START) -> delivery.CrewAsked:
    return delivery.CrewAsked(ask="q1", **_about("radio", radio, "ask/q1", at))
