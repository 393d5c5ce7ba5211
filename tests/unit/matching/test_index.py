"""The index of markers: UPRN, phone, person, following the journal, snapshots (M1, M2, C3, C4)."""

import pytest

from middleware.domain.matching import MarkerIndex
from schemas.check import Answer, NotChecked, Outcome, Relation, Whereabouts
from schemas.marker import Marker, Scope
from tests.address_markers import address_marker

HOUSE = address_marker("house", "14 Alder Road, Tenby Vale", "TN99 1AA", uprn="100090001234")
CARE_HOME = "020 7946 0123"
MOBILE = "07700 900123"


def index_of(*markers: Marker) -> MarkerIndex:
    index = MarkerIndex()
    for marker in markers:
        index.put(marker)
    return index


def check(index: MarkerIndex, **place: object) -> Answer:
    return index.check(Whereabouts.model_validate(place))


def relations(answer: Answer) -> dict[str, Relation]:
    return {match.marker: match.relation for match in answer.matches}


def test_the_uprn_decides_without_an_address() -> None:
    """M2: UPRN on both sides decides at once."""
    answer = check(index_of(HOUSE), uprn="100090001234")
    assert answer.outcome is Outcome.FOUND
    assert relations(answer) == {"house": Relation.SAME_DWELLING}


def test_the_uprn_with_another_number_is_only_possible() -> None:
    """M2: unless unit or number disagree."""
    answer = check(index_of(HOUSE), uprn="100090001234", address="16 Alder Road, Tenby Vale")
    assert answer.outcome is Outcome.POSSIBLE


def test_the_same_address_with_another_uprn_is_only_possible() -> None:
    """M2: two UPRNs are two properties."""
    answer = check(index_of(HOUSE), uprn="100090009999", address="14 Alder Road TN99 1AA")
    assert answer.outcome is Outcome.POSSIBLE
    assert "UPRN differs" in answer.matches[0].reasons[0]


def test_position_alone_never_flags() -> None:
    """M2: latitude and longitude narrow; alone they say nothing."""
    here = address_marker("here", "14 Alder Road", "TN99 1AA", latitude=51.1, longitude=0.3)
    answer = check(index_of(here), latitude=51.1, longitude=0.3)
    assert answer.outcome is Outcome.NOT_CHECKED
    assert answer.reason is NotChecked.NOTHING_TO_CHECK


def test_position_chooses_between_two_places_that_fit() -> None:
    """M2: latitude and longitude narrow."""
    twins = [
        address_marker("one", "1 Station Road, Ashby Cross", latitude=51.10, longitude=0.30),
        address_marker("two", "1 Station Road, Ashby Cross", latitude=51.60, longitude=0.30),
    ]
    answer = check(
        index_of(*twins), address="1 Station Road, Ashby Cross", latitude=51.601, longitude=0.301
    )
    assert answer.outcome is Outcome.FOUND
    assert relations(answer) == {"two": Relation.SAME_DWELLING}


def test_a_number_that_agrees_too_makes_an_address_likelier() -> None:
    """M1: two weak signs of one marker are told as one."""
    marker = address_marker("flat", "Flat 3, 20 Birch Lane", "TN99 2AB", phones=(MOBILE,))
    said = {"address": "20 Birch Lane TN99 2AB"}
    alone, both = check(index_of(marker), **said), check(index_of(marker), **said, phone=MOBILE)
    assert len(both.matches) == 1
    assert both.matches[0].certainty > alone.matches[0].certainty
    assert both.outcome is Outcome.POSSIBLE


@pytest.mark.parametrize("written", ["07700900123", "+44 7700 900123", "(07700) 900-123"])
def test_a_phone_number_matches_exactly_and_is_only_possible(written: str) -> None:
    """M1, C4: a number alone never raises the flag."""
    marker = address_marker("caller", None, scope=Scope.PERSON, phones=(MOBILE,))
    answer = check(index_of(marker), phone=written)
    assert answer.outcome is Outcome.POSSIBLE
    assert relations(answer) == {"caller": Relation.NUMBER_ONLY}


def test_a_phone_number_inside_the_text_counts_too() -> None:
    """C3: CLI 07700 900123 in a remark."""
    marker = address_marker("caller", None, scope=Scope.PERSON, phones=(MOBILE,))
    answer = check(index_of(marker), address="99 Elm Close TN99 9AA CLI 07700900123")
    assert relations(answer) == {"caller": Relation.NUMBER_ONLY}


def test_a_number_on_many_markers_is_damped() -> None:
    """M1: a switchboard or a care home says little."""
    one = address_marker("one", None, scope=Scope.PERSON, phones=(MOBILE,))
    many = [
        address_marker(f"m{i}", None, scope=Scope.PERSON, phones=(CARE_HOME,)) for i in range(9)
    ]
    index = index_of(one, *many)
    shared, own = check(index, phone=CARE_HOME), check(index, phone=MOBILE)
    assert shared.matches[0].certainty < own.matches[0].certainty
    assert "many markers" in shared.matches[0].reasons[0]


