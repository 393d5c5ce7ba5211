"""Properties of matching over invented addresses of every common shape (M2, C3, C4)."""

import string

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from middleware.domain.matching import MarkerIndex
from middleware.domain.matching.reader import read_marker
from schemas.check import SURE, Answer, Outcome, Relation, Whereabouts
from schemas.marker import Marker, Scope
from tests.address_markers import address_marker

STREETS = ("Alder", "Birch", "Quayside", "Old Mill", "St Brannocks", "North Larch", "Queens")
KINDS = ("Road", "Street", "Lane", "Close", "Avenue", "Gardens", "Terrace", "Way", "Crescent")
TOWNS = ("Tenby Vale", "Ashby Cross, Essex", "Otherham", "Marlow Heath, Tenby Vale")
BUILDINGS = ("Juniper Court", "Heron House", "Rowan Lodge", "Sycamore Tower")
FLOORS = ("Ground Floor Flat", "First Floor Flat", "Basement Flat", "Top Floor Flat")

numbers = st.integers(1, 399)
letters = st.sampled_from(["", "", "", "A", "B", "C"])
postcodes = st.builds(
    "{}{} {}{}".format,
    st.sampled_from(["TN9", "SA9", "L9", "E9"]),
    st.integers(0, 9),
    st.integers(0, 9),
    st.sampled_from(["AA", "AB", "BD", "LN", "YZ"]),
)
streets = st.builds("{} {}".format, st.sampled_from(STREETS), st.sampled_from(KINDS))
units = st.one_of(
    st.just(""),
    st.builds("Flat {}{}, ".format, numbers, letters),
    st.builds("Apartment {}, ".format, numbers),
    st.builds("Flat {}, {}, ".format, numbers, st.sampled_from(BUILDINGS)),
    st.sampled_from([f"{floor}, " for floor in FLOORS]),
)
tails = st.builds("{}, {}".format, streets, st.sampled_from(TOWNS))


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Unit, number, street, town."""
    return f"{draw(units)}{draw(numbers)}{draw(letters)} {draw(tails)}"


def one(address: str, postcode: str, scope: Scope = Scope.DWELLING) -> MarkerIndex:
    index = MarkerIndex()
    index.put(address_marker("m", address, postcode, scope))
    return index


def ask(index: MarkerIndex, address: str, postcode: str | None = None) -> Answer:
    return index.check(Whereabouts(address=address, postcode=postcode))


@given(addresses(), postcodes, st.sampled_from([Scope.DWELLING, Scope.HOUSE, Scope.BUILDING]))
def test_the_address_of_a_marker_always_finds_it(address: str, postcode: str, scope: Scope) -> None:
    """M2: a query equal to the marker's address always finds it, as the same dwelling."""
    answer = ask(one(address, postcode, scope), address, postcode)
    assert answer.outcome is Outcome.FOUND
    assert answer.matches[0].relation is Relation.SAME_DWELLING


@given(addresses(), postcodes, st.data())
def test_one_digit_changed_is_never_the_same_dwelling(
    address: str, postcode: str, data: st.DataObject
) -> None:
    """M2: between 14 and 15, flat 2 and flat 3, there is somebody's door."""
    places = [at for at, char in enumerate(address) if char.isdigit()]
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from(string.digits.replace(address[at], "")))
    changed = f"{address[:at]}{digit}{address[at + 1 :]}"
    answer = ask(one(address, postcode), changed, postcode)
    assert not any(match.relation is Relation.SAME_DWELLING for match in answer.matches)
    assert answer.outcome is not Outcome.FOUND


@given(addresses(), postcodes, st.sampled_from("ABCDEF"))
def test_a_letter_more_or_less_is_never_the_same_dwelling(
    address: str, postcode: str, letter: str
) -> None:
    """M2: 14 is not 14A."""
    number = next(word for word in reversed(address.split()) if word[0].isdigit())
    other = number.rstrip("ABC") if number[-1].isalpha() else f"{number}{letter}"
    changed = f"{other} ".join(address.rsplit(f"{number} ", 1))
    answer = ask(one(address, postcode), changed, postcode)
    assert answer.outcome is not Outcome.FOUND


@given(addresses(), postcodes, st.data())
def test_case_spacing_and_punctuation_change_nothing(
    address: str, postcode: str, data: st.DataObject
) -> None:
    """M2: the same words are the same address."""
    text = f"{address}, {postcode}"
    words = text.replace(",", "").split()
    gaps = data.draw(st.lists(st.sampled_from([" ", ", ", "  ", "; ", " . "]), min_size=len(words)))
    dressed = "".join(f"{word}{gap}" for word, gap in zip(words, gaps, strict=False))
    cased = data.draw(st.sampled_from([dressed, dressed.upper(), dressed.lower()]))
    index = one(address, postcode)
    assert ask(index, cased) == ask(index, text)


