"""Whatever is said comes back as it was; whatever is changed shows (E1, O4)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from middleware.engine.entry import Entry
from middleware.flow.chain import Chain
from middleware.flow.records import Tampered, UnknownRecord, Writer, open_record, seal
from middleware.flow.sealing import frame, unframe
from schemas.check import Answer, Match, NotChecked, Outcome, Relation, Whereabouts
from schemas.decision import DECISION_TYPES
from schemas.event import Event
from schemas.incident import IncidentOpened, Resource
from schemas.service import RAW_KEPT, Refused
from tests.golden.examples import AT, decision
from tests.golden.files import KINDS, GoldenKeys, bytes_of, example

KEYS = GoldenKeys()

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
codes = st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True)
moments = st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001
said = {"source": names, "id": names, "revision": st.integers(1, 2**60), "occurred_at": moments}
places = st.builds(
    Whereabouts,
    address=st.none() | words,
    latitude=st.none() | st.floats(-90, 90),
    longitude=st.none() | st.floats(-180, 180),
    person=st.none() | words,
)
opened = st.builds(
    IncidentOpened,
    **said,
    number=names,
    service_day=st.dates(),
    place=places,
    priority=st.none() | names,
    nature=st.none() | words,
    resources=st.lists(st.builds(Resource, callsign=codes, mdt=codes), max_size=4).map(tuple),
)
refused = st.builds(
    Refused,
    **said,
    field=names,
    reason=words,
    raw=st.binary(max_size=200) | st.just(b"\xff" * RAW_KEPT),
    size=st.integers(0, 2**40),
    conflict=st.booleans(),
)
events: st.SearchStrategy[Event] = st.one_of(opened, refused)
answers = st.builds(
    Answer,
    outcome=st.sampled_from(Outcome),
    matches=st.lists(
        st.builds(
            Match,
            marker=names,
            relation=st.sampled_from(Relation),
            certainty=st.integers(0, 1000),
            reasons=st.lists(words, max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    reason=st.none() | st.sampled_from(NotChecked),
    matcher=names,
    position=st.integers(0, 2**60),
)
decisions = st.lists(st.sampled_from(sorted(DECISION_TYPES)).map(decision), max_size=6).map(tuple)
entries = st.builds(
    Entry,
    position=st.integers(1, 2**47),
    received_at=moments,
    event=events,
    answer=st.none() | answers,
    decisions=decisions,
)


@given(entry=entries, room=codes, token=st.integers(1, 2**39), previous=st.binary(min_size=32))
def test_every_entry_comes_back_as_it_was(
    entry: Entry, room: str, token: int, previous: bytes
) -> None:
    data = seal(entry, room=room, token=token, previous=previous[:32], keys=KEYS)
    read = open_record(data, KEYS, position=entry.position)
    assert read.entry == entry
    assert (read.header.room, read.header.token) == (room, token)
    assert read.header.previous == previous[:32].hex()


@given(kind=st.sampled_from(KINDS), at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_every_flipped_byte_is_found(kind: str, at: int, flip: int) -> None:
    data = bytearray(bytes_of(example(kind)))
    data[at % len(data)] ^= flip
    with pytest.raises((Tampered, UnknownRecord)):
        open_record(bytes(data), KEYS, position=42)


@given(kind=st.sampled_from(KINDS), start=st.integers(0), length=st.integers(1))
def test_every_piece_cut_out_of_a_record_is_found(kind: str, start: int, length: int) -> None:
    data = bytes_of(example(kind))
    start %= len(data)
    length = 1 + length % (len(data) - start)
    with pytest.raises((Tampered, UnknownRecord)):
        open_record(data[:start] + data[start + length :], KEYS, position=42)


@given(data=st.binary(max_size=300))
def test_no_bytes_from_outside_break_the_reading(data: bytes) -> None:
    with pytest.raises((Tampered, UnknownRecord)):
        open_record(data, KEYS, position=42)


@given(header=st.binary(max_size=60), parts=st.lists(st.binary(max_size=40), max_size=3))
def test_no_well_framed_bytes_break_the_reading(header: bytes, parts: list[bytes]) -> None:
    with pytest.raises((Tampered, UnknownRecord)):
        open_record(frame((header, *parts)), KEYS, position=42)


@given(pieces=st.lists(st.binary(max_size=300), min_size=1))
def test_frames_come_apart_as_they_were_put_together(pieces: list[bytes]) -> None:
    assert unframe(frame(tuple(pieces))) == pieces


def read(records: list[bytes]) -> None:
    chain = Chain("eoc1", KEYS)
    for position, record in enumerate(records, start=1):
        chain.open(position, record)


@settings(max_examples=50)
@given(data=st.data(), count=st.integers(3, 12))
def test_every_record_that_is_left_out_or_moved_is_found(data: st.DataObject, count: int) -> None:
    writer = Writer("eoc1", 1, KEYS)
    example_event = example("timer.due").event
    records = [
        writer.seal(Entry(position, AT, example_event, None, (decision("noted"),)))
        for position in range(1, count + 1)
    ]
    other = data.draw(
        st.permutations(records).filter(lambda moved: moved != records)
        | st.integers(0, count - 2).map(lambda n: records[:n] + records[n + 1 :])
    )
    with pytest.raises(Tampered):
        read(other)