def test_a_withheld_number_with_no_marker_is_none_found() -> None:
    """C4: what was asked was looked up."""
    assert check(index_of(HOUSE), phone="01632 960123").outcome is Outcome.NONE_FOUND


def test_a_person_alone_is_only_possible() -> None:
    """M1: names are shared by many."""
    marker = address_marker("person", None, scope=Scope.PERSON, person="Mr Alex Exempler")
    answer = check(index_of(marker), person="EXEMPLER, Alex")
    assert answer.outcome is Outcome.POSSIBLE
    assert relations(answer) == {"person": Relation.PERSON_ONLY}


def test_a_person_marker_never_matches_by_its_address() -> None:
    """M2: scope PERSON follows the person, not the house."""
    marker = address_marker("person", "14 Alder Road", "TN99 1AA", scope=Scope.PERSON)
    assert check(index_of(marker), address="14 Alder Road TN99 1AA").outcome is Outcome.NONE_FOUND


def test_a_building_covers_its_flats_and_says_so() -> None:
    """M2: a building's marker is for every flat in it."""
    building = address_marker("b", "20 Birch Lane, Tenby Vale", "TN99 2AB", Scope.BUILDING)
    answer = check(index_of(building), address="Flat 6, 20 Birch Lane TN99 2AB")
    assert relations(answer) == {"b": Relation.BUILDING_COVERS}


def test_a_building_without_the_flat_asks_which() -> None:
    """M2: only a flat is marked, and the caller named the building."""
    flats = [
        address_marker(f"f{n}", f"Flat {n}, 20 Birch Lane", "TN99 2AB", Scope.DWELLING)
        for n in (3, 5)
    ]
    answer = check(index_of(*flats), address="20 Birch Lane TN99 2AB")
    assert answer.outcome is Outcome.POSSIBLE
    assert relations(answer) == dict.fromkeys(("f3", "f5"), Relation.ASK_WHICH_FLAT)


def test_two_places_that_fit_are_both_named_and_neither_flagged() -> None:
    """C4: where two readings compete it says so instead of choosing."""
    twins = [
        address_marker("one", "1 Station Road, Ashby Cross", "TN98 1AA"),
        address_marker("two", "1 Station Road, Ashby Cross", "TN97 1AA"),
    ]
    answer = check(index_of(*twins), address="1 Station Road, Ashby Cross")
    assert answer.outcome is Outcome.POSSIBLE
    assert set(relations(answer)) == {"one", "two"}


def test_two_markers_of_one_door_are_both_found() -> None:
    """M2: nothing competes when it is the same door."""
    index = index_of(HOUSE, HOUSE.model_copy(update={"id": "again"}))
    answer = check(index, address="14 Alder Road TN99 1AA")
    assert answer.outcome is Outcome.FOUND
    assert set(relations(answer)) == {"house", "again"}


@pytest.mark.parametrize("place", [{}, {"address": " "}, {"latitude": 51.0, "longitude": 0.0}])
def test_nothing_to_check_is_said(place: dict[str, object]) -> None:
    """C4: not checked, with the reason."""
    answer = check(index_of(HOUSE), **place)
    assert (answer.outcome, answer.reason) == (Outcome.NOT_CHECKED, NotChecked.NOTHING_TO_CHECK)


def test_what_is_no_address_is_not_none_found() -> None:
    """C4: ADDRESS_NOT_UNDERSTOOD instead of a false all-clear."""
    answer = check(index_of(HOUSE), address="road traffic collision on the bypass")
    assert (answer.outcome, answer.reason) == (
        Outcome.NOT_CHECKED,
        NotChecked.ADDRESS_NOT_UNDERSTOOD,
    )


def test_reasons_are_words_and_quote_nothing() -> None:
    """N6: what the screen says names no address and no number."""
    answer = check(index_of(HOUSE), address="14 Aldre Road, Tenby Vale TN99 1AB")
    said = " ".join(reason for match in answer.matches for reason in match.reasons)
    assert said
    assert not any(word in said.upper() for word in ("14", "ALDER", "TENBY", "TN99"))


def test_an_ended_marker_never_matches_again() -> None:
    """M3: ended is ended, in the packed part and in the new one."""
    index = MarkerIndex()
    index.put_many([HOUSE])
    index.put(address_marker("new", "15 Alder Road", "TN99 1AA"))
    for key in ("house", "new", "unknown"):
        index.remove(key)
    assert len(index) == 0
    assert check(index, address="14 Alder Road TN99 1AA").outcome is Outcome.NONE_FOUND
    assert check(index, address="15 Alder Road TN99 1AA").outcome is Outcome.NONE_FOUND
    assert check(index, uprn="100090001234").outcome is Outcome.NONE_FOUND


