"""What radios say means one thing each: emergencies, questions, reports (C5, D1, N3, N5); and what
they are told fits (N4, N7, N8)."""

from datetime import timedelta

import pytest

from adapters.codecs import tetra_heard as heard
from adapters.codecs import tetra_pei as pei
from adapters.codecs.tetra_lip import TimeOfFix, moment_of
from adapters.codecs.tetra_sds_tl import Report, ReportsAsked, Transfer, read_pdu
from adapters.codecs.tetra_status import ShortReport, ShortReportType
from adapters.codecs.tetra_told import (
    BOTH,
    answer_to,
    code_of,
    is_displayed,
    report_on,
    split,
    state_of,
    write_texts,
)
from schemas.delivery import Delivery
from schemas.safety import Signal
from simulators import radio_words as words
from tests.said import START

RADIO = "1001001"


def meant(wire: bytes, priority: int = 15) -> list[heard.Heard]:
    """What everything on the wire means, with what says nothing left out."""
    understanding, reader = heard.Understanding(priority), pei.Reader()
    items = [*reader.feed(wire), *reader.end()]
    return [said for item in items if (said := understanding.understand(item, 0.0))]


def one(wire: bytes, priority: int = 15) -> heard.Heard:
    (said,) = meant(wire, priority)
    return said


# --- emergencies -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wire", "signal"),
    [
        (words.status(RADIO, 0), Signal.STATUS),
        (words.emergency_call(RADIO), Signal.CALL),
        (words.location(RADIO, 51.3, 0.5, words.EMERGENCY_REASON), Signal.LIP),
    ],
)
def test_d1_each_signal_of_one_press_is_an_emergency_of_the_same_radio(
    wire: bytes, signal: Signal
) -> None:
    said = one(wire)
    assert isinstance(said, heard.Emergency)
    assert (said.radio, said.signal) == (RADIO, signal)
    assert said.raw in wire
    assert (said.located is not None) is (signal is Signal.LIP)


def test_d1_what_calls_an_emergency_is_the_sites_to_say() -> None:
    assert meant(words.emergency_call(RADIO, priority=14)) == []
    assert isinstance(one(words.emergency_call(RADIO, priority=14), 12), heard.Emergency)


@pytest.mark.parametrize(
    ("wire", "radio"),
    [
        (b"+CTSDSR: 13,1001001,0,1,0,16\r\n00\r\n", RADIO),
        (b"+CTSDSR: 13,1001001,0,1,0,16\r\nOK\r\n", RADIO),
        (b"+CTSDSR: 13,1001001,0,1,0,16\r\n", RADIO),
        (b"+CTSDSR: 13,,0,1,0,16\r\n0000\r\n", None),
        (b"+CTSDSR: 13,x,0,1,0,16\r\n0000\r\n", None),
        (b"+CTSDSR: 13,1001\r\n0000\r\n", None),
        (b"+CTS#SR: 13,1001001,0,1,0,16\r\n0000\r\n", None),
        (b"0000\r\n", None),
        (b"+CTSDSR: 12,1001001,0,1,0,84\r\n0A0005B05A47AE1B0000\r\n", RADIO),
        (b"+CTICN: 1,0,0,1,x,0,1,0,1,1,1,1,15\r\n", None),
        (b"+CTICN: 1,0,0,1,1001001,0,1,0,1,1,1,1,1#\r\n", RADIO),
    ],
)
def test_d1_what_may_have_been_an_emergency_is_shown_as_it_came(
    wire: bytes, radio: str | None
) -> None:
    said = [m for m in meant(wire) if isinstance(m, heard.PerhapsEmergency)]
    assert [m.radio for m in said] == [radio]
    assert said[0].raw.strip() in wire
    assert said[0].problem.reason


