"""A segment of the archive comes back as it was, and whatever became of its bytes is found (E1)."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.stores.segment import pack, unpack
from middleware.ports import Segment, Span

ROOM = "eoc1"
some = st.lists(st.binary(max_size=60), min_size=1, max_size=8).map(tuple)
firsts = st.integers(min_value=1, max_value=10**13)


def span_of(first: int, records: tuple[bytes, ...]) -> Span:
    return Span(first, first - 1 + len(records))


@given(first=firsts, records=some)
def test_e1_what_was_packed_is_read_again(first: int, records: tuple[bytes, ...]) -> None:
    span = span_of(first, records)
    assert unpack(pack(ROOM, first, records), ROOM, span) == Segment(span, records)


@given(first=firsts, records=some, at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_e1_one_bit_that_was_changed_is_found_and_what_was_before_it_is_read(
    first: int, records: tuple[bytes, ...], at: int, bit: int
) -> None:
    data = bytearray(pack(ROOM, first, records))
    data[at % len(data)] ^= 1 << bit
    read = unpack(bytes(data), ROOM, span_of(first, records))
    assert read.fault
    assert len(read.records) <= len(records)


@given(first=firsts, records=some, left=st.integers(min_value=0))
def test_e1_one_that_was_cut_is_found_and_the_whole_records_in_it_are_read(
    first: int, records: tuple[bytes, ...], left: int
) -> None:
    data = pack(ROOM, first, records)
    read = unpack(data[: left % len(data)], ROOM, span_of(first, records))
    assert read.fault
    assert read.records == records[: len(read.records)]


@given(first=firsts, records=some, more=st.binary(min_size=1, max_size=50))
def test_e1_one_to_which_something_was_added_is_found(
    first: int, records: tuple[bytes, ...], more: bytes
) -> None:
    assert unpack(pack(ROOM, first, records) + more, ROOM, span_of(first, records)).fault


@given(data=st.binary(max_size=200), first=firsts, count=st.integers(1, 10))
def test_e1_anything_else_is_told_and_nothing_is_read_from_it(
    data: bytes, first: int, count: int
) -> None:
    read = unpack(data, ROOM, Span(first, first + count))
    assert (read.records, bool(read.fault)) == ((), True)


@given(first=firsts, records=some)
def test_e1_one_of_another_room_or_at_another_place_is_told(
    first: int, records: tuple[bytes, ...]
) -> None:
    data, span = pack(ROOM, first, records), span_of(first, records)
    assert unpack(data, "eoc2", span).fault == "it is of another control room"
    moved = Span(span.first + 1, span.last + 1)
    assert unpack(data, ROOM, moved).fault == "its header names other positions"