def test_a_changed_marker_matches_where_it_is_now() -> None:
    """C3: add, change, end, by one marker, without a rebuild."""
    index = MarkerIndex()
    index.put_many([HOUSE])
    index.put(address_marker("house", "88 Elm Close", "TN99 9AA"))
    assert len(index) == 1
    assert check(index, address="14 Alder Road TN99 1AA").outcome is Outcome.NONE_FOUND
    assert check(index, address="88 Elm Close TN99 9AA").outcome is Outcome.FOUND


def test_a_marker_that_changed_often_is_still_found() -> None:
    """C3: what ended before it does not hide a marker."""
    index = MarkerIndex()
    for _ in range(500):
        index.put(HOUSE)
    for number in range(300):
        index.put_many([address_marker(f"f{number}", f"Flat {number}, 14 Alder Road", "TN99 1AA")])
        index.remove(f"f{number}")
    assert len(index) == 1
    assert check(index, address="14 Alder Road TN99 1AA").outcome is Outcome.FOUND


def test_of_one_id_in_a_batch_the_last_counts() -> None:
    """M1: a supplier's key is one marker."""
    index = MarkerIndex()
    index.put_many([HOUSE, address_marker("house", "88 Elm Close", "TN99 9AA")])
    assert len(index) == 1
    assert check(index, address="14 Alder Road TN99 1AA").outcome is Outcome.NONE_FOUND
    assert check(index, address="88 Elm Close TN99 9AA").outcome is Outcome.FOUND


def test_an_answer_says_matcher_and_position() -> None:
    """DESIGN: the answer comes with its version and the index's position."""
    index = index_of(HOUSE)
    index.follow(42)
    answer = check(index, address="14 Alder Road TN99 1AA")
    assert (answer.matcher, answer.position, index.position) == (MarkerIndex.version, 42, 42)


def test_a_snapshot_keeps_position_and_markers() -> None:
    """C3: a restart loads instead of building."""
    index = index_of(HOUSE)
    index.follow(7)
    loaded = MarkerIndex.load(index.dump())
    assert (len(loaded), loaded.position) == (1, 7)
    assert check(loaded, address="14 Alder Road TN99 1AA").outcome is Outcome.FOUND


@pytest.mark.parametrize("cut", [0, 10, -1])
def test_a_damaged_snapshot_is_refused_with_what_to_do(cut: int) -> None:
    """N8: an error says what to do next."""
    data = index_of(HOUSE).dump()
    with pytest.raises(ValueError, match="build the index from the markers again"):
        MarkerIndex.load(data[:cut])


def test_markers_taken_up_in_slices_are_all_found() -> None:
    """C3: an import comes in slices; what is packed and what is new answer together."""
    index = MarkerIndex()
    houses = [address_marker(f"h{n}", f"{n} Alder Road", "TN99 1AA") for n in range(1, 3001)]
    for start in range(0, len(houses), 50):
        index.put_many(houses[start : start + 50])
    index.put_many(houses[:50])
    assert len(index) == 3000
    for number in (1, 50, 51, 1499, 2999, 3000):
        answer = check(index, address=f"{number} Alder Road TN99 1AA")
        assert relations(answer) == {f"h{number}": Relation.SAME_DWELLING}


def test_a_tower_of_flats_does_not_hide_its_flat() -> None:
    """C3: the effort is bounded, and yet every flat of a tower is found."""
    index = MarkerIndex()
    index.put_many(
        address_marker(f"t{n}", f"Flat {n}, Heron Tower, 5 Quay Street", "TN99 7AA", Scope.DWELLING)
        for n in range(1, 400)
    )
    answer = check(index, address="Flat 387, 5 Quay Street TN99 7AA")
    assert relations(answer) == {"t387": Relation.SAME_DWELLING}


@pytest.mark.parametrize(
    ("known", "alike", "asked"),
    [
        ("Alder Road", "Aldar Road", "Flat 2, 30 Alder Road, Otherham"),
        ("Ridgway", "Ridgeway", "Flat 2, 30 Ridgway, Otherham TN99"),
        ("Alder Road", "Aldar Road", "Flat 2, 30 Aldir Road, Otherham TN99 1AC"),
    ],
    ids=["in its place", "in its outcode", "in its postcode"],
)
def test_where_the_house_is_known_no_street_like_it_is_looked_for(
    known: str, alike: str, asked: str
) -> None:
    """C4: another flat of it has a marker; a street that is spelt much the same is another."""
    sibling = address_marker("sibling", f"Flat 1, 30 {known}, Otherham", "TN99 1AC")
    other = address_marker("other", f"30 {alike}, Otherham", "TN99 1AD")
    assert check(index_of(other), address=asked).outcome is Outcome.POSSIBLE
    assert check(index_of(other, sibling), address=asked).outcome is Outcome.NONE_FOUND
