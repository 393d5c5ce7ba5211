"""The record: clear header, sealed parts, erasure, versions, chain (DESIGN, "The record")."""

import orjson
import pytest

from middleware.engine.entry import Entry, Erased
from middleware.flow import shapes
from middleware.flow.chain import Chain
from middleware.flow.records import (
    GENESIS,
    Tampered,
    UnknownRecord,
    Writer,
    digest,
    open_record,
    seal,
)
from middleware.flow.sealing import BadSeal, frame, open_part, seal_part, unframe
from schemas.decision import DECISION_TYPES, Noted
from schemas.events import EVENT_TYPES
from schemas.incident import IncidentUpdated
from tests.golden.examples import ANSWER, AT, PLACE, decision, event
from tests.golden.files import GoldenKeys

KEYS = GoldenKeys()
DECISIONS = (decision("incident_taken"), decision("assessed"), decision("note_issued"))


class NoKeys:
    """Every key was deleted."""

    current = "golden"

    def key(self, name: str) -> bytes:
        raise KeyError(name)


def entry(position: int = 1) -> Entry:
    return Entry(position, AT, event("incident.opened"), ANSWER, DECISIONS)


def record(position: int = 1, previous: bytes = GENESIS, room: str = "eoc1") -> bytes:
    return seal(entry(position), room=room, token=3, previous=previous, keys=KEYS)


def chain_of(count: int) -> list[bytes]:
    writer = Writer("eoc1", 3, KEYS)
    return [writer.seal(entry(position)) for position in range(1, count + 1)]


def test_a_record_opens_as_the_entry_that_was_sealed() -> None:
    opened = open_record(record(), KEYS, position=1)
    assert opened.entry == entry()
    assert opened.erased == ()


def test_the_header_can_be_read_without_a_key_and_holds_nothing_personal() -> None:
    data = record()
    header = orjson.loads(unframe(data)[0])
    assert (header["room"], header["position"], header["token"]) == ("eoc1", 1, 3)
    assert (header["type"], header["version"]) == ("incident.opened", 1)
    assert header["previous"] == GENESIS.hex()
    for personal in (PLACE.address, PLACE.phone, PLACE.person, PLACE.postcode, "M-0001"):
        assert personal is not None
        assert personal.encode() not in data


def test_a_deleted_key_erases_the_entry_and_the_chain_still_holds() -> None:
    """E4: erasing a person is deleting a key."""
    records = chain_of(3)
    chain = Chain("eoc1", NoKeys())
    for position, data in enumerate(records, start=1):
        opened = chain.open(position, data)
        assert opened.entry == Entry(position, AT, Erased(), None, ())
        assert opened.erased == ("event", "decisions")
    assert chain.previous == digest(records[-1])


def test_an_erased_entry_is_never_sealed_again() -> None:
    erased = open_record(record(), NoKeys()).entry
    with pytest.raises(TypeError, match="erased"):
        seal(erased, room="eoc1", token=3, previous=GENESIS, keys=KEYS)


def test_a_record_under_another_key_is_found() -> None:
    class OtherKeys(GoldenKeys):
        def key(self, name: str) -> bytes:
            return super().key(name)[::-1]

    with pytest.raises(Tampered, match="position 1: the event or the header was changed"):
        open_record(record(), OtherKeys())


def test_the_header_belongs_to_the_parts() -> None:
    header, *parts = unframe(record())
    for old, new in ((b'"eoc1"', b'"eoc2"'), (b'"token":3', b'"token":4'), (b":59.1", b":58.1")):
        assert old in header
        with pytest.raises(Tampered):
            open_record(frame((header.replace(old, new), *parts)), KEYS)


def test_parts_cannot_change_places() -> None:
    header, said, decided = unframe(record())
    with pytest.raises(Tampered):
        open_record(frame((header, decided, said)), KEYS)


@pytest.mark.parametrize(
    "data", [b"", b"\0\0\0", b"\0\0\0\2{}", record()[:-1], record() + b"\0", frame((b"[]",))]
)
def test_what_is_no_record_is_refused_with_its_position(data: bytes) -> None:
    with pytest.raises(Tampered) as caught:
        open_record(data, KEYS, position=17)
    assert caught.value.position == 17


def test_the_same_text_under_the_same_key_is_sealed_differently_at_every_place() -> None:
    places = [(3, 1, "event"), (4, 1, "event"), (3, 2, "event"), (3, 1, "decisions")]
    sealed = {seal_part(b"text", KEYS.key("golden"), b"", place) for place in places}
    assert len(sealed) == len(places)