def test_o4_what_is_clearly_none_goes_to_quarantine() -> None:
    for wire in (
        b"+CTSDSR: 12,1001001,0,1,0,120\r\n8202\r\n",
        b"+CTSDSR: 10,1001001,0,1,0,32\r\n00000001\r\n",
        b"+CTSDSR: 12,1001001,0,1,0,24\r\nC30201\r\n",
        b"noise\r\n",
        words.status(RADIO, 0x7ACA),
        words.status("x", 0x8010),
    ):
        assert all(isinstance(said, heard.Nonsense) for said in meant(wire))
        assert len(meant(wire)) == 1


def test_o4_what_says_nothing_to_us_is_no_fault() -> None:
    ack = b"+CTSDSR: 12,1001001,0,1,0,32\r\n822001C9\r\n"
    gps = b"+CTSDSR: 12,1001001,0,1,0,24\r\n030102\r\n"
    request = b"+CTSDSR: 12,1001001,0,1,0,16\r\n0A44\r\n"
    assert meant(ack + gps + request + b"+CTXG: 1\r\n" + words.emergency_call(RADIO, 0)) == []


# --- texts, status, positions ----------------------------------------------------------


def test_c5_a_text_in_parts_is_one_text() -> None:
    parts = [
        words.message_line(RADIO, 12, bytes.fromhex(f"8A02{ref}01050003C902{n}") + text)
        for ref, n, text in (("CA", "02", b" known?"), ("C9", "01", b"ask what is"))
    ]
    said = one(b"".join(parts))
    assert isinstance(said, heard.TextSaid)
    assert said.text == "ask what is known?"


def test_c5_a_whole_message_in_pieces_is_one_text() -> None:
    first = bytes.fromhex("8C02C9 050201 82 01") + b"ask w"
    second = bytes.fromhex("8C02CA 050202") + b"hat is known"
    wire = words.message_line(RADIO, 12, first) + words.message_line(RADIO, 12, second)
    said = one(wire)
    assert isinstance(said, heard.TextSaid)
    assert said.text == "ask what is known"


def test_c5_texts_status_and_positions_come_with_who_said_them() -> None:
    said = meant(
        words.text(RADIO, "risk?", 7)
        + words.status(RADIO, 0x8011)
        + words.location(RADIO, -51.3, -0.5, 129)
    )
    assert [type(each) for each in said] == [heard.TextSaid, heard.StatusSaid, heard.PositionSaid]
    assert {getattr(each, "radio", None) for each in said} == {RADIO}
    position = said[2]
    assert isinstance(position, heard.PositionSaid)
    assert position.located.latitude == pytest.approx(-51.3, abs=1e-5)


@pytest.mark.parametrize(
    ("day", "hour", "found"),
    [
        (22, 9, "2026-11-22T09:00:05"),
        (23, 9, "2026-10-23T09:00:05"),
        (31, 9, "2026-10-31T09:00:05"),
    ],
)
def test_d1_the_time_of_a_fix_is_the_last_such_time(day: int, hour: int, found: str) -> None:
    """Month and year are not said. It is 22 November, 9.30."""
    moment = moment_of(TimeOfFix(day, hour, 0, 5), START)
    assert moment is not None
    assert moment.isoformat()[:19] == found
    assert moment_of(TimeOfFix(0, 25, 0, 0), START) is None


# --- reports ---------------------------------------------------------------------------


def full(level: int) -> Report:
    return Report(0x89, 5, level)


