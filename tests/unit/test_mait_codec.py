"""XML by a mapping: shown on our own sample, not on MAIT itself (C1, C3)."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.codecs import mait
from adapters.codecs.contract import LIMIT, Read
from adapters.codecs.mait_mapping import load
from middleware.ops.errors import Trouble
from middleware.ports import Problem
from schemas.check import Whereabouts
from schemas.event import Event
from schemas.incident import AddressChanged, IncidentClosed, IncidentOpened
from tests.mait import MAPPED, MAPPING, NUMBER, SAMPLE, sample, updated

BOMB = b"""<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><a>&d;</a>"""
FETCH = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
REMOTE = b'<!DOCTYPE a SYSTEM "https://elsewhere.example/a.dtd"><a/>'


def read(raw: bytes) -> Read:
    told = mait.read(raw, "mait", MAPPING)
    assert isinstance(told, Read), told
    return told


def refused(raw: bytes) -> Problem:
    told = mait.read(raw, "mait", MAPPING)
    assert isinstance(told, Problem)
    return told


def test_c1_the_sample_is_an_incident_with_everything_that_was_mapped() -> None:
    told = read(SAMPLE)
    assert told.event == IncidentOpened(
        source="mait", id=NUMBER.decode(), revision=1_795_408_800_250, number="F004711",
        occurred_at=datetime(2026, 11, 23, 4, 40, 0, 250_000, UTC), service_day=date(2026, 11, 23),
        place=Whereabouts(
            address="Flat 2, 31 Chapel Row, Saltby", postcode="CT97 3QR", uprn="10090200342",
            latitude=51.371, longitude=1.204, phone="01632 960114", person="Julie Marchbanks",
        ),
        priority="immediate", nature="Smoke seen, one casualty",
    )  # fmt: skip


def test_c1_what_no_path_reads_is_counted_and_not_refused() -> None:
    assert read(SAMPLE).unknown == 1
    assert read(SAMPLE.replace(b"<Type>", b"<New>x</New><Type>")).unknown == 2


@pytest.mark.parametrize(
    ("kind", "expected"), [("IncidentUpdated", AddressChanged), ("IncidentClosed", IncidentClosed)]
)
def test_c3_later_documents_are_about_the_same_incident(kind: str, expected: type[Event]) -> None:
    first, later = read(SAMPLE).event, read(updated(kind)).event
    assert type(later) is expected
    assert (later.id, later.revision > first.revision) == (first.id, True)


def test_o4_the_same_again_is_the_same() -> None:
    assert read(SAMPLE).event == read(SAMPLE).event


def test_the_day_of_a_moment_is_that_of_london() -> None:
    event = read(sample(Opened="2026-07-01T23:30:00+00:00")).event
    assert isinstance(event, IncidentOpened)
    assert event.service_day == date(2026, 7, 2)


@pytest.mark.parametrize("raw", [BOMB, FETCH, REMOTE], ids=["bomb", "file", "remote"])
def test_entities_and_document_types_are_refused(raw: bytes) -> None:
    assert "document type" in refused(raw).reason


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "message"),
        (SAMPLE[:-5], "message"),
        (b"<Other/>", "message"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "message"),
        (b" " * (LIMIT + 1), "message"),
        (sample(Sent="2026-11-23T04:40:00"), "occurred_at"),
        (sample(Sent="today"), "occurred_at"),
        (sample(Opened="today"), "service_day"),
        (sample(Reference=""), "number"),
        (sample(Uprn="none"), "place.uprn"),
        (SAMPLE.replace(b'"51.371"', b'"north"'), "place.latitude"),
        (SAMPLE.replace(b'"51.371"', b'"nan"'), "place.latitude"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field(raw: bytes, field: str) -> None:
    told = refused(raw)
    assert told.field == field
    assert len(told.reason) > 10


def test_two_of_what_is_one_are_not_guessed_between() -> None:
    twice = SAMPLE.replace(b"<Uprn>", b"<Uprn>10090200343</Uprn><Uprn>")
    assert refused(twice).field == "place.uprn"


# --- the mapping itself -----------------------------------------------------------------


def written(tmp_path: Path, before: str, after: str) -> Path:
    text = MAPPED.read_text()
    assert before in text
    path = tmp_path / "mapping.toml"
    path.write_text(text.replace(before, after, 1))
    return path


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('type = "incident.opened"', 'type = "incident.begun"', "incident.begun is none of"),
        ('number = "x:Incident', 'figure = "x:Incident', "needs number"),
        ('priority = "', 'urgency = "', "urgency is no field"),
        ('"place.address" = [', '"place.street" = [', "place.street is no field"),
        ('occurred_at = "x:Sent"', 'occurred_at = "/x:Sent"', "/x:Sent cannot be followed"),
        ('occurred_at = "x:Sent"', 'occurred_at = "y:Sent"', "y:Sent cannot be followed"),
        ('occurred_at = "x:Sent"', 'occurred_at = "x:Sent["', "cannot be followed"),
        ("[namespaces]", "[namespaces", "is no TOML"),
        ("[namespaces]", "[names]", "wrong at"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_what_is_wrong(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    with pytest.raises(Trouble) as trouble:
        load(written(tmp_path, before, after))
    assert says in str(trouble.value)


def test_a_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"nowhere\.toml"):
        load(tmp_path / "nowhere.toml")


def test_the_page_shows_a_mapping_as_it_is_written() -> None:
    """What docs/mait.md quotes stands in the sample."""
    page = (MAPPED.parent.parent / "mait.md").read_text()
    quoted = [part.split("```")[0] for part in page.split("```toml\n")[1:]]
    rules: list[Any] = [tomllib.loads(text).get("message", []) for text in quoted]
    (shown,) = [rule for found in rules for rule in found]
    (whole,) = [r for r in MAPPING.message if (r.when, r.type) == (shown["when"], shown["type"])]
    assert {name: whole.fields[name] for name in shown["fields"]} == {
        name: tuple([paths] if isinstance(paths, str) else paths)
        for name, paths in shown["fields"].items()
    }
