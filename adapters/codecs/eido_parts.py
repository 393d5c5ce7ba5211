"""The parts of an EIDO (NENA-STA-021) as far as they are read, and what may stand beside them (C1).

Read tolerantly: a list of one may be given as the thing itself, a reference under its older or its
newer name, a moment without its offset is none. docs/eido.md says what they become.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

PROLOGUE = frozenset(
    """
    $id lastUpdateTimeStamp updatedByAgencyReference updatedByAgentReference @context
    AlternateValueReference externalInformationSourceReference mediaReference
    """.split()
)
READ_OVER = frozenset(
    """
    eidoVersion eidoExtensionId issuingElementIdentification mergeComponent linkComponent
    dispatchComponent notesComponent alarmsSensorsComponent agencyComponent additionalDataComponent
    vehicleComponent mediaComponent sharedCommunicationResourceComponent organizationComponent
    externalInformationSourceComponent itemComponent alternateValuesComponent
    """.split()
)
"""What an EIDO may have and nobody here reads; what is in it is not counted either."""
MOST_PARTS = 500


def _key(value: Any) -> Any:
    """Cross-links are the $id itself; some write it with a # before."""
    return value.removeprefix("#") if isinstance(value, str) else value


def _refs(value: Any) -> Any:
    several = value if isinstance(value, list) else [value]
    return tuple(_key(one.get("$ref") if isinstance(one, dict) else one) for one in several)


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def _when(value: Any) -> Any:
    """None where it has no offset: nobody knows when. The standard's own sample has such a one."""
    if not isinstance(value, str):
        return value
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


Key = Annotated[str, BeforeValidator(_key)]
Refs = Annotated[tuple[str, ...], BeforeValidator(_refs)]
Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
When = Annotated[datetime | None, BeforeValidator(_when)]


def _older(name: str) -> str:
    return name.removesuffix("s") if name.endswith("References") else name


def refs(name: str) -> Any:
    """References under the name of STA-021.1b, or that of its later form."""
    return Field((), validation_alias=AliasChoices(name, f"{name}s"))