@pytest.mark.parametrize(
    ("report", "state", "code"),
    [
        (full(0x00), Delivery.RECEIVED, "0x00"),
        (full(0x06), Delivery.RECEIVED, "0x06"),
        (full(0x04), Delivery.SENT, "0x04"),
        (full(0x20), Delivery.STORED, "0x20"),
        (full(0x21), Delivery.STORED, "0x21"),
        (full(0x22), Delivery.STORED, "0x22"),
        (full(0x40), Delivery.FAILED, "0x40"),
        (full(0x48), Delivery.EXPIRED, "0x48"),
        (full(0x49), Delivery.EXPIRED, "0x49"),
        (full(0x4B), Delivery.REFUSED, "0x4B"),
        (full(0x52), Delivery.REFUSED, "0x52"),
        (full(0x5A), Delivery.REFUSED, "0x5A"),
        (full(0x5E), Delivery.BUSY, "0x5E"),
        (full(0x5F), Delivery.BUSY, "0x5F"),
        (full(0x47), Delivery.FAILED, "0x47"),
        (full(0x60), None, "0x60"),
        (full(0x80), None, "0x80"),
        (ShortReport(ShortReportType.NOT_SUPPORTED, 5), Delivery.REFUSED, "short 0"),
        (ShortReport(ShortReportType.MEMORY_FULL, 5), Delivery.REFUSED, "short 1"),
        (ShortReport(ShortReportType.RECEIVED, 5), Delivery.RECEIVED, "short 2"),
    ],
)
def test_n3_a_report_says_how_far_a_note_got_and_no_more(
    report: Report | ShortReport, state: Delivery | None, code: str
) -> None:
    assert (state_of(report), code_of(report)) == (state, code)
    assert not is_displayed(report)


def test_n3_only_consumed_is_displayed() -> None:
    assert is_displayed(full(0x02))
    assert is_displayed(ShortReport(ShortReportType.CONSUMED, 5))
    assert [level for level in range(256) if is_displayed(full(level))] == [0x02]


def test_n3_what_asks_for_an_acknowledgement_gets_it() -> None:
    assert answer_to(full(0x00)).hex() == "89200105"
    assert answer_to(full(0x02)).hex() == "89200305"


@pytest.mark.parametrize(
    ("asked", "understood", "answer"),
    [
        (ReportsAsked.NONE, True, None),
        (ReportsAsked.RECEIVED, True, "82100007"),
        (ReportsAsked.CONSUMED, True, "82100207"),
        (ReportsAsked.CONSUMED, False, None),
        (BOTH, True, "82100207"),
        (BOTH, False, "82100007"),
    ],
)
def test_c5_a_crew_is_told_that_its_text_was_understood_only_when_it_was(
    asked: ReportsAsked, understood: bool, answer: str | None
) -> None:
    written = report_on(Transfer(0x82, 7, b"", asked), understood=understood)
    assert (written.hex() if written else None) == answer


# --- what radios are told --------------------------------------------------------------


def test_n4_a_note_is_an_immediate_text_with_both_reports_and_a_validity() -> None:
    (octets,) = write_texts(["ABC"], (7,), asked=BOTH, valid_for=timedelta(minutes=5))
    assert octets.hex().upper() == "890F075701414243"
    (plain,) = write_texts(["ABC"], (7,), asked=BOTH, valid_for=None)
    assert plain.hex().upper() == "890E0701414243"


def test_n4_a_long_note_goes_in_parts_that_say_so() -> None:
    octets = write_texts(["AB", "CD"], (255, 0), asked=BOTH, valid_for=None)
    assert [each.hex().upper() for each in octets] == [
        "8A0EFF01050003FF02014142",
        "8A0E0001050003FF02024344",
    ]
    assert all(isinstance(read_pdu(each), Transfer) for each in octets)


@pytest.mark.parametrize(
    ("longest", "parts", "pieces"),
    [
        (80, 1, ["VIOLENCE whole building 14 months ago"]),
        (24, 1, ["VIOLENCE whole..."]),
        (24, 2, ["VIOLENCE whole building", "14 months ago"]),
        (20, 2, ["VIOLENCE whole", "building 14..."]),
        (20, 3, ["VIOLENCE whole", "building 14 months", "ago"]),
    ],
)
def test_n4_n8_a_text_is_split_between_words_and_loses_only_its_end(
    longest: int, parts: int, pieces: list[str]
) -> None:
    assert split("VIOLENCE whole building 14 months ago", longest, parts) == pieces


def test_n4_a_word_that_is_too_long_is_cut() -> None:
    assert split("A" * 50, 20, 2) == ["A" * 20, "A" * 17 + "..."]
    assert split("Café – 日", 20, 1) == ["Café - ?"]
