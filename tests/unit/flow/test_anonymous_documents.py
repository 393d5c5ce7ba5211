"""Referrals (BaRS), incidents in XML (MAIT) and EIDOs made anonymous: they are still read, as the
same thing at another place, and hold nothing of anybody (O2, E4, C1)."""

import json
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from adapters.codecs import bars as bars_codec
from adapters.codecs import eido as eido_codec
from adapters.codecs import eido_conveyance as conveyance
from adapters.codecs import fhir_parts
from adapters.codecs import mait as mait_codec
from adapters.codecs.contract import Read
from adapters.codecs.eido_parts import READ as READ_EIDO
from adapters.codecs.eido_parts import _aliases as aliases
from adapters.codecs.eido_units import EidoDialect
from adapters.codecs.fhir import READ
from adapters.sources.mait_http import MaitHttpSettings
from adapters.table import ADAPTERS
from middleware.cli.replay_stage import sources_of
from middleware.flow.anonymous.anonymise import Anonymiser
from middleware.flow.anonymous.bars import bars_wire
from middleware.flow.anonymous.eido import eido_wire
from middleware.flow.anonymous.fields import Pseudonyms
from middleware.flow.anonymous.mait import mait_wire
from middleware.flow.recording.file import Header, Recording, RecordingWriter
from middleware.ops.errors import Trouble
from middleware.ports import Kind
from schemas.call import CallAnswered, CallRang
from schemas.incident import CadEvent, IncidentOpened
from tests import bars, eido, mait
from tests.unit.flow.test_anonymous import LOT, Canaries, anonymous, leaks
from tests.unit.flow.test_recording_file import HEADER

SECRETS = tuple(
    """
    Chapel Saltby CT97 3QR Julie Marchbanks 960114 10090200342 51.371 1.204 crews EOC-4711 Sender
    neighbouring Smoke
    """.split()
)
MAPPED = MaitHttpSettings(mapping=mait.MAPPED)
AS_READ: dict[str, Any] = json.loads(MAPPED.model_dump_json())["as_read"]
DOCUMENTED = [mait.sample(), mait.updated("IncidentUpdated"), mait.updated("IncidentClosed")]


def pseudonyms() -> Pseudonyms:
    return Pseudonyms(Random(7))


def referred(data: bytes, by: Pseudonyms | None = None) -> bytes:
    (made,) = bars_wire(by or pseudonyms())(data)
    return made


def documented(data: bytes, by: Pseudonyms | None = None) -> bytes:
    (made,) = mait_wire(by or pseudonyms(), AS_READ)(data)
    return made


def event(told: Any) -> CadEvent:
    assert isinstance(told, Read), told
    assert isinstance(told.event, CadEvent)
    return told.event


def of_bars(data: bytes) -> CadEvent:
    return event(bars_codec.read(data, "bars"))


def of_mait(data: bytes) -> CadEvent:
    return event(mait_codec.read(data, "mait", mait.MAPPING))


def conveyed(data: bytes, by: Pseudonyms | None = None) -> bytes:
    (made,) = eido_wire(by or pseudonyms())(data)
    return made


def of_eido(data: bytes) -> list[Any]:
    """Every event of every object."""
    said = conveyance.read(data)
    assert isinstance(said, conveyance.Notified), said
    told = [eido_codec.read(one, "eido", EidoDialect()) for one in said.eidos]
    assert all(isinstance(one, eido_codec.Told) for one in told), told
    return [event for one in told for event in one.events]  # type: ignore[union-attr]


def are_alike(before: CadEvent, after: CadEvent) -> None:
    """The same incident, and a place of the same parts, that is another one."""
    same = ("kind", "id", "revision", "occurred_at", "number", "service_day", "priority")
    for name in same:
        assert getattr(after, name, None) == getattr(before, name, None), name
    if isinstance(before, IncidentOpened) and isinstance(after, IncidentOpened):
        old, new = before.place.model_dump(), after.place.model_dump()
        assert {key for key in old if old[key] is None} == {key for key in new if new[key] is None}
        assert not [key for key in old if old[key] is not None and old[key] == new[key]]
        assert (new["address"] or "").startswith((old["address"] or "")[:6])