class Part(BaseModel):
    """Strict in what is read, and more may stand beside it."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Component(Part):
    """`others`: what the standard has in it and nobody here reads."""

    others: ClassVar[frozenset[str]] = frozenset()
    id: Key = Field("", validation_alias="$id")
    at: When = Field(None, validation_alias="lastUpdateTimeStamp")


class Incident(Component):
    others = frozenset(
        """
        agentReference organizationReference vehicleReference documentIdentification
        reportNumberType beatOrDispatchGroupText dispositionComponent notesReference
        """.split()
    )
    tracking: Key = Field("", validation_alias="incidentTrackingIdentifier")
    own_number: str = Field("", validation_alias="internalIncidentId")
    type_code: str = Field("", validation_alias="incidentTypeInternalCode")
    type_text: str = Field("", validation_alias="incidentTypeInternalText")
    type_common: str = Field("", validation_alias="incidentTypeCommonRegistryText")
    status_internal: Words = Field((), validation_alias="incidentStatusInternalText")
    status_common: Words = Field((), validation_alias="incidentStatusCommonRegistryText")
    priority_internal: str = Field("", validation_alias="incidentPriorityInternalText")
    priority: int | None = Field(None, validation_alias="incidentCommonPriorityNumber")
    locations: Refs = refs("locationReference")
    persons: Refs = refs("personReference")


class Call(Component):
    others = frozenset(
        """
        relatedCallIdentifier standardPrimaryCallType standardSecondaryCallType localCallType
        priorityIdentifier additionalDataReference verstat sipIdentity sipIdentities notesReference
        organizationReference agencyReference
        """.split()
    )
    queue: str = Field("", validation_alias="queueIdentifier")
    direction: str = Field("incoming", validation_alias="direction")
    started_at: When = Field(None, validation_alias="callStartTimestamp")
    answered_at: When = Field(None, validation_alias="answerDate")
    state: str = Field("", validation_alias="callStateRegistryText")
    agents: Refs = refs("agentReference")
    call_back: Refs = refs("callBackReference")
    locations: Refs = refs("locationReference")
    persons: Refs = refs("personReference")


class UpdatedNumber(Part):
    uri: str = Field("", validation_alias="updatedCbnIdentifierUri")


class CallBack(Component):
    others = frozenset("deviceContactHeader updatedCbnReference verstat sipIdentities".split())
    uris: Words = Field((), validation_alias="callBackInformationUri")
    updated: Annotated[tuple[UpdatedNumber, ...], BeforeValidator(_listed)] = Field(
        (), validation_alias="updatedCbn"
    )


class Agent(Component):
    others = frozenset("agentJcard agentRoleRegistryText agencyReference notesReference "
                       "agentCallLegState".split())  # fmt: skip
    position: str = Field("", validation_alias="agentWorkstationPositionIdentification")


class Location(Component):
    others = frozenset(
        """
        locationDereferencedFromReference locationDescriptionText crossStreetByValue
        crossStreetByReferenceUrl intersectingStreetByValue intersectingStreetByReferenceUrl
        cellTowerSectorId additionalDataReference notesReference
        """.split()
    )
    kind: str = Field("", validation_alias="locationTypeDescriptionRegistryText")
    by_value: str = Field("", validation_alias="locationByValue")
    by_reference: str = Field("", validation_alias="locationByReferenceUrl")
    local: Words = Field((), validation_alias="localIdentifier")


class Person(Component):
    """`described` is walked as it came: NIEM has many forms of a name."""

    others = frozenset(
        """
        callIdentifier locationReference destinationReference eta notesReference itemReference
        additionalDataReference callBackReference personCallLegState
        """.split()
    )
    roles: Words = Field((), validation_alias="personIncidentRoleRegistryText")
    described: Any = Field(None, validation_alias="ncPersonComponent")


class Unit(Component):
    others = frozenset(
        """
        emergencyResourceTypeCommonRegistryText emergencyResourceTypeInternalText
        resourceAttributeRegistryText resourceAttributeInternalText notesReference agentReference
        unitLocationReference unitDestinationReference eta personReference vehicleReference
        itemReference stackedOnIncidentId
        """.split()
    )
    name: str = Field("", validation_alias="emergencyResourceName")
    internal: Words = Field((), validation_alias="unitStatusInternal")
    secondary: Words = Field((), validation_alias="secondaryUnitStatusRegistryText")
    primary: Words = Field((), validation_alias="primaryUnitStatusRegistryText")
    active_on: Key = Field("", validation_alias="activeOnIncidentId")


class Caution(Component):
    others = frozenset("cautionTypeCommonSubRegistryText cautionSource startDate".split())
    text: str = Field("", validation_alias="cautionTypeInternalText")
    common: Words = Field((), validation_alias="cautionTypeCommonRegistryText")
    severity: str = Field("", validation_alias="cautionSeverity")


class UnitEmergency(Component):
    others = frozenset("severity reportingAgentReference terminatingAgentReference notesReference "
                       "acknowledgementTimestamp".split())  # fmt: skip
    device: str = Field("", validation_alias="originatingDevice")
    kind: str = Field("", validation_alias="emergencyStateType")
    started_at: When = Field(None, validation_alias="startTimestamp")
    stopped: Any = Field(None, validation_alias="stopTimestamp")


def _several(name: str) -> Any:
    return Field((), validation_alias=name, max_length=MOST_PARTS)


class Eido(Component):
    """One object: what a service knows of one incident now."""

    others = READ_OVER
    incidents: Annotated[tuple[Incident, ...], BeforeValidator(_listed)] = _several(
        "incidentComponent"
    )
    calls: Annotated[tuple[Call, ...], BeforeValidator(_listed)] = _several("callComponent")
    call_backs: Annotated[tuple[CallBack, ...], BeforeValidator(_listed)] = _several(
        "callbackComponent"
    )
    agents: Annotated[tuple[Agent, ...], BeforeValidator(_listed)] = _several("agentComponent")
    locations: Annotated[tuple[Location, ...], BeforeValidator(_listed)] = _several(
        "locationComponent"
    )
    persons: Annotated[tuple[Person, ...], BeforeValidator(_listed)] = _several("personComponent")
    units: Annotated[tuple[Unit, ...], BeforeValidator(_listed)] = _several(
        "emergencyResourceComponent"
    )
    cautions: Annotated[tuple[Caution, ...], BeforeValidator(_listed)] = _several(
        "cautionComponent"
    )
    emergencies: Annotated[tuple[UnitEmergency, ...], BeforeValidator(_listed)] = _several(
        "unitEmergencyStateComponent"
    )


READ: dict[str, type[Component]] = {
    "incidentComponent": Incident, "callComponent": Call, "callbackComponent": CallBack,
    "agentComponent": Agent, "locationComponent": Location, "personComponent": Person,
    "emergencyResourceComponent": Unit, "cautionComponent": Caution,
    "unitEmergencyStateComponent": UnitEmergency,
}  # fmt: skip


def unknown(said: dict[str, Any]) -> int:
    """Names in an EIDO that nobody knows."""
    parts = (_unknown(kind, said[name]) for name, kind in READ.items() if name in said)
    return _unknown(Eido, said) + sum(parts)


def _unknown(kind: type[Component], said: Any) -> int:
    several = said if isinstance(said, list) else [said]
    names = (name for one in several if isinstance(one, dict) for name in one)
    return sum(_older(name) not in KNOWN[kind] for name in names)


def _known(kind: type[Component]) -> frozenset[str]:
    read = {name for field in kind.model_fields.values() for name in _aliases(field)}
    return frozenset(_older(name) for name in read | kind.others) | PROLOGUE


def _aliases(field: FieldInfo) -> tuple[str, ...]:
    alias = field.validation_alias
    several = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return tuple(str(one) for one in several)


KNOWN = {kind: _known(kind) for kind in READ.values()} | {Eido: _known(Eido)}
"""Every name that a part may have, references under their older one."""
