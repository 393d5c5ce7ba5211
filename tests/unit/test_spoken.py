"""What is said on the telephone (N4, N6): tables that a person of the control room can read."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.channels.voice_round import KEYS, REPEATED
from middleware.domain.spoken_address import spoken_address
from middleware.domain.spoken_words import day, ordinal, spelled, year
from middleware.domain.wording_spoken import spoken_note, spoken_withdrawal
from schemas.check import Relation, Whereabouts
from schemas.decision import Ended, Matched
from schemas.marker import Category, Marker, Scope, Severity
from schemas.told import SpokenNote

TODAY = date(2026, 11, 22)
PLACE = Whereabouts(address="14 A HIGH ST, Saltby", postcode="CT97 1AB")
MARKER = Marker(
    id="m1",
    address="14 A High Street, Saltby",
    postcode="CT97 1AB",
    phones=("01632 960123",),
    person="Ada Example",
    scope=Scope.DWELLING,
    category=Category.PHYSICAL_ASSAULT,
    severity=Severity.HIGH,
    what="Brian Sample struck a paramedic, rang from 07700 900123",
    happened_on=date(2024, 10, 3),
    review_on=date(2027, 1, 1),
    source="history_marking_group",
    supplied_by="Celia Person",
)


def said(marker: Marker = MARKER, relation: Relation = Relation.SAME_DWELLING) -> SpokenNote:
    return spoken_note(
        marker, Matched(marker=marker.id, relation=relation, certainty=980),
        note="n1", revision=1, incident="C-1", callsign="A100", place=PLACE,
        expires_at=datetime(2026, 11, 23, tzinfo=UTC), today=TODAY,
    )  # fmt: skip


def text(note: SpokenNote) -> str:
    return " ".join(note.sentences)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("14 A High Street", "fourteen A, High Street"),
        ("14A HIGH ST, SALTBY", "fourteen A, High Street, Saltby"),
        ("7 Kiln Rd", "seven Kiln Road"),
        ("Flat 3, 14 Tern Road", "Flat three, fourteen Tern Road"),
        ("Flat 3 14 Tern Road", "Flat three, fourteen Tern Road"),
        ("FL 2 25 KILN RD LDN", "Flat two, twenty-five Kiln Road London"),
        ("Flat A, 7 Dr Smith Ave", "Flat A, seven Doctor Smith Avenue"),
        ("FLT 1ST FLOOR 81A TERN ROAD", "Flat first Floor eighty-one A, Tern Road"),
        ("Flats 1-6 Oak Hse", "Flats one to six Oak House"),
        ("14–16 Mill Ln", "fourteen to sixteen Mill Lane"),
        ("12A-12C Mill Ln", "twelve A to twelve C, Mill Lane"),
        ("2/1, 14 Beacon Street", "two stroke one, fourteen Beacon Street"),
        ("100 Chapel Row", "one hundred Chapel Row"),
        ("120 Chapel Row", "one two zero Chapel Row"),
        ("105 Chapel Row", "one zero five Chapel Row"),
        ("1204 Chapel Row", "one two zero four Chapel Row"),
        ("007 Chapel Row", "zero zero seven Chapel Row"),
        ("Unit B-12, Ottermere-on-Sea", "Unit B twelve, Ottermere on Sea"),
        ("St Mary's Church, St. John's St", "Saint Mary's Church, Saint John's Street"),
        ("14 St Bride's Court", "fourteen Saint Bride's Court"),
        ("High St North", "High Street North"),
        ("No 9 Heron Dr", "number nine Heron Drive"),
        ("A23 nr Ottermere", "A twenty-three near Ottermere"),
        ("B2036", "B two zero three six"),
        ("Pŵllglas, Ffordd Llŷn", "Pwllglas, Ffordd Llyn"),
        ("HGV park", "H G V park"),
        ("9 Tern Road tel 07700900123", "nine Tern Road tel long number"),
        (
            "9 TERN ROAD SALTBY CT971DE",
            "nine Tern Road Saltby, postcode Charlie Tango nine seven, one Delta Echo",
        ),
        ("", "the address of your incident"),
        (" ,, - ", "the address of your incident"),
    ],
)
def test_an_address_is_said_as_people_say_it_n4(written: str, spoken: str) -> None:
    assert spoken_address(Whereabouts(address=written)) == spoken


def test_the_postcode_comes_last_and_once_n4() -> None:
    """Whether it stands in the address, beside it, or in both."""
    spoken = "nine Tern Road, postcode Charlie Tango nine seven, one Delta Echo"
    for place in (
        Whereabouts(address="9 Tern Road", postcode="CT97 1DE"),
        Whereabouts(address="9 Tern Road, ct97 1de"),
        Whereabouts(address="9 Tern Road CT971DE", postcode="CT97 1DE"),
    ):
        assert spoken_address(place) == spoken


def test_call_signs_dates_and_years_are_words_n4() -> None:
    assert spelled("A100") == "Alpha one zero zero"
    assert spelled("XR-07") == "X-ray Romeo zero seven"
    assert day(date(2025, 3, 3)) == "the third of March twenty twenty-five"
    assert day(date(2024, 12, 31)) == "the thirty-first of December twenty twenty-four"
    assert [year(y) for y in (1999, 2000, 2005, 2010)] == [
        "nineteen ninety-nine", "two thousand", "two thousand and five", "twenty ten",
    ]  # fmt: skip
    assert [ordinal(f) for f in ("2", "9", "12", "20", "23")] == [
        "second", "ninth", "twelfth", "twentieth", "twenty-third",
    ]  # fmt: skip


def test_a_whole_note_n4_n6() -> None:
    assert list(said().sentences) == [
        "Violence warning.",
        "Ambulance control for Alpha one zero zero.",
        (
            "You are going to fourteen A, High Street, Saltby, "
            "postcode Charlie Tango nine seven, one Alpha Bravo."
        ),
        "On record: physical assault, high severity.",
        "Recorded two years ago.",
        "We are sure it is the same address.",
        "It is about this dwelling only.",
        "It comes from history marking group.",
        "Consider meeting the police at a rendezvous point before you go in.",
        "This informs your own assessment. It does not decide.",
    ]


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        (date(2026, 11, 22), "Recorded today."),
        (date(2026, 11, 21), "Recorded one day ago."),
        (date(2026, 10, 1), "Recorded seven weeks ago."),
        (date(2025, 9, 20), "Recorded fourteen months ago."),
        (date(2024, 1, 1), "Recorded two years ago."),
        (date(2026, 11, 23), "Its date lies in the future: ask control to check the record."),
    ],
)
def test_its_age_is_said_n6(happened: date, words: str) -> None:
    assert words in said(MARKER.model_copy(update={"happened_on": happened})).sentences


@pytest.mark.parametrize("relation", list(Relation))
def test_how_sure_it_is_is_said_n6(relation: Relation) -> None:
    """Sure of the address, or: ask. Never one worded as the other."""
    sure = relation in {Relation.SAME_DWELLING, Relation.BUILDING_COVERS}
    spoken = text(said(relation=relation))
    assert ("We are sure" in spoken) is sure
    assert (": ask" in spoken) is not sure


@pytest.mark.parametrize("severity", list(Severity))
def test_for_serious_cases_the_police_are_to_be_considered_n6(severity: Severity) -> None:
    spoken = text(said(MARKER.model_copy(update={"severity": severity})))
    assert ("Consider meeting the police" in spoken) is (severity is Severity.HIGH)


@pytest.mark.parametrize("category", list(Category))
def test_every_category_begins_with_the_risk_and_never_says_safe_n6(category: Category) -> None:
    note = said(MARKER.model_copy(update={"category": category}))
    assert note.sentences[0].endswith(" warning.")
    assert "safe" not in text(note)


def test_an_overdue_review_is_said_m3() -> None:
    late = said(MARKER.model_copy(update={"review_on": date(2025, 3, 3)}))
    words = "The record should have been reviewed on the third of March twenty twenty-five."
    assert words in late.sentences
    assert "reviewed" not in text(said())


def test_no_person_is_named_and_no_number_given_n8() -> None:
    spoken = text(said()).lower()
    for kept_back in ("ada", "example", "brian", "sample", "celia", "person", "paramedic", "077"):
        assert kept_back not in spoken


def test_a_withdrawal_says_what_is_no_longer_true_n7() -> None:
    taken_back = spoken_withdrawal(
        note="n1", revision=2, incident="C-1", callsign="A100", place=PLACE,
        expires_at=datetime(2026, 11, 23, tzinfo=UTC), ended=Ended.ADDRESS_CHANGED,
    )  # fmt: skip
    assert taken_back.withdrawn
    assert list(taken_back.sentences) == [
        "A warning is withdrawn.",
        "Ambulance control for Alpha one zero zero.",
        (
            "It was about fourteen A, High Street, Saltby, "
            "postcode Charlie Tango nine seven, one Alpha Bravo."
        ),
        "The reason: the address was corrected.",
        "This does not say that the place is safe.",
    ]


def test_the_page_for_people_says_what_is_said_n4() -> None:
    page = (Path(__file__).parents[2] / "docs/voice.md").read_text()
    quoted = " ".join(
        line.removeprefix(">").strip() for line in page.splitlines() if line[:1] == ">"
    )
    assert quoted.startswith(text(said()))
    assert quoted.endswith(KEYS)
    assert REPEATED in " ".join(page.split())