def test_another_text_at_the_same_place_gives_neither_away() -> None:
    """A batch decided anew, a store put back from a backup: the nonce comes twice."""
    key, place = KEYS.key("golden"), (3, 1, "event")
    one, other = (seal_part(text, key, b"", place) for text in (b"a text" * 9, b"b text" * 9))
    known = bytes(a ^ b for a, b in zip(b"a text" * 9, b"b text" * 9, strict=True))
    assert bytes(a ^ b for a, b in zip(one, other, strict=True))[: len(known)] != known
    with pytest.raises(BadSeal):
        open_part(one, key, b"", (2**40, 1, "event"))


# --- versions --------------------------------------------------------------------------


def test_an_unknown_kind_says_where_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    data = record(position=9)
    monkeypatch.delitem(EVENT_TYPES, "incident.opened")
    with pytest.raises(UnknownRecord, match=r"position 9: the kind incident.opened.*build"):
        open_record(data, KEYS)


def test_an_unknown_decision_says_where_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    data = record(position=9)
    monkeypatch.delitem(DECISION_TYPES, "assessed")
    with pytest.raises(UnknownRecord, match=r"position 9: the kind assessed .*build"):
        open_record(data, KEYS)


def test_a_newer_version_or_format_stops_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IncidentUpdated, "version", 2)
    newer = Entry(5, AT, event("incident.updated"), None, ())
    data = seal(newer, room="eoc1", token=3, previous=GENESIS, keys=KEYS)
    monkeypatch.undo()
    with pytest.raises(UnknownRecord, match=r"position 5: incident.updated has version 2"):
        open_record(data, KEYS)
    header, *parts = unframe(data)
    newer_format = frame((header.replace(b'"format":1', b'"format":2'), *parts))
    with pytest.raises(UnknownRecord, match="format 2"):
        open_record(newer_format, KEYS, position=5)


def test_an_old_version_is_read_through_its_upcasters(monkeypatch: pytest.MonkeyPatch) -> None:
    """`nature` came with version 3, and in version 2 the number was shouted."""
    first = Entry(5, AT, event("incident.updated"), None, (Noted(),))
    data = seal(first, room="eoc1", token=3, previous=GENESIS, keys=KEYS)
    monkeypatch.setattr(IncidentUpdated, "version", 3)
    monkeypatch.setattr(Noted, "version", 2)
    with pytest.raises(UnknownRecord, match=r"no upcaster for incident.updated 1.*upcaster"):
        open_record(data, KEYS)
    steps = {
        ("incident.updated", 1): lambda body: body | {"number": body["number"] + "!"},
        ("incident.updated", 2): lambda body: body | {"nature": "not said"},
        ("noted", 1): lambda body: body,
    }
    monkeypatch.setattr(shapes, "UPCASTERS", steps)
    read = open_record(data, KEYS).entry
    assert read.event == event("incident.updated").model_copy(
        update={"number": "0042!", "nature": "not said"}
    )
    assert read.decisions == (Noted(),)


def test_content_that_does_not_fit_is_refused_without_its_values() -> None:
    """Personal data never reaches an error."""
    wrong = event("call.rang").model_copy(update={"number": 1632960123})
    data = seal(Entry(5, AT, wrong, None, ()), room="eoc1", token=3, previous=GENESIS, keys=KEYS)
    with pytest.raises(UnknownRecord) as caught:
        open_record(data, KEYS)
    assert "0.number" in str(caught.value)
    assert "1632960123" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


# --- the chain -------------------------------------------------------------------------


def test_the_chain_is_read_from_any_place_that_is_known() -> None:
    records = chain_of(5)
    chain = Chain("eoc1", KEYS, position=2, previous=digest(records[1]))
    positions = [chain.open(n, records[n - 1]).entry.position for n in (3, 4, 5)]
    assert (positions, chain.previous) == ([3, 4, 5], digest(records[4]))


def test_the_chain_names_what_is_missing() -> None:
    chain = Chain("eoc1", KEYS)
    with pytest.raises(Tampered, match="position 1: records 1 to 2 are missing"):
        chain.open(3, chain_of(3)[2])


def test_the_chain_names_the_record_that_was_put_in_place_of_another() -> None:
    """Sealed with the right key, and still not the one that the next was written after."""
    first, _, third = chain_of(3)
    chain = Chain("eoc1", KEYS)
    chain.open(1, first)
    other = seal(entry(2), room="eoc1", token=4, previous=digest(first), keys=KEYS)
    chain.open(2, other)
    with pytest.raises(Tampered, match="position 2: it is not what the next was written after"):
        chain.open(3, third)


def test_the_chain_refuses_another_place_and_another_room() -> None:
    with pytest.raises(Tampered, match="position 1: the record of position 2 lies here"):
        Chain("eoc1", KEYS).open(1, record(position=2))
    with pytest.raises(Tampered, match="position 1: a record of room eoc2 lies here"):
        Chain("eoc1", KEYS).open(1, record(room="eoc2"))
