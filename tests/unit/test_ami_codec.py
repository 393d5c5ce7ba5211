"""The recordings of a real Asterisk become the calls that took place (C2, A1)."""

from collections import Counter

import pytest

from adapters.codecs import ami
from adapters.codecs.ami import Framer, Greeting, Message, Unreadable
from adapters.codecs.ami_names import handler_of, interface_of
from adapters.codecs.call_names import read_number
from middleware.ports import Problem
from schemas.call import CallAnswered, CallEnded, CallEvent, CallRang
from tests.ami import NAMES, in_words, pieces, told

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


# --- what happened, in words -------------------------------------------------------------------


def test_a_999_call_rings_is_answered_by_handler1_and_ended_by_the_handler() -> None:
    assert in_words(told(pieces("answered"))) == [
        "rang number=07700900101 line=999",
        "left_queue queue=emergency",
        "answered handler=handler1 position=Local/handler1@handlers",
        "ended by=handler cause=Normal Clearing",
    ]


def test_a_999_caller_hangs_up_while_queueing() -> None:
    assert in_words(told(pieces("abandoned"))) == [
        "rang number=07700900102 line=998",
        "left_queue queue=overflow abandoned=True",
        "ended by=caller cause=Interworking, unspecified",
    ]


def test_a_withheld_number_is_no_number() -> None:
    assert in_words(told(pieces("withheld"))) == [
        "rang line=999",
        "left_queue queue=emergency",
        "answered handler=handler1 position=Local/handler1@handlers",
        "ended by=handler cause=Normal Clearing",
    ]


def test_a_111_caller_ends_an_answered_call() -> None:
    assert in_words(told(pieces("caller_hangs_up"))) == [
        "rang number=07700900103 line=111",
        "left_queue queue=nhs111",
        "answered handler=handler3 position=Local/handler3@handlers",
        "ended by=caller cause=Normal Clearing",
    ]


def test_an_abusive_caller_is_warned_twice_and_the_call_ended_under_the_policy() -> None:
    """A1: the warnings, the ground, the category and the termination come with the call."""
    assert in_words(told(pieces("abusive"))) == [
        "rang number=07700900166 line=999",
        "left_queue queue=emergency2",
        "answered handler=handler2 position=Local/handler2@handlers",
        "abuse_warned handler=handler2 warning=1",
        "abuse_warned handler=handler2 warning=2",
        (
            "terminated_for_abuse handler=handler2 ground=two warnings given "
            "category=directed_verbal_abuse_general"
        ),
        "ended by=handler cause=Normal Clearing",
    ]


def test_thirty_calls_in_a_busy_minute() -> None:
    said = told(pieces("busy_minute"))
    assert Counter(event.kind for event in said if isinstance(event, CallEvent)) == {
        "call.rang": 30,
        "call.left_queue": 30,
        "call.answered": 25,
        "call.abuse_warned": 16,
        "call.terminated_for_abuse": 8,
        "call.ended": 30,
    }
    ended = Counter(event.by for event in said if isinstance(event, CallEnded))
    assert ended == {"caller": 6 + 5, "handler": 11 + 8}  # 111 callers and abandoned; the rest
    lines = Counter(event.line for event in said if isinstance(event, CallRang))
    assert lines == {"999": 19, "998": 5, "111": 6}
    handlers = Counter(event.handler for event in said if isinstance(event, CallAnswered))
    assert handlers == {"handler1": 11, "handler2": 8, "handler3": 6}


@pytest.mark.parametrize("name", NAMES)
def test_every_event_of_a_call_has_an_id_of_its_own_made_from_what_happened(name: str) -> None:
    said = [event for event in told(pieces(name)) if isinstance(event, CallEvent)]
    assert len({event.id for event in said}) == len(said)
    assert all(event.id.startswith(f"{event.call}/") and event.revision == 1 for event in said)


# --- the wire ------------------------------------------------------------------------------


def read(data: bytes) -> list[ami.Item]:
    return Framer().feed(GREETING + data)[1:]


def test_the_first_line_is_the_greeting() -> None:
    assert Framer().feed(GREETING) == [Greeting("11.0.0")]


