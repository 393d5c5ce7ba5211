"""Events as sources say them, with whatever does not matter filled in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas import call, delivery, incident, markers_in
from schemas.check import Whereabouts
from schemas.incident import Resource
from schemas.marker import Category, Marker, Scope, Severity

START = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DAY = date(2026, 11, 22)
HIGH_STREET = "14 High Street, Anytown"
MILL_LANE = "3 Mill Lane, Anytown"


def marker(name: str = "M1", address: str | None = HIGH_STREET, **more: Any) -> Marker:
    """A marker at the address: a high-severity assault, reviewed next year, without an end."""
    fields: dict[str, Any] = {
        "id": name,
        "address": address,
        "scope": Scope.HOUSE,
        "category": Category.PHYSICAL_ASSAULT,
        "severity": Severity.HIGH,
        "what": "crew assaulted at the door",
        "happened_on": date(2025, 9, 1),
        "review_on": date(2027, 9, 1),
        "source": "crew report",
    }
    return Marker(**fields | more)


def resource(callsign: str, mdt: str | None = None) -> Resource:
    return Resource(callsign=callsign, mdt=mdt)


class Cad:
    """What a CAD says; each thing it speaks of has revisions that grow by one."""

    source = "cad"

    def __init__(self) -> None:
        self._revisions: dict[str, int] = {}

    def about(self, number: str, callsign: str | None, at: datetime) -> dict[str, Any]:
        thing = f"{DAY}/{number}" + (f"/{callsign}" if callsign else "")
        self._revisions[thing] = self._revisions.get(thing, 0) + 1
        return {
            "source": self.source,
            "id": thing,
            "revision": self._revisions[thing],
            "occurred_at": at,
            "number": number,
            "service_day": DAY,
        }

    def opened(
        self,
        address: str | None = HIGH_STREET,
        resources: tuple[Resource, ...] = (),
        number: str = "1",
        at: datetime = START,
        phone: str | None = None,
    ) -> incident.IncidentOpened:
        place = Whereabouts(address=address, phone=phone)
        about = self.about(number, None, at)
        return incident.IncidentOpened(place=place, resources=resources, **about)

    def updated(self, nature: str, number: str = "1", at: datetime = START) -> incident.CadEvent:
        return incident.IncidentUpdated(nature=nature, **self.about(number, None, at))

    def address_changed(
        self, address: str | None, number: str = "1", at: datetime = START
    ) -> incident.AddressChanged:
        place = Whereabouts(address=address)
        return incident.AddressChanged(place=place, **self.about(number, None, at))

    def closed(self, number: str = "1", at: datetime = START) -> incident.IncidentClosed:
        return incident.IncidentClosed(**self.about(number, None, at))

    def assigned(
        self, callsign: str, mdt: str | None = None, number: str = "1", at: datetime = START
    ) -> incident.ResourceAssigned:
        about = self.about(number, callsign, at)
        return incident.ResourceAssigned(resource=resource(callsign, mdt), **about)

    def stage(
        self,
        kind: type[incident.ResourceEvent],
        callsign: str,
        number: str = "1",
        at: datetime = START,
    ) -> incident.ResourceEvent:
        return kind(callsign=callsign, **self.about(number, callsign, at))


def rang(number: str | None, name: str = "1", at: datetime = START) -> call.CallRang:
    return call.CallRang(
        source="telephony", id=f"{name}/rang", occurred_at=at, call=name, number=number
    )


def ended(name: str = "1", at: datetime = START) -> call.CallEnded:
    return call.CallEnded(source="telephony", id=f"{name}/ended", occurred_at=at, call=name)


class Team:
    """What the marking team decides; each decision is a message of its own."""

    def __init__(self) -> None:
        self._said = 0

    def _about(self, at: datetime) -> dict[str, Any]:
        self._said += 1
        return {"source": "console", "id": f"decision/{self._said}", "occurred_at": at}

    def put(self, one: Marker, at: datetime = START) -> markers_in.MarkerPut:
        return markers_in.MarkerPut(marker=one, decided_by="Pat", **self._about(at))

    def ended(self, name: str, at: datetime = START) -> markers_in.MarkerEnded:
        about = self._about(at)
        return markers_in.MarkerEnded(marker=name, decided_by="Pat", reason="appeal", **about)

    def staged(
        self, batch: str, *markers: Marker, at: datetime = START
    ) -> markers_in.MarkersStaged:
        return markers_in.MarkersStaged(batch=batch, supplied=markers, **self._about(at))

    def activated(self, batch: str, at: datetime = START) -> markers_in.MarkersActivated:
        return markers_in.MarkersActivated(batch=batch, decided_by="Pat", **self._about(at))

    def discarded(self, batch: str, at: datetime = START) -> markers_in.MarkersDiscarded:
        return markers_in.MarkersDiscarded(batch=batch, decided_by="Pat", **self._about(at))


def _from_device(device: str, key: str, at: datetime) -> dict[str, Any]:
    return {
        "source": "mdt",
        "channel": "mdt",
        "device": device,
        "id": f"{device}/{key}",
        "occurred_at": at,
    }


def displayed(
    device: str, note: str, revision: int, at: datetime = START, kind: str = "displayed"
) -> delivery.NoteDisplayed:
    about = _from_device(device, f"{kind}/{note}/{revision}", at)
    return delivery.NoteDisplayed(note=note, note_revision=revision, **about)


def acknowledged(
    device: str, note: str, revision: int, by: str = "S1", at: datetime = START
) -> delivery.NoteAcknowledged:
    about = _from_device(device, f"acknowledged/{note}/{revision}", at)
    return delivery.NoteAcknowledged(note=note, note_revision=revision, by=by, **about)


def seen(device: str, session: str = "s1", at: datetime = START) -> delivery.DeviceSeen:
    return delivery.DeviceSeen(**_from_device(device, session, at))


def asked(device: str, ask: str = "q1", at: datetime = START) -> delivery.CrewAsked:
    return delivery.CrewAsked(ask=ask, **_from_device(device, f"ask/{ask}", at))


def taken(task: str, by: str = "Sam", at: datetime = START) -> delivery.TaskTaken:
    about = {"source": "console", "id": f"take/{task}/{by}/{at:%s.%f}", "occurred_at": at}
    return delivery.TaskTaken(task=task, by=by, **about)


def later(minutes: float = 0, **more: float) -> datetime:
    return START + timedelta(minutes=minutes, **more)
