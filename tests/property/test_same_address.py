"""What is the same address to a decision on a mistake: exact, never alike (M2)."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from middleware.engine.mistakes import address_of, is_one_address
from schemas.check import Whereabouts

words = st.sampled_from(
    ["Flat", "2", "3", "14", "14A", "41", "2-14", "2/14", "High", "Street", "Road", "-", "St",
     "Anytown", "1.2", "No", "½", "²", "Unit", "b"]
)  # fmt: skip
lines = st.lists(words, min_size=1, max_size=8)
between = st.sampled_from([" ", "  ", ", ", " ,", ";", "\t", ". "])
postcodes = st.sampled_from([None, "CT97 1AB", "CT97 1AC"])
uprns = st.sampled_from([None, "10090200342", "10090200343"])


def same(one: Whereabouts, other: Whereabouts) -> bool:
    return address_of(one) == address_of(other)


@given(lines, st.data())
def test_case_spaces_and_commas_make_no_difference(line: list[str], data: st.DataObject) -> None:
    text = "".join(word + data.draw(between) for word in line)
    loud = data.draw(st.sampled_from([text, text.upper(), text.lower()]))
    assert same(Whereabouts(address=loud), Whereabouts(address=" ".join(line)))


@given(lines, lines)
def test_m2_any_other_word_or_number_or_order_is_another_address(
    one: list[str], other: list[str]
) -> None:
    assume([word.lower() for word in one] != [word.lower() for word in other])
    assert not same(Whereabouts(address=", ".join(one)), Whereabouts(address=", ".join(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flat 2, 14 High Street", "Flat 14, 2 High Street"),
        ("Flat 1, 23 High Street", "Flat 12, 3 High Street"),
        ("2-14 High Street", "2, 14 High Street"),
        ("2/14 High Street", "2 14 High Street"),
        ("14 High Street", "14A High Street"),
        ("14 A High Street", "14A High Street"),
        ("Flat 1², High Street", "Flat 12, High Street"),
        ("14½ High Street", "14 1/2 High Street"),
        ("14 High Street", "14 High St"),
        ("14 High Street", "14 High Street, Anytown"),
    ],
)
def test_m2_what_only_looks_alike_is_another_address(one: str, other: str) -> None:
    assert not same(Whereabouts(address=one), Whereabouts(address=other))


@given(lines, postcodes, uprns, postcodes, uprns)
def test_another_postcode_or_uprn_is_another_address(
    line: list[str], code: str | None, uprn: str | None, code2: str | None, uprn2: str | None
) -> None:
    one = Whereabouts(address=" ".join(line), postcode=code, uprn=uprn)
    other = Whereabouts(address=" ".join(line), postcode=code2, uprn=uprn2)
    assert same(one, other) == ((code, uprn) == (code2, uprn2))


@given(st.text(max_size=60), st.text(max_size=12))
def test_whatever_is_written_as_an_address_has_an_answer(text: str, code: str) -> None:
    place = Whereabouts(address=text, postcode=code)
    assert isinstance(address_of(place), str)
    assert isinstance(is_one_address(place), bool)


@given(postcodes)
def test_a_postcode_without_its_space_is_the_same(code: str | None) -> None:
    tight = code.replace(" ", "").lower() if code else None
    given = Whereabouts(address="14 High Street", postcode=code)
    assert same(given, Whereabouts(address="14 High Street", postcode=tight))


def test_who_rings_and_where_the_telephone_is_make_no_other_address() -> None:
    bare = Whereabouts(address="14 High Street", postcode="CT97 1AB")
    more = bare.model_copy(update={"phone": "07700 900123", "latitude": 51.0, "person": "A B"})
    assert same(bare, more)
    assert address_of(Whereabouts(phone="07700 900123")) == ""
