"""The event socket can be cut anywhere and say anything (C2, O4)."""

import json
from itertools import count, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.codecs import esl
from adapters.codecs.call_book import Said
from adapters.codecs.esl import Frame, Framer, Item, Message, Unreadable
from adapters.codecs.esl_calls import EslDialect, EslTranslator
from middleware.ports import Problem
from simulators.esl_call import EslCall
from simulators.esl_words import event, frame
from tests.ami import NOW, in_words


def told(received: list[bytes]) -> list[Said]:
    framer, calls = Framer(), EslTranslator("freeswitch_esl", EslDialect())
    said: list[Said] = []
    for item in (item for piece in received for item in framer.feed(piece)):
        if isinstance(item, Frame) and item.kind == esl.EVENT:
            message = esl.read_event(item.body)
            said += [message] if isinstance(message, Problem) else calls.translate(message, NOW)
    return said


def night() -> bytes:
    """An abusive call, one put through, one that gave up, one withheld."""
    said: list[bytes] = []
    serials = count(1)

    def ring(number: str | None, line: str) -> EslCall:
        def tell(name: str, unique: str, headers: dict[str, str]) -> None:
            said.append(event(name, {"Unique-ID": unique}, headers))

        call = EslCall(tell, lambda leg, is_up: None, serials, number, line)
        call.ring()
        return call

    abusive = ring("07700900166", "999")
    abusive.answer("handler2")
    abusive.warn()
    abusive.terminate_for_abuse()
    through = ring("07700900101", "111")
    through.answer("handler1")
    through.transfer("handler3")
    through.hang_up("caller")
    ring(None, "999").hang_up("caller")
    return b"".join(said)


NIGHT = night()
MEANT = told([NIGHT])


def test_a_night_is_told_call_by_call() -> None:
    assert in_words(MEANT) == [
        "rang number=07700900166 line=999",
        "left_queue queue=emergency@default",
        "answered handler=handler2 position=handler2@default",
        "abuse_warned handler=handler2 warning=1",
        (
            "terminated_for_abuse handler=handler2 ground=two warnings given "
            "category=directed_verbal_abuse_general"
        ),
        "ended by=handler cause=NORMAL_CLEARING",
        "rang number=07700900101 line=111",
        "left_queue queue=nhs111@default",
        "answered handler=handler1 position=handler1@default",
        "answered handler=handler3 position=sofia/internal/handler3@192.0.2.10:5060",
        "ended by=caller cause=NORMAL_CLEARING",
        "rang line=999",
        "left_queue queue=emergency@default abandoned=True",
        "ended by=caller cause=ORIGINATOR_CANCEL",
    ]


def test_hold_and_its_end_are_told_of_the_callers_call() -> None:
    """Whoever pressed it: the agent's leg has the caller's id as Channel-Call-UUID."""
    agent = {"Unique-ID": "u9", "Channel-Call-UUID": "u1"}
    caller = {
        "Unique-ID": "u1", "Channel-Call-UUID": "u1", "Call-Direction": "inbound",
        "Caller-Context": "in999",
    }  # fmt: skip
    said = told(
        [
            event("CHANNEL_CREATE", caller),
            event("CHANNEL_HOLD", agent),
            event("CHANNEL_UNHOLD", agent),
        ]
    )
    assert in_words(said) == ["rang", "held held=True", "held"]