@given(units, numbers, letters, streets, st.sampled_from(TOWNS), postcodes, st.integers(0, 2))
def test_order_changes_nothing(
    unit: str, number: int, letter: str, street: str, town: str, postcode: str, order: int
) -> None:
    """M2: the flat behind the street, the number behind it, the town first."""
    house = f"{number}{letter}"
    index = one(f"{unit}{house} {street}, {town}", postcode)
    turned = (
        f"{house} {street}, {unit}{town}, {postcode}",
        f"{unit}{street} {house}, {town}, {postcode}",
        f"{town}, {unit}{house} {street}, {postcode}",
    )[order]
    answer = ask(index, turned)
    assert answer.outcome is Outcome.FOUND
    assert answer.matches[0].relation is Relation.SAME_DWELLING


@given(addresses(), postcodes, addresses(), postcodes)
def test_another_address_never_flags(
    address: str, postcode: str, other: str, elsewhere: str
) -> None:
    """C4: wrong house is worse than don't know."""
    assume(postcode.split(maxsplit=1)[0] != elsewhere.split(maxsplit=1)[0])
    assume(not address.endswith(other.rpartition(", ")[2]))
    answer = ask(one(address, postcode), other, elsewhere)
    assert answer.outcome is not Outcome.FOUND


@settings(max_examples=500)
@given(
    st.one_of(st.text(max_size=200), st.text("0123456789-/&,. ()ABFLORT", max_size=60)),
    st.text(max_size=12),
    st.text(max_size=40),
    st.text(max_size=60),
)
def test_junk_never_raises(address: str, postcode: str, phone: str, person: str) -> None:
    """C4: whatever a line brings, there is an answer that the schema accepts."""
    index = one("Flat 2, 14-16 Alder Road, Tenby Vale", "TN99 1AA")
    place = Whereabouts(address=address, postcode=postcode, phone=phone, person=person)
    answer = index.check(place)
    assert Answer.model_validate(answer.model_dump()) == answer
    assert (answer.reason is not None) == (answer.outcome is Outcome.NOT_CHECKED)


@given(st.text(max_size=200), st.text(max_size=12), st.lists(st.text(max_size=40), max_size=3))
def test_a_junk_marker_never_raises(address: str, postcode: str, phones: list[str]) -> None:
    """M1: what was let in can be taken up, checked, kept and ended."""
    index = MarkerIndex()
    index.put(address_marker("m", address, postcode, phones=tuple(phones)))
    index.check(Whereabouts(address=address, postcode=postcode))
    assert len(MarkerIndex.load(index.dump())) == 1
    index.remove("m")
    assert len(index) == 0


@given(addresses(), postcodes)
def test_only_a_sure_relation_is_found(address: str, postcode: str) -> None:
    """C4: only a sure relation raises the flag."""
    answer = ask(one(address, postcode, Scope.BUILDING), f"Flat 9, {address}", postcode)
    if answer.outcome is Outcome.FOUND:
        assert answer.matches[0].relation in SURE


changes = st.lists(
    st.tuples(st.sampled_from(["put", "put", "many", "remove"]), st.integers(0, 5), addresses()),
    max_size=25,
)


@settings(max_examples=50)
@given(changes, postcodes)
def test_the_index_is_what_was_put_and_not_removed(
    changes: list[tuple[str, int, str]], postcode: str
) -> None:
    """C3: after any changes the index answers as one built anew, and so does its snapshot."""
    index, kept = MarkerIndex(), dict[str, Marker]()
    for what, key, address in changes:
        marker = address_marker(f"m{key}", address, postcode)
        if what == "remove":
            index.remove(marker.id)
            kept.pop(marker.id, None)
            continue
        kept[marker.id] = marker
        index.put_many([marker]) if what == "many" else index.put(marker)
    anew = MarkerIndex()
    anew.put_many(kept.values())
    loaded = MarkerIndex.load(index.dump())
    assert len(index) == len(anew) == len(loaded) == len(kept)
    for _, _, address in changes:
        assert ask(index, address, postcode) == ask(loaded, address, postcode)
        assert ask(index, address, postcode) == ask(anew, address, postcode)


WORDS = (
    "ALDER", "ROAD", "ST", "THE", "NO", "OF", "A", "N", "UPPER", "GARDEN", "REAR", "BACK", "FIRST",
    "FLAT", "FLOOR", "UNIT", "POST", "OFFICE", "BASEMENT", "GF", "NEAR", "CODE", "D'ARCY", "TYN-Y",
)  # fmt: skip
"""Of streets and places, and those that may mean a part of a building."""
parts = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)


@given(
    st.sampled_from(["", "FLAT 3, ", "FLAT B ", "FLT 014,", "APT 4A, "]),
    st.builds("{}{}".format, numbers, letters),
    st.sampled_from([" ", ", ", ","]),
    st.lists(parts, min_size=1, max_size=3).map(", ".join),
)
def test_brackets_around_the_number_change_nothing(
    flat: str, number: str, between: str, rest: str
) -> None:
    """M2: the short way of reading, which brackets bar, comes to the same as the long one."""
    plain, barred = (f"{flat}{one}{between}{rest}" for one in (number, f"({number})"))
    assert read_marker(plain, "TN91AA") == read_marker(barred, "TN91AA")
