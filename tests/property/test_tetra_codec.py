"""Whatever a radio sends, cut anywhere, it is read or refused; what is written is read back (N4,
D1, O4)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import tetra_commands as commands
from adapters.codecs import tetra_pei as pei
from adapters.codecs.tetra_forward import (
    VALIDITIES,
    Forwarding,
    ForwardTo,
    read_forwarding,
    validity_within,
    write_forwarding,
)
from adapters.codecs.tetra_lip import Located, read_lip
from adapters.codecs.tetra_parts import (
    Assembly,
    Part,
    Words,
    read_concatenated,
    read_words,
    write_words,
)
from adapters.codecs.tetra_sds_tl import (
    Acknowledgement,
    Report,
    ReportsAsked,
    Simple,
    Transfer,
    read_pdu,
    write_pdu,
)
from adapters.codecs.tetra_status import ShortReport, read_status, write_short_report
from adapters.codecs.tetra_text import (
    CODECS,
    GSM_7,
    LATIN_1,
    decode_text,
    encode_text,
    read_time_stamp,
    to_latin_1,
    write_time_stamp,
)
from adapters.codecs.tetra_told import split

octet = st.integers(0, 255)
with_transport = st.integers(0x80, 0xFF)
ssi = st.integers(1, 2**24 - 1).map(str)
latin = st.text(st.characters(max_codepoint=255), max_size=100)
SAYINGS = (
    b"OK", b"ERROR", b"+CME ERROR: 35", b"+CMGS: 0,4,7", b"+CTXG: 1,0,1", b"",
    b"+CTSDSR: 13,1234567,0,2345678,0,16\r\n8004",
    b"+CTSDSR: 12,1234567,0,2345678,0,84\r\n0A0088BD4247F737FFE810",
    b"+CTICN: 1,0,0,5,09011638300023404,1,1,0,1,1,5,09011638300000001,15",
    b"+CTSDSR: 13,1234567,0,2345678,0,16", b"8004", b"\x80\x00noise", b"> ", b"AT+CTSP=2,0,0",
)  # fmt: skip


def read(wire: bytes) -> list[pei.Item]:
    reader = pei.Reader()
    return [*reader.feed(wire), *reader.end()]


@given(st.binary(max_size=300))
def test_o4_junk_on_the_line_is_read_or_refused_and_ends(wire: bytes) -> None:
    reader = pei.Reader()
    reader.feed(wire)
    reader.end()
    assert read(b"\r\n" + b"OK\r\n") == [pei.Done()]
    assert reader.feed(b"\r\nOK\r\n")[-1] == pei.Done(), "it goes on after junk"


@given(st.lists(st.sampled_from(SAYINGS), max_size=8), st.data())
def test_n4_where_the_line_is_cut_between_two_reads_changes_nothing(
    said: list[bytes], data: st.DataObject
) -> None:
    wire = b"\r\n".join([*said, b""])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=6)))
    reader, items = pei.Reader(), list[pei.Item]()
    for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        items += reader.feed(wire[start:end])
    assert [*items, *reader.end()] == read(wire)


@given(st.lists(st.sampled_from(SAYINGS), max_size=8))
def test_o4_no_byte_of_a_message_is_lost_in_silence(said: list[bytes]) -> None:
    """What is no result and no line for others is a message, a call or refused with its bytes."""
    wire = b"\r\n".join([*said, b""])
    kept = b"".join(
        item.raw for item in read(wire) if isinstance(item, pei.Message | pei.Call | pei.Unreadable)
    )
    for piece in said:
        if piece.startswith((b"+CTSDSR", b"+CTICN", b"8004", b"\x80")):
            assert piece.split(b"\r\n")[0] in kept


@given(st.integers(2_000, 5_000), st.binary(max_size=40))
def test_o4_a_line_that_never_ends_is_bounded(size: int, after: bytes) -> None:
    items = read(
        b"A" * size + b"\r\n" + after.replace(b"\r", b"").replace(b"\n", b"") + b"\r\nOK\n"
    )
    assert isinstance(items[0], pei.Unreadable)
    assert len(items[0].raw) <= pei.MOST_LINE
    assert items[-1] == pei.Done()


@given(ssi, st.binary(min_size=1, max_size=255))
def test_n4_a_message_sent_is_the_message_received(radio: str, octets: bytes) -> None:
    wire = commands.send_message(radio, octets)
    head, _, payload = wire.removesuffix(commands.CTRL_Z).partition(b"\r\n")
    length = head.decode().rpartition(",")[2]
    lines = f"+CTSDSR: 12,{radio},0,1,0,{length}\r\n".encode() + payload + b"\r\n"
    (message,) = read(lines)
    assert isinstance(message, pei.Message)
    assert (message.header.calling, message.payload.whole) == (radio, octets)


@given(st.text(max_size=20))
def test_n4_an_identity_is_an_ssi_or_none(identity: str) -> None:
    found = pei.ssi_of(identity)
    assert found is None or 0 < int(found) < 2**24


@given(ssi)
def test_d1_short_and_long_form_of_a_radio_are_the_same_radio(radio: str) -> None:
    assert pei.ssi_of(radio) == pei.ssi_of(radio.zfill(8)) == radio
    assert pei.ssi_of("023400001" + radio.zfill(8)) == radio


# --- SDS-TL ----------------------------------------------------------------------------

forwardings = st.one_of(
    st.builds(Forwarding, st.sampled_from(VALIDITIES)),
    st.builds(
        Forwarding,
        st.sampled_from(VALIDITIES),
        st.just(ForwardTo.SSI),
        st.binary(min_size=3, max_size=3),
    ),
    st.builds(
        Forwarding,
        st.sampled_from(VALIDITIES),
        st.just(ForwardTo.EXTERNAL),
        st.binary(min_size=3, max_size=3).map(lambda digits: b"\x05" + digits),
    ),
)
pdus = st.one_of(
    st.builds(
        Transfer,
        protocol=with_transport,
        reference=octet,
        data=st.binary(max_size=80),
        asked=st.sampled_from([ReportsAsked(n) for n in range(4)]),
        standard_reports=st.booleans(),
        forwarding=st.none() | forwardings,
    ),
    st.builds(Report, with_transport, octet, octet, st.booleans()),
    st.builds(Acknowledgement, with_transport, octet, octet),
    st.builds(Simple, st.integers(0, 0x7F), st.binary(max_size=80)),
)


@given(pdus)
def test_n4_a_message_written_is_the_message_read(
    pdu: Transfer | Report | Acknowledgement | Simple,
) -> None:
    assert read_pdu(write_pdu(pdu)) == pdu


@given(pdus, st.data())
def test_o4_a_message_cut_anywhere_is_read_or_refused(
    pdu: Transfer | Report | Acknowledgement | Simple, data: st.DataObject
) -> None:
    wire = write_pdu(pdu)
    found = read_pdu(wire[: data.draw(st.integers(0, len(wire)))])
    assert not isinstance(found, Report | Acknowledgement) or found == pdu


@given(st.binary(max_size=160), st.booleans())
def test_o4_junk_in_a_message_is_read_or_refused(octets: bytes, header: bool) -> None:
    read_pdu(octets)
    read_words(octets, header=header)
    read_concatenated(octets)
    read_forwarding(octets)
    read_lip(pei.Payload(octets, 8 * len(octets), 8 * len(octets)))


@given(forwardings)
def test_n7_what_the_network_shall_do_is_read_as_written(forwarding: Forwarding) -> None:
    wire = write_forwarding(forwarding)
    assert read_forwarding(wire + b"rest") == (forwarding, len(wire))


@given(st.timedeltas(min_value=timedelta(seconds=10), max_value=timedelta(days=30)))
def test_n7_a_validity_is_the_longest_that_is_not_too_long(left: timedelta) -> None:
    found = VALIDITIES[validity_within(left)]
    assert found is not None
    assert found <= left
    longer = [v for v in VALIDITIES if v is not None and found < v]
    assert all(v > left for v in longer)


# --- status, texts, positions ----------------------------------------------------------


@given(st.integers(0, 0xFFFF))
def test_n4_every_status_is_read(value: int) -> None:
    said = read_status(value)
    if isinstance(said, ShortReport):
        assert write_short_report(said) == value
        assert 0x7C00 <= value <= 0x7FFF
    else:
        assert said.value == value


@given(st.integers(0, 127), st.binary(max_size=140))
def test_o4_every_text_of_every_coding_is_read(scheme: int, octets: bytes) -> None:
    decode_text(scheme, octets)


@given(latin)
def test_n4_latin_1_is_read_as_written(text: str) -> None:
    assert decode_text(LATIN_1, encode_text(LATIN_1, text)) == text


@given(st.text("@£$abcXYZ 0123456789?!\n", max_size=160))
def test_n4_packed_texts_are_read_as_written(text: str) -> None:
    assert decode_text(GSM_7, encode_text(GSM_7, text)) == text


@given(st.text(max_size=200))
def test_n4_what_goes_to_a_radio_is_latin_1_without_control_characters(text: str) -> None:
    plain = to_latin_1(text)
    assert plain.encode("latin-1").decode("latin-1") == plain
    assert plain.isprintable()
    assert to_latin_1(plain) == plain


@given(st.sampled_from(sorted(CODECS)), latin, st.none() | st.integers(2, 255), octet, st.data())
def test_n4_a_text_written_is_the_text_read(
    scheme: int, text: str, total: int | None, reference: int, data: st.DataObject
) -> None:
    text = text.encode(CODECS[scheme], "ignore").decode(CODECS[scheme])
    number = data.draw(st.integers(1, total)) if total else 0
    part = Part(reference, total, number) if total else None
    stamped = data.draw(st.sampled_from([b"", b"\x44\x5a\x8f"]))
    words = Words(text, scheme, stamped, part)
    assert read_words(write_words(words), header=part is not None) == words


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001
def test_n4_a_time_written_is_the_time_read(moment: datetime) -> None:
    stamp = read_time_stamp(write_time_stamp(moment.replace(tzinfo=UTC)))
    assert (stamp.month, stamp.day) == (moment.month, moment.day)
    assert (stamp.hour, stamp.minute) == (moment.hour, moment.minute)


@given(st.binary(min_size=9, max_size=9), st.integers(0, 3))
def test_d1_every_short_report_has_a_place_on_earth(rest: bytes, elapsed: int) -> None:
    octets = b"\x0a" + bytes([elapsed << 4 | rest[0] & 0x0F]) + rest[1:] + b"\0"
    located = read_lip(pei.Payload(octets, 84, 84))
    assert isinstance(located, Located)
    assert located.has_position
    assert -90 <= (located.latitude or 0) <= 90
    assert -180 <= (located.longitude or 0) <= 180


# --- parts -----------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=20), min_size=2, max_size=6), st.data())
def test_n4_parts_in_whatever_order_and_number_give_the_whole_once(
    pieces: list[bytes], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(1, len(pieces) + 1)))
    assembly = Assembly(lasts=timedelta(minutes=1))
    whole = []
    for n, number in enumerate(order):
        for _ in range(data.draw(st.integers(1, 3)) if n < len(order) - 1 else 1):
            part = Part(7, len(pieces), number)
            whole.append(assembly.add("99", 0x8A, part, pieces[number - 1], float(n)))
    assert [found for found in whole if found is not None] == [b"".join(pieces)]


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), octet, st.integers(1, 12), st.integers(1, 12)),
        max_size=200,
    )
)
def test_o4_what_never_gets_whole_is_bounded(
    parts: list[tuple[str, int, int, int]],
) -> None:
    assembly = Assembly(most=4, parts=8, lasts=timedelta(minutes=1))
    added = whole = 0
    for sender, reference, total, number in parts:
        if number <= total:
            added += 1
            found = assembly.add(sender, 0x8A, Part(reference, total, number), b"x", 0.0)
            whole += found is not None
            assert found is None or len(found) == total <= 8
    assert assembly.dropped + whole <= added


@given(st.text(max_size=300), st.integers(20, 120), st.integers(1, 4))
def test_n4_n8_what_a_radio_is_told_fits_and_keeps_its_beginning(
    text: str, longest: int, parts: int
) -> None:
    pieces, whole = split(text, longest, parts), to_latin_1(text).strip()
    assert 1 <= len(pieces) <= parts
    assert all(len(piece) <= longest for piece in pieces)
    said = " ".join(pieces)
    if not said.endswith("..."):
        assert said.split() == whole.split() or len(max(whole.split(), key=len)) > longest
    kept = "".join(said.removesuffix("...").split())
    assert "".join(whole.split()).startswith(kept)