@pytest.mark.parametrize("first", [b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_another_first_line_is_told_with_the_remedy(first: bytes) -> None:
    (item,) = Framer().feed(first)
    assert isinstance(item, Unreadable)
    assert item.raw == first
    assert "check the host and the port" in item.problem.reason


def test_a_header_that_comes_twice_keeps_both_values_and_the_first_counts() -> None:
    (item,) = read(b"Event: UserEvent\r\nChannel: PJSIP/trunk-1\r\nChannel: other\r\n\r\n")
    assert isinstance(item, Message)
    assert item.headers["channel"] == ["PJSIP/trunk-1", "other"]
    assert item.first("Channel") == "PJSIP/trunk-1"


@pytest.mark.parametrize("written", ["Ünal", "Zoë"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_both_encodings_are_read(written: str, encoding: str) -> None:
    (item,) = read(f"Event: X\r\nCallerIDName: {written}\r\n\r\n".encode(encoding))
    assert isinstance(item, Message)
    assert item.first("calleridname") == written


def test_a_line_that_is_no_header_is_refused_whole_with_its_bytes() -> None:
    block = b"Event: Hangup\r\nno colon here\r\n"
    bad, good = read(block + b"\r\nEvent: Newchannel\r\n\r\n")
    assert isinstance(bad, Unreadable)
    assert (bad.problem.field, bad.raw) == ("line 2", block)
    assert isinstance(good, Message)


def test_a_message_that_never_ends_is_refused_once_and_skipped_to_its_end() -> None:
    framer = Framer()
    framer.feed(GREETING)
    found = [i for _ in range(100) for i in framer.feed(b"Key: " + b"x" * 5_000 + b"\r\n")]
    assert [type(item) for item in found] == [Unreadable]
    assert isinstance(found[0], Unreadable)
    assert len(found[0].raw) == ami.MOST_BYTES
    (after,) = framer.feed(b"\r\nEvent: Hangup\r\n\r\n")
    assert isinstance(after, Message)


def test_a_message_of_the_longest_size_is_read() -> None:
    head = b"Event: X\r\nLong: "
    block = head + b"y" * (ami.MOST_BYTES - len(head) - 2) + b"\r\n"
    framer = Framer()
    framer.feed(GREETING)
    (item,) = [i for n in range(len(block)) for i in framer.feed(block[n : n + 1])] + [
        i for end in (b"\r", b"\n") for i in framer.feed(end)
    ]
    assert isinstance(item, Message)


def test_too_many_headers_are_refused() -> None:
    (item,) = read(b"Key: value\r\n" * (ami.MOST_HEADERS + 1) + b"\r\n")
    assert isinstance(item, Unreadable)


def test_actions_are_written_as_asterisk_reads_them() -> None:
    assert ami.login("1", "forewarn", "s3cret") == (
        b"Action: Login\r\nActionID: 1\r\nUsername: forewarn\r\nSecret: s3cret\r\n"
        b"Events: call,agent,user\r\n\r\n"
    )
    assert ami.list_channels("2") == b"Action: CoreShowChannels\r\nActionID: 2\r\n\r\n"
    assert ami.ping("3") == b"Action: Ping\r\nActionID: 3\r\n\r\n"


@pytest.mark.parametrize("mark", ["\r", "\n", "\0", "\r\nAction: Originate"])
def test_a_value_cannot_begin_another_header(mark: str) -> None:
    with pytest.raises(ValueError, match=r"^Secret must be one line$"):
        ami.login("1", "forewarn", f"canary{mark}")


# --- names and numbers ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "withheld",
    ["", " ", "anonymous", "Anonymous", "<unknown>", "unavailable", "Restricted",
     "anonymous@192.0.2.1"],
)  # fmt: skip
def test_what_holds_no_digit_is_withheld(withheld: str) -> None:
    assert read_number(withheld) is None


@pytest.mark.parametrize("number", ["07700900101", "+447700900101", "020 7946 0123", "999"])
def test_a_number_is_kept_as_given(number: str) -> None:
    assert read_number(number) == number


@pytest.mark.parametrize("bad", ["0" * 41, "07700\x07900101"])
def test_what_cannot_be_a_number_is_told_without_its_value(bad: str) -> None:
    problem = read_number(bad)
    assert isinstance(problem, Problem)
    assert bad not in problem.reason


@pytest.mark.parametrize(
    ("channel", "position", "handler"),
    [
        ("Local/handler1@handlers-00000000;1", "Local/handler1@handlers", "handler1"),
        ("PJSIP/1001-0000001f", "PJSIP/1001", "1001"),
        ("PJSIP/desk-12-0000001f", "PJSIP/desk-12", "desk-12"),
        ("Agent/7", "Agent/7", "7"),
        ("odd", "odd", "odd"),
    ],
)
def test_who_sits_where_is_read_from_the_channel(channel: str, position: str, handler: str) -> None:
    assert (interface_of(channel), handler_of(position)) == (position, handler)