def cut(data: bytes, at: list[int]) -> list[bytes]:
    places = [0, *sorted(place % (len(data) + 1) for place in at), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def framed(received: list[bytes]) -> list[Item]:
    framer = Framer()
    return [item for piece in received for item in framer.feed(piece)]


@settings(deadline=None)
@given(at=st.lists(st.integers(min_value=0), max_size=30))
def test_cut_anywhere_it_tells_the_same_calls(at: list[int]) -> None:
    assert told(cut(NIGHT, at)) == MEANT


def test_one_byte_at_a_time_it_tells_the_same_calls() -> None:
    assert told([NIGHT[n : n + 1] for n in range(len(NIGHT))]) == MEANT


@settings(deadline=None)
@given(junk=st.lists(st.binary(max_size=200), max_size=10))
def test_junk_never_crashes(junk: list[bytes]) -> None:
    for item in framed(junk):
        assert isinstance(item, Frame) or item.problem.field


@settings(deadline=None)
@given(body=st.binary(min_size=1, max_size=300))
def test_junk_in_a_frame_is_refused_and_the_next_event_is_read(body: bytes) -> None:
    junk, good = framed([frame("text/event-json", body) + event("HEARTBEAT")])
    assert isinstance(junk, Frame)
    assert isinstance(good, Frame)
    assert isinstance(esl.read_event(junk.body), Problem | Message)
    read = esl.read_event(good.body)
    assert isinstance(read, Message)
    assert read.first("Event-Name") == "HEARTBEAT"


def test_what_is_too_long_is_skipped_to_its_end() -> None:
    long = frame("text/event-json", b"x" * (esl.MOST_EVENT + 1))
    skipped, good = framed(cut(long + event("HEARTBEAT"), [50, 5_000, 70_000]))
    assert isinstance(skipped, Unreadable)
    assert not skipped.lost
    assert "longer" in skipped.problem.reason
    assert isinstance(good, Frame)


def test_without_a_length_that_can_be_read_the_stream_is_lost() -> None:
    (item,) = framed([b"Content-Length: many\nContent-Type: text/event-json\n\n{}"])
    assert isinstance(item, Unreadable)
    assert item.lost
    assert item.problem.field == "Content-Length"


names = st.sampled_from(
    ["CHANNEL_CREATE", "CHANNEL_BRIDGE", "CHANNEL_HOLD", "CHANNEL_UNHOLD",
     "CHANNEL_HANGUP_COMPLETE", "CUSTOM"]
)  # fmt: skip
keys = st.sampled_from(
    ["Unique-ID", "Channel-Call-UUID", "Call-Direction", "Caller-Context", "Event-Subclass",
     "Caller-Caller-ID-Number", "Caller-Destination-Number", "CC-Action", "CC-Agent", "CC-Queue",
     "CC-Member-Session-UUID", "Bridge-A-Unique-ID", "Other-Leg-Channel-Name", "Warning", "CLI",
     "Handler", "Hangup-Cause", "variable_sip_hangup_disposition"]
)  # fmt: skip
values = st.one_of(
    st.text(max_size=300),
    st.sampled_from(["inbound", "in999", "u1", "u2", "callcenter::info", "forewarn::warned",
                     "forewarn::call", "bridge-agent-start", "member-queue-end", "1"]),
)  # fmt: skip


@settings(deadline=None)
@given(said=st.lists(st.tuples(names, st.dictionaries(keys, values)), max_size=12))
def test_whatever_the_exchange_says_it_becomes_events_or_refusals(
    said: list[tuple[str, dict[str, str]]],
) -> None:
    """Nothing crashes, and no refusal repeats what was said."""
    calls = EslTranslator("freeswitch_esl", EslDialect())
    for name, headers in said:
        message = esl.read_event(json.dumps({"Event-Name": name} | headers).encode())
        assert isinstance(message, Message)
        for each in calls.translate(message, NOW):
            if isinstance(each, Problem):
                shown = f"{each.field} {each.reason}"
                assert not any(value in shown for value in headers.values() if len(value) > 30)


@given(rows=st.recursive(st.none() | st.text() | st.integers(), st.lists, max_leaves=5))
def test_a_list_that_is_none_closes_nothing(rows: object) -> None:
    body = json.dumps({"row_count": 1, "rows": rows}).encode()
    assert esl.read_list(body) is None


@given(value=st.text(max_size=50))
def test_a_command_is_one_line_whatever_the_secret(value: str) -> None:
    try:
        written = esl.command("auth", value)
    except ValueError:
        assert set(value) & set("\r\n\0")
        return
    assert written.count(b"\n\n") == 1 or "\n" in value
    assert written.endswith(b"\n\n")