@pytest.mark.parametrize(
    "bundle",
    [
        bars.bundle(),
        bars.bundle(bars.header("update"), bars.request(), bars.location(), bars.flag("U", "dog")),
        bars.bundle(bars.header(), bars.request(status="revoked"), bars.location()),
    ],
    ids=["new", "changed", "revoked"],
)
def test_o2_a_referral_is_that_of_another_place(bundle: bytes) -> None:
    after = referred(bundle)
    are_alike(of_bars(bundle), of_bars(after))
    assert not [secret for secret in SECRETS if secret.encode() in after]


def test_o2_a_property_number_keeps_the_zeros_that_its_sender_puts_before_it() -> None:
    where = bars.location("000090200342")
    bundle = bars.bundle(bars.header(), bars.request(), where)
    after = referred(bundle)
    assert b'"0000999' in after
    assert b"90200342" not in after


@pytest.mark.parametrize("document", DOCUMENTED, ids=["created", "updated", "closed"])
def test_o2_a_document_is_that_of_another_place(document: bytes) -> None:
    after = documented(document)
    are_alike(of_mait(document), of_mait(after))
    assert not [secret for secret in SECRETS if secret.encode() in after]


@pytest.mark.parametrize(
    "said",
    [
        eido.eido(),
        eido.eido(caution=[eido.caution("dog")], emergencyResource=[eido.unit("A101", "On Scene")]),
        eido.eido(incident=eido.incident(incidentStatusCommonRegistryText=["Closed"])),
    ],
    ids=["new", "at scene", "closed"],
)
def test_o2_an_eido_is_that_of_another_place(said: dict[str, Any]) -> None:
    """Also its calls, who answered them, and where its units are."""
    after = conveyed(eido.event(said))
    before, then = of_eido(eido.event(said)), of_eido(after)
    assert [one.kind for one in then] == [one.kind for one in before]
    for old, new in zip(before, then, strict=True):
        assert (new.id, new.revision) == (old.id, old.revision)
        if isinstance(old, CadEvent):
            are_alike(old, new)
            assert getattr(new, "resources", ()) == getattr(old, "resources", ())
        elif isinstance(old, CallRang):
            assert new.number != old.number
        elif isinstance(old, CallAnswered):
            assert (new.handler, new.position) == ("staff1", "staff2")
    secrets = [secret for secret in SECRETS if secret not in ("Saltby", "Sender")]
    assert not [secret for secret in (*secrets, ">Saltby", "jo@") if secret.encode() in after]


def test_o2_a_property_number_of_an_eido_is_another_one() -> None:
    where = eido.location(localIdentifier=["urn:uprn:0010090200342"], locationByValue="")
    (opened,) = of_eido(conveyed(eido.event(eido.simple(1) | {"locationComponent": [where]})))
    assert opened.place.uprn == pseudonyms().uprn("10090200342")


def test_o2_the_same_place_is_the_same_other_one_on_both_wires() -> None:
    """Two bodies speak of one house: made anonymous they still do, as the CAD's contract does."""
    by = pseudonyms()
    first, second = of_bars(referred(bars.bundle(), by)), of_mait(documented(mait.SAMPLE, by))
    assert isinstance(first, IncidentOpened)
    assert isinstance(second, IncidentOpened)
    assert first.place.uprn == second.place.uprn == by.uprn("10090200342")
    assert first.place.postcode == second.place.postcode == by.postcode("CT97 3QR")
    assert first.place.phone == second.place.phone == by.phone("01632 960114")
    assert first.place.person == second.place.person == by.person("Julie Marchbanks")
    assert first.place.latitude == second.place.latitude
    assert by.address("31 Chapel Row") in (first.place.address or "")
    assert by.address("31 Chapel Row") in (second.place.address or "")


