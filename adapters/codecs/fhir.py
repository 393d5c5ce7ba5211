"""A FHIR R4 message bundle, as far as a referral between services needs it (C1).

The fields of `fhir_parts` are read strictly, FHIR's others are read over, and the rest is counted.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import Field, ValidationError

from adapters.codecs.fhir_parts import (
    CarePlan,
    Encounter,
    Flag,
    Location,
    MessageHeader,
    Meta,
    Part,
    Patient,
    Reference,
    RelatedPerson,
    Resource,
    ServiceRequest,
)
from middleware.ports import Problem
from schemas.base import Moment

MOST_ENTRIES = 500
READ_OVER = frozenset(
    """
    AllergyIntolerance Appointment CareTeam Communication Composition Condition Consent Device
    DocumentReference Endpoint EpisodeOfCare HealthcareService Immunization List Medication
    MedicationStatement Observation Organization Practitioner PractitionerRole Procedure Provenance
    Questionnaire QuestionnaireResponse Schedule Slot Task
    """.split()
)
"""Resources that a referral may have and that say nothing of where to go."""
_EVERY = frozenset(
    """
    resourceType id meta text extension modifierExtension identifier implicitRules language
    contained
    """.split()
)


READ: dict[str, type[Resource]] = {
    kind.__name__: kind
    for kind in (MessageHeader, ServiceRequest, Encounter, Patient, RelatedPerson, Location, Flag,
                 CarePlan)
}  # fmt: skip
R = TypeVar("R", bound=Resource)


class Entry(Part):
    fullUrl: str = ""  # noqa: N815
    resource: dict[str, Any]


class Bundle(Part):
    resourceType: Literal["Bundle"]  # noqa: N815
    type: Literal["message"]
    meta: Meta = Meta()
    timestamp: Moment | None = None
    entry: Annotated[tuple[Entry, ...], Field(max_length=MOST_ENTRIES)] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """The resources that are read, in their order, each with the key that references name it by."""

    bundle: Bundle
    resources: tuple[tuple[str, Resource], ...]
    unknown: int

    def all(self, kind: type[R]) -> list[R]:
        """Those of one kind."""
        return [one for _, one in self.resources if isinstance(one, kind)]

    def named(self, kind: type[R], references: tuple[Reference, ...]) -> tuple[str, R] | None:
        """The first of a kind that one of the references names, with its key."""
        by_key = {key: one for key, one in reversed(self.resources) if isinstance(one, kind)}
        keys = (key_of(one.reference) for one in references)
        return next(((key, by_key[key]) for key in keys if key and key in by_key), None)


def key_of(reference: str) -> str:
    """The last part of a reference: the same for `urn:uuid:x`, `Location/x` and `x`."""
    return reference.rpartition("/")[2].rpartition(":")[2]


def read(raw: bytes) -> Message | Problem:
    """The bundle in these bytes, or what is wrong with it; never the values."""
    try:
        bundle = Bundle.model_validate_json(raw)
    except ValidationError as fault:
        return _problem("Bundle", fault)
    resources: list[tuple[str, Resource]] = []
    unknown = 0
    for entry in bundle.entry:
        one = _resource(entry.resource)
        if isinstance(one, Problem):
            return one
        if one is None:
            unknown += str(entry.resource.get("resourceType")) not in READ_OVER
            continue
        unknown += len(entry.resource.keys() - type(one).model_fields.keys() - one.others - _EVERY)
        resources.append((one.id or key_of(entry.fullUrl), one))
    return Message(bundle, tuple(resources), unknown)


def _resource(said: dict[str, Any]) -> Resource | Problem | None:
    kind = READ.get(str(said.get("resourceType")))
    if kind is None:
        return None
    try:
        return kind.model_validate_json(orjson.dumps(said))
    except ValidationError as fault:
        return _problem(kind.__name__, fault)
    except (TypeError, ValueError):
        return Problem(kind.__name__, "holds what JSON cannot; send it anew")


def _problem(kind: str, fault: ValidationError) -> Problem:
    first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "json_invalid":
        return Problem("message", f"{what}; send one JSON object in UTF-8")
    field = ".".join([kind, *map(str, first["loc"])])
    return Problem(field, f"{what}; mend it as FHIR R4 has it")
