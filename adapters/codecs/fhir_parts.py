"""The parts of FHIR R4 of a referral between services, as far as they are read (C1)."""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from schemas.base import Moment


class Part(BaseModel):
    """Read strictly, and more may stand beside it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Coding(Part):
    system: str = ""
    code: str = ""
    display: str = ""


class Concept(Part):
    coding: tuple[Coding, ...] = ()
    text: str = ""


class Reference(Part):
    reference: str = ""


class Identifier(Part):
    value: str = ""


class Telecom(Part):
    system: str = ""
    value: str = ""


class Meta(Part):
    profile: tuple[str, ...] = ()
    lastUpdated: Moment | None = None  # noqa: N815 - FHIR's own names, here and below


class Resource(Part):
    """`others`: what FHIR has in it and nobody here reads."""

    others: ClassVar[frozenset[str]] = frozenset()
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,64}$")] | None = None
    meta: Meta = Meta()
    identifier: tuple[Identifier, ...] = ()


class MessageHeader(Resource):
    others = frozenset("destination sender enterer author source responsible response definition "
                       "eventUri".split())  # fmt: skip
    eventCoding: Coding = Coding()  # noqa: N815
    reason: Concept = Concept()
    focus: tuple[Reference, ...] = ()


class ServiceRequest(Resource):
    others = frozenset(
        """
        instantiatesCanonical instantiatesUri basedOn replaces requisition intent doNotPerform code
        orderDetail quantityQuantity quantityRatio quantityRange subject encounter
        occurrenceDateTime occurrencePeriod occurrenceTiming asNeededBoolean
        asNeededCodeableConcept requester performerType performer locationCode reasonCode
        reasonReference insurance supportingInfo specimen bodySite note patientInstruction
        relevantHistory
        """.split()
    )
    status: str = ""
    category: tuple[Concept, ...] = ()
    priority: str = ""
    authoredOn: str = ""  # noqa: N815
    locationReference: tuple[Reference, ...] = ()  # noqa: N815


class EncounterLocation(Part):
    location: Reference = Reference()


class Encounter(Resource):
    others = frozenset(
        """
        status statusHistory class classHistory type serviceType priority subject episodeOfCare
        basedOn participant appointment period length reasonCode reasonReference diagnosis account
        hospitalization serviceProvider partOf
        """.split()
    )
    location: tuple[EncounterLocation, ...] = ()


class HumanName(Part):
    text: str = ""
    family: str = ""
    given: tuple[str, ...] = ()


class Patient(Resource):
    others = frozenset(
        """
        active gender birthDate deceasedBoolean deceasedDateTime address maritalStatus
        multipleBirthBoolean multipleBirthInteger photo contact communication generalPractitioner
        managingOrganization link
        """.split()
    )
    name: tuple[HumanName, ...] = ()
    telecom: tuple[Telecom, ...] = ()


class RelatedPerson(Resource):
    others = frozenset("active patient relationship name gender birthDate address photo period "
                       "communication".split())  # fmt: skip
    telecom: tuple[Telecom, ...] = ()


class Address(Part):
    text: str = ""
    line: tuple[str, ...] = ()
    city: str = ""
    district: str = ""
    postalCode: str = ""  # noqa: N815


class Position(Part):
    latitude: float
    longitude: float


class Location(Resource):
    """`extension` is walked as it came: the names in it are not public."""

    others = frozenset(
        """
        status operationalStatus alias description mode type telecom physicalType
        managingOrganization partOf hoursOfOperation availabilityExceptions endpoint
        """.split()
    )
    name: str = ""
    address: Address = Address()
    position: Position | None = None
    extension: Any = None


class Flag(Resource):
    others = frozenset("period encounter author".split())
    status: str = ""
    category: tuple[Concept, ...] = ()
    code: Concept = Concept()
    subject: Reference = Reference()


class Activity(Part):
    outcomeCodeableConcept: tuple[Concept, ...] = ()  # noqa: N815


class CarePlan(Resource):
    others = frozenset(
        """
        instantiatesCanonical instantiatesUri basedOn replaces partOf status intent category title
        description subject encounter period created author contributor careTeam addresses
        supportingInfo goal note
        """.split()
    )
    activity: tuple[Activity, ...] = ()