# --- canaries ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted({*READ, "Organization", "Qzxcanary"}))
def test_o2_e4_no_part_of_a_referral_lets_words_through(kind: str) -> None:
    """In every field of every resource, in those that nobody reads, and deeper."""
    canaries = Canaries()
    model = READ.get(kind, fhir_parts.Resource)
    resource = _filled(canaries, model) | {
        "resourceType": kind,
        "id": "Qzxcanary-1",
        "extension": [{"url": "https://qzxcanary.example/uprn", "valueString": canaries.words(),
                       "extension": [{"url": canaries.words(), "valueCode": "Qzxcanary"}]}],
        "note": [{"text": canaries.words(), "authorString": canaries.words()}],
        "birthDate": "07123 456100",
        canaries.words(): canaries.words(),
        "unknown": {"deep": [canaries.words(), 7_123_456_789]},
    }  # fmt: skip
    other = [resource] if kind != "ServiceRequest" else []
    bundle = bars.bundle(bars.header(), bars.request(), *other, more={"say": canaries.words()})
    assert leaks(bundle)
    after = referred(bundle)
    assert not leaks(after)
    assert b"7123456789" not in after


def _filled(canaries: Canaries, model: Any) -> dict[str, Any]:
    filled = canaries.fill(model)
    return {key: part for key, part in filled.items() if key not in ("id", "extension")} | {
        other: canaries.words() for other in model.others
    }


def test_o2_e4_no_part_of_a_document_lets_words_through() -> None:
    """In texts, attributes and elements that the mapping reads, and in those that it does not."""
    canary = "Qzxcanary 07123 456789 ZZ9 9ZQ"
    more = (
        f'<Qzxcanary note="{canary}">{canary}<b>{canary}</b>{canary}</Qzxcanary>'
        f'<x:Type xmlns:x="urn:qzxcanary">{canary}</x:Type></IncidentCreated><!-- Qzxcanary -->'
    )
    document = mait.sample(Type=canary, Line=canary, From=canary)
    document = document.replace(b"</IncidentCreated>", more.encode())
    document = document.replace(b'role="caller"', f'role="caller" n="{canary}"'.encode())
    assert leaks(document)
    after = documented(document)
    assert not leaks(after)
    assert isinstance(of_mait(after), IncidentOpened)


@pytest.mark.parametrize("component", sorted(READ_EIDO))
def test_o2_e4_no_part_of_an_eido_lets_words_through(component: str) -> None:
    """In every field, as words, in a list, deeper, and under names that nobody knows."""
    canaries = Canaries()
    model = READ_EIDO[component]
    names = {str(name) for field in model.model_fields.values() for name in aliases(field)}
    names |= set(model.others) - {"$id"}
    part: dict[str, Any] = {name: canaries.words() for name in sorted(names - {"$id"})}
    deep = {"personFullName": {"value": canaries.words()}, canaries.words(): canaries.words()}
    part |= {"ncPersonComponent": deep, "unknown": [{"deep": canaries.words()}]}
    place = eido.pidf({"A3": canaries.words(), "Qzxcanary": "Qzxcanary"}, "Qzxcanary")
    part |= {"locationByValue": place, "callBackInformationUri": ["sip:Qzxcanary@qzxcanary.uk",
             "tel:07123456789"], canaries.words(): canaries.words()}  # fmt: skip
    for shape in (part, [part], {**part, "incidentStatusCommonRegistryText": [canaries.words()]}):
        message = eido.event(eido.eido() | {component: shape, "unknown": canaries.words()})
        assert leaks(message)
        after = conveyed(message)
        assert not leaks(after), leaks(after)


@pytest.mark.parametrize("raw", [b"Qzxcanary", b'["Qzxcanary"]', b"\xff07123 456100",
                                 b'<!DOCTYPE x [<!ENTITY e "Qzxcanary">]><x>&e;</x>'])  # fmt: skip
