"""CAD incidents and the resources sent to them (C1): the canonical contract `forewarn.cad/1`."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Code, Name, Phone, Radio, Text
from schemas.base import Said as Part
from schemas.check import Whereabouts
from schemas.event import ENDING, Event

CAD_CONTRACT = "forewarn.cad/1"


class Stage(StrEnum):
    """Where a resource is in its duty to one incident."""

    ASSIGNED = "assigned"
    MOBILE = "mobile"
    AT_SCENE = "at_scene"
    STOOD_DOWN = "stood_down"
    CLEARED = "cleared"


class Holding(StrEnum):
    """How a resource waits near an incident (P3)."""

    STANDING_OFF = "standing_off"
    """At a distance."""
    AT_RVP = "at_rvp"
    """At a rendezvous point, with the police for example."""


class Resource(Part):
    """A vehicle or responder, and how it is reached (N3, N4). `mdt` is its device id; without one
    the call sign is used. `radio` is its ISSI, `phone` its hands-free number."""

    callsign: Code
    mdt: Code | None = None
    radio: Radio | None = None
    phone: Phone | None = None
    single_responder: bool = False


class CadEvent(Event):
    """Every CAD message names its incident by number and service day: numbers start again."""

    number: Name
    service_day: date


class IncidentOpened(CadEvent):
    """A new incident, with the place, the caller's number and what is already on the way."""

    kind: ClassVar[str] = "incident.opened"
    aspect: ClassVar[str] = "opened"
    place: Whereabouts
    priority: Name | None = None
    nature: Text | None = None
    condition: Text | None = None
    resources: Annotated[tuple[Resource, ...], Field(max_length=50)] = ()


class IncidentUpdated(CadEvent):
    """Priority, nature or the patient's condition changed; the place did not."""

    kind: ClassVar[str] = "incident.updated"
    aspect: ClassVar[str] = "facts"
    priority: Name | None = None
    nature: Text | None = None
    condition: Text | None = None


class AddressChanged(CadEvent):
    """The whole place as it is now; it replaces the earlier one and is checked again (C3)."""

    kind: ClassVar[str] = "incident.address_changed"
    aspect: ClassVar[str] = "place"
    place: Whereabouts


class IncidentClosed(CadEvent):
    """The incident is over for the CAD."""

    kind: ClassVar[str] = "incident.closed"
    aspect: ClassVar[str] = ENDING


class ResourceAssigned(CadEvent):
    """A resource was allocated to the incident."""

    kind: ClassVar[str] = "resource.assigned"
    resource: Resource


class ResourceEvent(CadEvent):
    """A resource that was allocated reports its stage."""

    stage: ClassVar[Stage]
    callsign: Code


class ResourceMobile(ResourceEvent):
    """On its way."""

    kind: ClassVar[str] = "resource.mobile"
    stage: ClassVar[Stage] = Stage.MOBILE


class ResourceAtScene(ResourceEvent):
    """Arrived."""

    kind: ClassVar[str] = "resource.at_scene"
    stage: ClassVar[Stage] = Stage.AT_SCENE


class ResourceGoneIn(ResourceEvent):
    """Stood off or was at the rendezvous point, and has gone in (P3)."""

    kind: ClassVar[str] = "resource.gone_in"
    stage: ClassVar[Stage] = Stage.AT_SCENE


class ResourceHolds(CadEvent):
    """A resource waits near the incident (P3); `where`, in the CAD's words."""

    holding: ClassVar[Holding]
    callsign: Code
    where: Text | None = None


class ResourceStandingOff(ResourceHolds):
    """Holds at a distance."""

    kind: ClassVar[str] = "resource.standing_off"
    holding: ClassVar[Holding] = Holding.STANDING_OFF


class ResourceAtRvp(ResourceHolds):
    """At the rendezvous point."""

    kind: ClassVar[str] = "resource.at_rvp"
    holding: ClassVar[Holding] = Holding.AT_RVP


class ResourceStoodDown(ResourceEvent):
    """No longer sent to the incident: its notes are withdrawn (N7)."""

    kind: ClassVar[str] = "resource.stood_down"
    stage: ClassVar[Stage] = Stage.STOOD_DOWN


class ResourceCleared(ResourceEvent):
    """Finished with the incident."""

    kind: ClassVar[str] = "resource.cleared"
    stage: ClassVar[Stage] = Stage.CLEARED
