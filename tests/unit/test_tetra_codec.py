"""The TETRA codec holds every public vector, byte by byte (N4, D1): ETSI TS 100 392-5 (PEI), EN 300
392-2 clause 29 (SDS-TL) and 14.8.34 (status)."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.codecs import tetra_commands as commands
from adapters.codecs import tetra_pei as pei
from adapters.codecs.tetra_forward import Forwarding, ForwardTo, validity_within
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
    Level,
    Outcome,
    Protocol,
    Report,
    ReportsAsked,
    Simple,
    Transfer,
    outcome,
    read_pdu,
    write_pdu,
)
from adapters.codecs.tetra_status import (
    EMERGENCY,
    ShortReport,
    ShortReportType,
    Status,
    read_status,
    write_short_report,
)
from adapters.codecs.tetra_text import (
    GSM_7,
    LATIN_1,
    UTF_16,
    TimeFrame,
    TimeStamp,
    decode_text,
    encode_text,
    read_time_stamp,
    to_latin_1,
    write_time_stamp,
)
from middleware.ports import Problem

APRIL = bytes.fromhex("045A8F")
"""11 April, 10:15, of no stated clock."""


def read(wire: bytes) -> list[pei.Item]:
    reader = pei.Reader()
    return [*reader.feed(wire), *reader.end()]


def one(*lines: str) -> pei.Item:
    (item,) = read("\r\n".join(["", *lines, ""]).encode())
    return item


def received(header: str, payload: str) -> pei.Message:
    item = one(f"+CTSDSR: {header}", payload)
    assert isinstance(item, pei.Message)
    return item


# --- the peripheral equipment interface ------------------------------------------------


def test_n4_a_status_is_read_with_who_sent_it() -> None:
    message = received("13,1234567,0,2345678,0,16", "8004")
    assert message.header == pei.Header(pei.Service.STATUS, "1234567", "2345678", 16)
    assert read_status(int.from_bytes(message.payload.whole, "big")) == Status(0x8004)


@pytest.mark.parametrize(
    ("fields", "calling", "called"),
    [
        ("12,2345678,120", None, "2345678"),
        ("12,2345678,0,120", None, "2345678"),
        ("12,1234567,0,2345678,0,120", "1234567", "2345678"),
        ("12,1234567,0,2345678,0,120,0", "1234567", "2345678"),
        ("12,1234567,0,2345678,0,1,120", "1234567", "2345678"),
        ("12,09011638300023404,1,09011638300000001,1,120", "23404", "1"),
        ("12,,,2345678,0,120", None, "2345678"),
    ],
)
def test_n4_every_form_of_the_header_is_read(fields: str, calling: str, called: str) -> None:
    message = received(fields, "82029C01746573746D657373616765")
    assert message.header == pei.Header(pei.Service.SDS_TL, calling, called, 120)


def test_d1_an_incoming_call_is_read_with_its_priority() -> None:
    call = one("+CTICN: 1,0,0,5,09011638300023404,1,1,0,1,1,5,09011638300000001,0")
    assert isinstance(call, pei.Call)
    assert (call.calling, call.called, call.priority) == ("23404", "1", 0)


def test_n4_results_send_states_and_lines_that_say_nothing_to_us_are_told_apart() -> None:
    wire = (
        b"\r\nAT+CTOM?\r\n+CTOM: 0\r\nOK\r\nERROR\r\n+CME ERROR: 35\r\n+CMGS: 0\r\n+CMGS: 0,4,7\r\n"
    )
    assert read(wire) == [
        pei.Other(b"AT+CTOM?"),
        pei.Other(b"+CTOM: 0"),
        pei.Done(),
        pei.Done(error=""),
        pei.Done(error="35"),
        pei.SendState(0),
        pei.SendState(0, 4, 7),
    ]


def test_n4_an_unsolicited_message_inside_a_commands_response_is_read() -> None:
    items = read(b"+CMGS: 0\r\n\r\n+CTSDSR: 13,99,0,1,0,16\r\n\r\n8004\r\n\r\nOK\r\n")
    assert [type(item) for item in items] == [pei.SendState, pei.Message, pei.Done]


@pytest.mark.parametrize(("bits", "given"), [(84, 22), (84, 21), (88, 21), (80, 21)])
def test_n4_a_length_that_disagrees_by_a_nibble_is_borne(bits: int, given: int) -> None:
    message = received(f"12,1234567,0,2345678,0,{bits}", "0A0088BD4247F737FFE810"[:given])
    assert message.payload.octets[:10].hex().upper() == "0A0088BD4247F737FFE8"


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        (["+CTSDSR: 13,1234567,0,2345678,0,16"], "payload"),
        (["+CTSDSR: 13,1234567,0,2345678,0,16", "OK"], "payload"),
        (["+CTSDSR: 12,1234567,0,2345678,0,120", "82029C01"], "payload"),
        (["+CTSDSR: 12,1234567,120,x", "82029C01"], "header"),
        (["+CTSDSR: 12", "82029C01"], "header"),
        (["82029C01"], "header"),
        (["@@garbage"], "line"),
        (["+CMGS: x"], "+CMGS"),
        (["x" * 2_000], "line"),
    ],
)
def test_o4_what_cannot_be_read_says_what_and_keeps_its_bytes(lines: list[str], field: str) -> None:
    first = one(*lines) if lines[-1] != "OK" else read("\r\n".join([*lines, ""]).encode())[0]
    assert isinstance(first, pei.Unreadable)
    assert first.problem.field == field
    assert first.raw.startswith(lines[0].encode()[:500])


def test_n4_what_is_sent_to_a_radio_is_as_the_interface_wants_it() -> None:
    assert commands.SDS_TL == "AT+CTSDS=12,0,0,0,1"
    assert commands.STATUS == "AT+CTSDS=13,0"
    assert commands.command(commands.PROFILES[0]) == b"AT+CTSP=1,3,130\r\n"
    sent = commands.send_message("2345678", bytes.fromhex("821000C9"))
    assert sent == b"AT+CMGS=2345678,32\r\n821000C9\x1a"
    located = commands.send_message("1", bytes.fromhex("0A0BA7D5B95BC50AFFE160"), bits=84)
    assert located == b"AT+CMGS=1,84\r\n0A0BA7D5B95BC50AFFE16\x1a"


# --- status ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0x0000, Status(EMERGENCY)),
        (0x8002, Status(0x8002)),
        (0x7ECA, ShortReport(ShortReportType.RECEIVED, 0xCA)),
        (0x7FCA, ShortReport(ShortReportType.CONSUMED, 0xCA)),
        (0x7CCA, ShortReport(ShortReportType.NOT_SUPPORTED, 0xCA)),
        (0x7D00, ShortReport(ShortReportType.MEMORY_FULL, 0)),
        (0x7ACA, Status(0x7ACA)),
        (0x7BFF, Status(0x7BFF)),
        (0xFE01, Status(0xFE01)),
    ],
)
def test_n4_a_status_is_an_emergency_a_short_report_or_the_sites(
    value: int, said: Status | ShortReport
) -> None:
    assert read_status(value) == said
    if isinstance(said, ShortReport):
        assert write_short_report(said) == value
    else:
        assert said.reserved is (value in {0x7ACA, 0x7BFF})


# --- SDS-TL ----------------------------------------------------------------------------

TEST = b"\x01testmessage"
VECTORS = {
    "82029C01746573746D657373616765": Transfer(Protocol.TEXT, 0x9C, TEST),
    "89029C01746573746D657373616765": Transfer(Protocol.IMMEDIATE_TEXT, 0x9C, TEST),
    "0201746573746D657373616765": Simple(Protocol.SIMPLE_TEXT, TEST),
    "0901746573746D657373616765": Simple(Protocol.SIMPLE_IMMEDIATE_TEXT, TEST),
    "82039C5101020301746573746D657373616765": Transfer(
        Protocol.TEXT,
        0x9C,
        TEST,
        forwarding=Forwarding(timedelta(minutes=5), ForwardTo.SSI, b"\1\2\3"),
    ),
    "82029C81045A8F746573746D657373616765": Transfer(
        Protocol.TEXT, 0x9C, b"\x81" + APRIL + b"testmessage"
    ),
    "8206C981445A8F746573746D657373616765": Transfer(
        Protocol.TEXT, 0xC9, b"\x81\x44\x5a\x8ftestmessage", ReportsAsked.RECEIVED
    ),
    "821000C9": Report(Protocol.TEXT, 0xC9, Level.RECEIVED),
    "821800CA": Report(Protocol.TEXT, 0xCA, Level.RECEIVED, acknowledge=True),
    "891002C9": Report(Protocol.IMMEDIATE_TEXT, 0xC9, Level.CONSUMED),
    "822001C9": Acknowledgement(Protocol.TEXT, 0xC9),
    "890E0701414243": Transfer(
        Protocol.IMMEDIATE_TEXT, 7, b"\x01ABC", ReportsAsked.RECEIVED | ReportsAsked.CONSUMED
    ),
}


@pytest.mark.parametrize("wire", VECTORS)
def test_n4_every_vector_of_sds_tl_is_read_and_written(wire: str) -> None:
    assert read_pdu(bytes.fromhex(wire)) == VECTORS[wire]
    assert write_pdu(VECTORS[wire]).hex().upper() == wire  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wire", "field"),
    [
        ("", "message"),
        ("82", "message"),
        ("8210C9", "message"),
        ("827000C9", "message.type"),
        ("82039C", "message.forwarding"),
        ("82039C51", "message.forwarding"),
        ("82039C54010203", "message.forwarding"),
    ],
)
def test_o4_a_message_that_is_cut_or_of_no_kind_is_refused(wire: str, field: str) -> None:
    problem = read_pdu(bytes.fromhex(wire))
    assert isinstance(problem, Problem)
    assert problem.field == field


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (Level.RECEIVED, Outcome.SUCCESS),
        (Level.CONSUMED, Outcome.SUCCESS),
        (Level.STORED, Outcome.TEMPORARY),
        (Level.NOT_REGISTERED, Outcome.FAILED),
        (Level.BUSY_BY_RADIO, Outcome.FAILED),
        (Level.MEMORY_FULL, Outcome.FLOW),
        (0x80, Outcome.END_TO_END),
        (0xFF, Outcome.RESERVED),
    ],
)
def test_n4_a_delivery_status_tells_success_from_failure(level: int, told: Outcome) -> None:
    assert outcome(level) is told


@pytest.mark.parametrize(
    ("left", "number"),
    [
        (timedelta(seconds=3), 1),
        (timedelta(seconds=10), 1),
        (timedelta(seconds=29), 2),
        (timedelta(minutes=1), 6),
        (timedelta(minutes=5), 10),
        (timedelta(minutes=9, seconds=59), 10),
        (timedelta(hours=1), 16),
        (timedelta(hours=12), 22),
        (timedelta(days=2), 25),
        (timedelta(days=400), 30),
    ],
)
def test_n7_the_network_never_keeps_a_note_longer_than_it_is_in_force(
    left: timedelta, number: int
) -> None:
    assert validity_within(left) == number


# --- texts and parts -------------------------------------------------------------------


def test_n4_one_part_of_two_is_read_and_written() -> None:
    wire = "8A02C981045A8F050003C90201746573746D657373616765"
    pdu = read_pdu(bytes.fromhex(wire))
    assert isinstance(pdu, Transfer)
    words = read_words(pdu.data, header=True)
    assert words == Words("testmessage", LATIN_1, APRIL, Part(0xC9, 2, 1))
    assert write_pdu(Transfer(0x8A, 0xC9, write_words(words))).hex().upper() == wire
    other = "8A02CA81045A8F050003C90202746573746D657373616765"
    second = read_words(bytes.fromhex(other)[3:], header=True)
    assert isinstance(second, Words)
    assert second.part == Part(0xC9, 2, 2)


def test_n4_long_references_and_texts_that_are_whole_are_read() -> None:
    long = read_words(bytes.fromhex("01060804C9010202 4142"), header=True)
    assert long == Words("AB", LATIN_1, b"", Part(0x01C9, 2, 2))
    assert read_words(bytes.fromhex("0100 4142"), header=True) == Words("AB", LATIN_1)
    for wire in ("", "81045A", "01050003C902", "01050003C90200", "01050003C90203"):
        assert isinstance(read_words(bytes.fromhex(wire), header=True), Problem)


def test_n4_pieces_of_a_whole_message_are_read() -> None:
    assert read_concatenated(bytes.fromhex("05 02 01 89AA")) == (Part(5, 2, 1), b"\x89\xaa")
    assert read_concatenated(bytes.fromhex("1A 5C 03 03 BB")) == (Part(0xA5C, 3, 3), b"\xbb")
    for wire in ("", "05", "0502", "1A5C03", "250201", "050203", "050200"):
        assert isinstance(read_concatenated(bytes.fromhex(wire)), Problem)


def test_n4_a_time_stamp_is_read_and_ours_are_in_utc() -> None:
    assert read_time_stamp(APRIL) == TimeStamp(TimeFrame.APPLICATION, 4, 11, 10, 15)
    moment = datetime(2021, 4, 11, 10, 15, tzinfo=UTC)
    assert write_time_stamp(moment).hex().upper() == "445A8F"


@pytest.mark.parametrize(
    ("scheme", "octets", "text"),
    [
        (LATIN_1, "746573746DE9", "testmé"),
        (13, "A4", "€"),
        (UTF_16, "00E9 20AC", "é€"),
        (GSM_7, "E8329BFD06", "hello"),
        (GSM_7, "31D98C56B3DD1A", "1234567"),
        (14, "82", "é"),
        (99, "E9", "é"),
    ],
)
def test_n4_every_coding_of_text_is_read(scheme: int, octets: str, text: str) -> None:
    assert decode_text(scheme, bytes.fromhex(octets)) == text
    if scheme != 99:
        assert encode_text(scheme, text) == bytes.fromhex(octets)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("VIOLENCE – café, “no” entry…", 'VIOLENCE - café, "no" entry...'),
        ("Łódź €5 → 日本", "Lódz EUR5 -> ??"),
        ("a\nb\x00c\u00a0d", "a b c d"),
    ],
)
def test_n4_a_text_is_put_into_letters_that_every_radio_has(text: str, plain: str) -> None:
    assert to_latin_1(text) == plain


# --- putting together ------------------------------------------------------------------


def assembly(**bounds: int) -> Assembly:
    return Assembly(lasts=timedelta(minutes=2), **bounds)


def test_n4_parts_in_any_order_and_twice_give_the_whole_once() -> None:
    parts = assembly()
    assert parts.add("99", 0x8A, Part(1, 3, 3), b"c", 0.0) is None
    assert parts.add("99", 0x8A, Part(1, 3, 1), b"a", 1.0) is None
    assert parts.add("99", 0x8A, Part(1, 3, 1), b"a", 1.5) is None
    assert parts.add("98", 0x8A, Part(1, 3, 2), b"X", 1.7) is None
    assert parts.add("99", 0x8A, Part(1, 3, 2), b"b", 2.0) == b"abc"
    assert parts.dropped == 0


def test_o4_parts_that_never_get_whole_are_dropped_and_counted() -> None:
    late = assembly()
    assert late.add("99", 0x8A, Part(1, 2, 1), b"a", 0.0) is None
    assert late.add("99", 0x8A, Part(1, 2, 2), b"b", 121.0) is None
    assert late.dropped == 1
    many = assembly(most=2)
    for reference in range(5):
        assert many.add("99", 0x8A, Part(reference, 2, 1), b"a", 0.0) is None
    assert many.dropped == 3
    assert assembly(parts=4).add("99", 0x8A, Part(1, 5, 1), b"a", 0.0) is None


def test_n4_a_reference_that_is_used_anew_never_mixes_two_texts() -> None:
    parts = assembly()
    assert parts.add("99", 0x8A, Part(1, 2, 1), b"old", 0.0) is None
    assert parts.add("99", 0x8A, Part(1, 2, 1), b"new", 1.0) is None
    assert parts.add("99", 0x8A, Part(1, 2, 2), b"!", 2.0) == b"new!"