def test_o2_e4_what_cannot_be_read_is_replaced_whole(raw: bytes) -> None:
    assert not leaks(referred(raw) + documented(raw) + conveyed(raw))


@pytest.mark.parametrize("name", ["subscribeResponse", "terminate", "Qzxcanary"])
def test_o2_e4_what_is_said_around_it_holds_no_words(name: str) -> None:
    said = {name: {"requestId": "Qzxcanary", "statusText": "Qzxcanary", "statusCode": 200}}
    after = orjson.loads(conveyed(orjson.dumps(said)))
    assert list(after.values()) == [{"statusCode": 200}]
    assert not leaks(orjson.dumps(after))


@pytest.mark.parametrize("data", [b"{}", b'{"entry":[1,{"resource":2},{"resource":{"id":3}}]}',
                                  b'{"resourceType":7,"entry":{}}', b"<x/>"])  # fmt: skip
def test_o2_what_is_no_referral_and_no_document_stays_none(data: bytes) -> None:
    after = referred(data) if data.startswith(b"{") else documented(data)
    assert not isinstance(bars_codec.read(after, "bars"), Read)
    assert not isinstance(mait_codec.read(after, "mait", mait.MAPPING), Read)


# --- whole recordings --------------------------------------------------------------------


def test_o2_the_mapping_goes_with_the_recording() -> None:
    """Who replays a document needs no file of the room that recorded it."""
    settings = {"mait_http": {"as_read": AS_READ, "said_by": "mait"}}
    header = HEADER.model_copy(update={"sources": {"mait_http": "wire"}})
    assert sources_of(header, settings)["mait_http"]


def test_o2_a_recording_of_both_wires_is_replaced_and_readable(tmp_path: Path) -> None:
    configuration = {
        "source": {"bars_http": {}, "mait_http": {"as_read": AS_READ, "mapping": "/x"}}
    }
    frames = [
        {"t": 0.0, "f": "heard", "source": "bars_http", "link": 0, "data": bars.bundle().decode()},
        {"t": 0.1, "f": "heard", "source": "mait_http", "link": 0, "data": mait.SAMPLE.decode()},
    ]
    made = anonymous(tmp_path, frames, configuration=orjson.dumps(configuration).decode(),
                     sources={"bars_http": "wire", "mait_http": "wire"})  # fmt: skip
    header, heard = orjson.loads(made)
    assert not [secret for secret in SECRETS if secret.encode() in made]
    assert [one["source"] for one in heard] == ["bars_http", "mait_http"]
    assert "as_read" in header["configuration"]
    assert isinstance(of_mait(heard[1]["data"].encode()), IncidentOpened)


def test_o2_e4_a_wire_that_nobody_knows_is_refused_and_not_passed_through(tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    header = HEADER.model_copy(update={"sources": {"newcomer": "wire"}})
    writer = RecordingWriter(path, Header.model_validate(header.model_dump()), None)
    frame = {"t": 0.0, "f": "heard", "source": "newcomer", "link": 0, "data": "Qzxcanary"}
    writer.add([orjson.dumps(frame)])
    writer.close("told to")
    with pytest.raises(Trouble, match="newcomer is in a dialect that is not known here") as told:
        Anonymiser(Recording(path), LOT)
    assert told.value.remedy == "leave it out: --leave-out newcomer"
    anonymiser = Anonymiser(Recording(path), LOT, ["newcomer"])
    assert list(anonymiser.frames(lambda *_: None)) == []
    assert anonymiser.report.left_out == {"the wire of newcomer": 1}


def test_o2_every_recorded_wire_of_the_table_can_be_made_anonymous(tmp_path: Path) -> None:
    names = {one.name for one in ADAPTERS.values() if one.kind is Kind.SOURCE and one.play}
    settings = json.dumps({"source": {"mait_http": {"as_read": AS_READ}}})
    sources = dict.fromkeys(names, "wire")
    assert anonymous(tmp_path, [], sources=sources, configuration=settings)
