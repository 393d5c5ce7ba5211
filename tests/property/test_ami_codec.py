"""The Manager Interface can be cut anywhere and say anything (C2, O4)."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.codecs import ami
from adapters.codecs.ami import Framer, Item, Message, Unreadable
from middleware.ports import Problem
from tests.ami import CALLER, HANDLER, NAMES, NOW, block, message, pieces, told, translator

WHOLE = {name: b"".join(pieces(name)) for name in NAMES}
MEANT = {name: told([whole]) for name, whole in WHOLE.items()}
SHORT = NAMES[:-1]

lines = st.binary(max_size=40).map(lambda line: line.replace(b"\n", b""))
names = st.sampled_from(
    ["Newchannel", "UserEvent", "QueueCallerJoin", "QueueCallerAbandon", "QueueCallerLeave",
     "AgentConnect", "DialEnd", "AttendedTransfer", "HangupRequest", "AgentComplete", "Hangup"]
)  # fmt: skip
keys = st.sampled_from(
    [*CALLER, "UserEvent", "CLI", "Warning", "Handler", "Queue", "Interface", "DestChannel",
     "DialStatus", "Reason", "Result", "TransfereeUniqueid", "TransferTargetChannel"]
)  # fmt: skip
values = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=300),
    st.sampled_from(["EmergencyCall", "CallWarning", "AbusiveCallTerminated", "1", "ANSWER"]),
)
events = st.tuples(names, st.sampled_from([CALLER, HANDLER]), st.dictionaries(keys, values))


def cut(data: bytes, at: list[int]) -> list[bytes]:
    """The data in pieces, cut at these places."""
    places = [0, *sorted(place % (len(data) + 1) for place in at), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def framed(received: list[bytes]) -> list[Item]:
    framer = Framer()
    return [item for piece in received for item in framer.feed(piece)]


@settings(deadline=None)
@given(name=st.sampled_from(SHORT), at=st.lists(st.integers(min_value=0), max_size=30))
def test_cut_anywhere_a_recording_tells_the_same_calls(name: str, at: list[int]) -> None:
    assert told(cut(WHOLE[name], at)) == MEANT[name]


def test_one_byte_at_a_time_every_recording_tells_the_same_calls() -> None:
    for name, whole in WHOLE.items():
        assert told(whole[n : n + 1] for n in range(len(whole))) == MEANT[name]


@settings(deadline=None)
@given(
    name=st.sampled_from(SHORT),
    again=st.lists(st.integers(min_value=0, max_value=15), min_size=1, max_size=3),
)
def test_repeated_headers_tell_the_same_calls(name: str, again: list[int]) -> None:
    assert told([repeat_headers(WHOLE[name], again)]) == MEANT[name]


def repeat_headers(whole: bytes, again: list[int]) -> bytes:
    """Some headers of every message once more, at its end, as a dialplan's user events do."""
    greeting, _, rest = whole.partition(b"\r\n")
    blocks = [one.split(b"\r\n") for one in rest.split(b"\r\n\r\n")]
    longer = [one + [one[n] for n in again if n < len(one)] for one in blocks]
    return greeting + b"\r\n" + b"\r\n\r\n".join(b"\r\n".join(one) for one in longer)


@given(junk=st.lists(st.binary(max_size=200), max_size=10))
def test_junk_never_crashes_and_what_it_was_does_not_depend_on_the_cuts(junk: list[bytes]) -> None:
    assert framed(junk) == framed([b"".join(junk)])


@given(
    junk=st.lists(lines, max_size=6).map(b"\r\n".join),
    at=st.lists(st.integers(min_value=0), max_size=5),
)
def test_after_junk_the_next_message_is_read(junk: bytes, at: list[int]) -> None:
    good = block(CALLER | {"Event": "Hangup"})
    found = framed(cut(ami.GREETING + b"11.0.0\r\n" + junk + b"\r\n\r\n" + good, at))
    assert isinstance(found[-1], Message)
    assert found[-1].first("Event") == "Hangup"


@settings(max_examples=30, deadline=None)
@given(
    extra=st.integers(min_value=-3, max_value=3),
    at=st.lists(st.integers(min_value=0), max_size=4),
    end=st.sampled_from([b"\r\n\r\n", b"\n\n"]),
)
def test_around_the_longest_message_nothing_depends_on_the_cuts(
    extra: int, at: list[int], end: bytes
) -> None:
    head = b"Key: "
    body = head + b"x" * (ami.MOST_BYTES - len(head) - len(end) // 2 + extra) + end
    whole = ami.GREETING + b"11.0.0\r\n" + body + block({"Event": "Hangup"})
    found = framed(cut(whole, at))
    assert found == framed([whole])
    assert isinstance(found[1], Unreadable) is (extra > 0)


@given(said=st.lists(events, max_size=12))
def test_whatever_the_exchange_says_it_becomes_events_or_refusals(
    said: list[tuple[str, dict[str, str], dict[str, str]]],
) -> None:
    """Nothing crashes, and no refusal repeats what was said."""
    calls = translator()
    for name, leg, more in said:
        for each in calls.translate(message(name, leg, more), NOW):
            if isinstance(each, Problem):
                shown = f"{each.field} {each.reason}"
                assert not any(value in shown for value in more.values() if len(value) > 30)
    assert len(calls.live) <= 1 + len(said)


@given(value=st.text(max_size=50))
def test_an_action_is_one_message_whatever_the_values(value: str) -> None:
    try:
        written = ami.login("1", "forewarn", value)
    except ValueError:
        assert set(value) & set("\r\n\0")
        return
    (read,) = framed([ami.GREETING + b"11.0.0\r\n" + written])[1:]
    assert isinstance(read, Message)
    assert read.first("Secret") == value
    assert read.first("Events") == "call,agent,user"
