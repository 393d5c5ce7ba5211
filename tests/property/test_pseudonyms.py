"""Pseudonyms are consistent, keep the structure, and are never what they stand for (O2)."""

import re
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from middleware.flow.anonymous.fields import Pseudonyms
from middleware.flow.anonymous.numbers import FIXED, MOBILE, Numbers
from middleware.flow.anonymous.places import Places
from middleware.flow.anonymous.postcodes import Postcodes
from middleware.flow.anonymous.words import KEPT, Words

SEEDS = st.integers(0, 1000)
NUMBERS = st.from_regex(r"(\+44 ?|0044|0)[1-9]([0-9] ?){8}[0-9]", fullmatch=True)
DISTRICTS = st.from_regex(r"[A-Z]{1,2}[1-9][0-9]?", fullmatch=True)
INWARD = st.from_regex(r"[0-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=12)


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def national(text: str) -> str:
    """With its 0."""
    only = digits(text)
    return "0" + only.removeprefix("00").removeprefix("44").lstrip("0")


@given(seed=SEEDS, numbers=st.lists(NUMBERS, min_size=1, max_size=20))
def test_o2_a_number_is_always_the_same_other_one_of_those_set_aside_for_drama(
    seed: int, numbers: list[str]
) -> None:
    pseudonyms = Numbers(Random(seed))
    others = [pseudonyms.of(number) for number in numbers]
    assert others == [pseudonyms.of(number) for number in numbers]
    assert all(national(other).startswith((*MOBILE, *FIXED)) for other in others)
    assert len({national(other) for other in others}) == len({national(n) for n in numbers})


@given(seed=SEEDS, number=NUMBERS)
def test_o2_how_a_number_was_written_stays(seed: int, number: str) -> None:
    other = Numbers(Random(seed)).of(number)
    assert re.sub(r"\d", "9", number) == re.sub(r"\d", "9", other) or len(digits(number)) != len(
        digits(other)
    )
    assert number.startswith("+") == other.startswith("+")


@given(seed=SEEDS, text=st.from_regex(r"[0-9]{1,6}", fullmatch=True))
def test_o2_extensions_and_services_stay(seed: int, text: str) -> None:
    assert Numbers(Random(seed)).of(text) == text


def test_o2_when_the_ranges_hold_no_more_it_is_told() -> None:
    numbers = Numbers(Random(1))
    for n in range(18_100):
        numbers.of(f"0{1_000_000_000 + n}")
    assert numbers.shared == 100


@given(seed=SEEDS, district=DISTRICTS, one=INWARD, two=INWARD)
def test_o2_a_postcode_keeps_its_form_and_its_neighbours(
    seed: int, district: str, one: str, two: str
) -> None:
    codes = Postcodes(Random(seed))
    first, second = codes.of(f"{district} {one}"), codes.of(f"{district} {two}")
    shape = r"[A-Z]{1,2}[1-9][0-9]? [0-9][ABD-HJLNP-UW-Z]{2}"
    assert re.fullmatch(shape, first), first
    assert first == codes.of(f"{district} {one}")
    assert codes.of(f"{district}{one}".lower()) == first.replace(" ", "").lower()
    assert OSA.distance(first, second) == OSA.distance(one, two)
    assert first.partition(" ")[0] == second.partition(" ")[0] != district


@given(seed=SEEDS, district=DISTRICTS, inward=INWARD, at=st.integers(0, 5))
def test_o2_a_slip_in_a_postcode_stays_a_slip(
    seed: int, district: str, inward: str, at: int
) -> None:
    right = district + inward
    assume(at + 1 < len(right) and right[at] != right[at + 1])
    slip = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
    codes = Postcodes(Random(seed))
    codes.learn(right)
    assert 1 <= OSA.distance(codes.of(right), codes.of(slip)) <= 2


@given(
    seed=SEEDS,
    flat=st.integers(1, 99),
    house=st.integers(1, 400),
    letter=st.sampled_from(["", "A", "b"]),
    names=st.lists(NAMES, min_size=2, max_size=2, unique=True),
)
def test_o2_m2_flat_house_and_street_stay_what_they_are(
    seed: int, flat: int, house: int, letter: str, names: list[str]
) -> None:
    assume(not {name.upper() for name in names} & KEPT)
    street, town = (name.capitalize() for name in names)
    pseudonyms = Pseudonyms(Random(seed))
    pseudonyms.learn({"address": f"{street} {town}"}, trusted=True)
    here = pseudonyms.address(f"Flat {flat}, {house}{letter} {street} Road, {town}")
    there = pseudonyms.address(f"FLAT {flat + 1}, {house}{letter} {street.upper()} RD, {town}")
    shape = rf"Flat {flat}, {house}{letter} ([A-Z][a-z]+) Road, ([A-Z][a-z]+)"
    match = re.fullmatch(shape, here)
    assert match, here
    assert there == f"FLAT {flat + 1}, {house}{letter} {match[1].upper()} RD, {match[2]}"
    assert not {match[1], match[2]} & {street, town}


@given(seed=SEEDS, name=NAMES, at=st.integers(0, 10))
def test_o2_a_typo_of_a_name_becomes_a_typo_of_the_other_name(
    seed: int, name: str, at: int
) -> None:
    upper = name.upper()
    assume(at + 1 < len(name) and upper[at] != upper[at + 1] and upper not in KEPT)
    typo = upper[:at] + upper[at + 1] + upper[at] + upper[at + 2 :]
    assume(typo not in KEPT)
    words = Words(Random(seed))
    words.learn(upper, trusted=True)
    words.learn(typo)
    other, slipped = words.replaced(upper), words.replaced(typo)
    assert OSA.distance(other, slipped) <= 1
    assert other != upper
    assert slipped != typo


@given(seed=SEEDS, names=st.lists(NAMES, min_size=2, max_size=30, unique=True))
def test_o2_different_names_stay_different(seed: int, names: list[str]) -> None:
    words = Words(Random(seed))
    for name in names:
        words.learn(name, trusted=True)
    own = [name for name in names if name.upper() not in KEPT]
    others = [words.replaced(name) for name in own]
    assert len(set(others)) == len(own)
    assert not set(others) & set(own)


@given(seed=SEEDS, latitude=st.floats(50, 58), longitude=st.floats(-6, 1.7))
def test_o2_a_position_is_always_the_same_other_place_in_england(
    seed: int, latitude: float, longitude: float
) -> None:
    places = Places(Random(seed))
    first = places.position(latitude, longitude)
    assert first == places.position(latitude, longitude)
    assert 50.4 < first[0] < 55.1
    assert -3.6 < first[1] < 0.6
