"""What another service is told in EIDOs: written strictly, no more than is needed (N2, N8, D1)."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.codecs import eido
from adapters.codecs.eido_told import Sender, incident_of
from adapters.codecs.eido_told import eido as object_of
from adapters.codecs.eido_units import EidoDialect
from schemas.incident import IncidentOpened
from schemas.safety import AlarmOutcome, Position
from schemas.told import CadNote, UnitEmergency

NOW = datetime(2026, 11, 23, 4, 40, 0, 250_000, UTC)
DAY = date(2026, 11, 22)
US = Sender("forewarn.saltby.example", "saltby.example")
PROLOGUE = {"$id", "lastUpdateTimeStamp", "updatedByAgencyReference"}
REQUIRED: dict[str, set[str]] = {
    "agencyComponent": {"agencyRoleDescriptionRegistryText", "agencyType"},
    "agentComponent": {"agentRoleRegistryText", "agencyReference"},
    "incidentComponent": {"incidentTypeCommonRegistryText"},
    "notesComponent": {"notesActionComments"},
    "locationComponent": {"locationTypeDescriptionRegistryText"},
    "cautionComponent": {
        "cautionTypeInternalText", "cautionTypeCommonRegistryText", "cautionSeverity",
    },
    "unitEmergencyStateComponent": {"severity", "startTimestamp"},
    "emergencyResourceComponent": {
        "agentReference", "emergencyResourceTypeCommonRegistryText",
        "primaryUnitStatusRegistryText", "resourceAttributeRegistryText",
        "secondaryUnitStatusRegistryText",
    },
}  # fmt: skip
"""What NENA-STA-021 demands of each part that we write, beside the prologue."""
OPTIONAL: dict[str, set[str]] = {
    "incidentComponent": {"internalIncidentId"},
    "notesComponent": {"cautionReference"},
    "locationComponent": {"locationByValue"},
    "cautionComponent": {"cautionSource"},
    "unitEmergencyStateComponent": {
        "originatingDevice", "reportingAgentReference", "stopTimestamp", "acknowledgementTimestamp",
    },
    "emergencyResourceComponent": {"emergencyResourceName", "unitLocationReference"},
}  # fmt: skip
"""What it allows of that; `forewarn` is our own."""
SINGLE = {"incidentComponent"}
ROOT = PROLOGUE | {"eidoVersion", "eidoExtensionId", "issuingElementIdentification"}


def note(**more: Any) -> CadNote:
    said = {"headline": "Knife", "what": "Threatened a crew & fled", "severity": "high",
            "age": "2 years old", "origin": "own report"}  # fmt: skip
    lasts = NOW + timedelta(hours=12)
    fixed = {"note": "w1", "revision": 2, "incident": "000042", "service_day": DAY}
    return CadNote(**(fixed | {"expires_at": lasts} | said | more))


def emergency(**more: Any) -> UnitEmergency:
    at = Position(latitude=51.3, longitude=-0.5, error_m=20.0, fixed_at=NOW - timedelta(minutes=1))
    said = {"callsign": "A101", "radio": "1234567", "position": at, "incident": "000042"}
    fixed = {"note": "a7", "revision": 1, "started_at": NOW, "service_day": DAY}
    return UnitEmergency(**(fixed | {"expires_at": NOW + timedelta(hours=12)} | said | more))


def written(*told: CadNote | UnitEmergency) -> dict[str, Any]:
    """As it comes out at the other end."""
    said: dict[str, Any] = json.loads(json.dumps(object_of(told, US, NOW)))
    return said


def parts(said: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, part)
        for name, value in said.items()
        if name.endswith("Component")
        for part in (value if isinstance(value, list) else [value])
    ]


@pytest.mark.parametrize(
    "told",
    [
        (note(),), (note(withdrawn=True, reason="the address was corrected"),), (emergency(),),
        (emergency(stopped_at=NOW, acknowledged_at=NOW, outcome=AlarmOutcome.ACCIDENTAL),),
        (emergency(incident=None, service_day=None, callsign=None, radio=None, position=None),),
        (note(), note(note="w2"), emergency()),
    ],
)  # fmt: skip
def test_what_is_written_has_what_the_standard_demands_and_nothing_that_it_does_not_know(
    told: tuple[CadNote | UnitEmergency, ...],
) -> None:
    said = written(*told)
    assert {name for name in said if not name.endswith("Component")} == ROOT
    assert said["eidoVersion"] == "1.0"
    ids = [said["$id"]]
    for name, part in parts(said):
        assert isinstance(said[name], dict) is (name in SINGLE)
        must = PROLOGUE | REQUIRED[name]
        assert must <= part.keys() <= must | OPTIONAL.get(name, set()) | {"forewarn"}
        assert part["lastUpdateTimeStamp"].endswith("Z")
        ids += [part["$id"]] if name not in SINGLE else []
    assert len(set(ids)) == len(ids), "each part has an id of its own"


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        here = {value["$ref"]} if "$ref" in value else set()
        return here.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_reference_leads_to_a_part_of_the_object() -> None:
    said = written(note(), emergency())
    assert references(said) <= {part["$id"] for _, part in parts(said)}


def test_n6_n8_a_caution_says_what_the_cad_is_told_and_names_nobody() -> None:
    said = written(note())
    (caution,), (words,) = said["cautionComponent"], said["notesComponent"]
    assert (caution["cautionTypeInternalText"], caution["cautionSeverity"]) == ("Knife", "high")
    assert caution["forewarn"] == {
        "note": "w1", "revision": 2, "withdrawn": False, "expiresAt": "2026-11-23T16:40:00.250Z",
    }  # fmt: skip
    assert words["notesActionComments"] == (
        "<p>Threatened a crew &amp; fled</p><p>2 years old</p><p>own report</p>"
    )
    assert words["cautionReference"] == [{"$ref": caution["$id"]}]


def test_n7_what_is_withdrawn_is_said_to_be_and_its_words_are_gone() -> None:
    """Not left out: nobody may conclude anything from what is not there."""
    said = written(note(withdrawn=True, reason="the address was corrected", revision=3))
    (caution,) = said["cautionComponent"]
    assert caution["cautionTypeInternalText"] == "Withdrawn: the address was corrected"
    assert (caution["cautionSeverity"], caution["forewarn"]["withdrawn"]) == ("lowest", True)
    assert "notesComponent" not in said
    assert caution["$id"] == written(note())["cautionComponent"][0]["$id"]


def test_d1_an_emergency_says_who_where_since_when_and_whether_somebody_has_it() -> None:
    said = written(emergency(acknowledged_at=NOW))
    (one,), (unit,) = said["unitEmergencyStateComponent"], said["emergencyResourceComponent"]
    assert (one["severity"], one["originatingDevice"]) == ("highest", "Radio1234567")
    assert one["startTimestamp"] == one["acknowledgementTimestamp"] == "2026-11-23T04:40:00.250Z"
    assert "stopTimestamp" not in one
    assert unit["emergencyResourceName"] == "A101"
    (where,) = said["locationComponent"]
    assert unit["unitLocationReference"] == {"$ref": where["$id"]}
    assert "<pos>51.3 -0.5</pos>" in where["locationByValue"]
    assert where["lastUpdateTimeStamp"] == "2026-11-23T04:39:00.250Z", "its age is that of the fix"


def test_d2_an_emergency_that_ended_says_so_with_what_it_was() -> None:
    (one,) = written(emergency(stopped_at=NOW, outcome=AlarmOutcome.ACCIDENTAL))[
        "unitEmergencyStateComponent"
    ]
    assert (one["severity"], one["forewarn"]["outcome"]) == ("lowest", "accidental")
    assert one["stopTimestamp"]


def test_an_incident_is_known_by_its_own_identifier_or_by_one_made_of_its_day() -> None:
    """Numbers of a CAD start again; those of other services are the same everywhere."""
    prefix = "urn:emergency:uid:incidentid:"
    assert incident_of(note(), US) == f"{prefix}20261122-000042:forewarn.saltby.example"
    theirs = note(incident="a1:cad.other.example")
    assert incident_of(theirs, US) == f"{prefix}a1:cad.other.example"
    alone = emergency(incident=None, service_day=None)
    assert incident_of(alone, US) == f"{prefix}alarm-a7:forewarn.saltby.example"
    assert "incidentComponent" not in written(alone)


def test_our_own_reader_understands_it() -> None:
    told = eido.read(written(note(), emergency()), "eido", EidoDialect())
    assert isinstance(told, eido.Told)
    (opened,) = [one for one in told.events if isinstance(one, IncidentOpened)]
    nature = opened.nature or ""
    assert nature.startswith("UNIT EMERGENCY, as the sender says: Radio1234567 · CAUTION, as the")
    assert "Knife, Unknown (high)" in nature
