"""The telephony simulator says what a real Asterisk says, as the recordings have it (O3, C2)."""

from collections.abc import Callable
from itertools import count

import pytest

from simulators.ami_call import Call
from simulators.ami_channels import ChannelList
from simulators.ami_words import Headers, decode, encode
from tests.ami import NOW, in_words, message, pieces, told, translator

LEFT_OUT = {"VarSet", "Newexten", "NewCallerid", "NewConnectedLine", "LocalBridge",
            "DeviceStateChange", "QueueMemberStatus", "FullyBooted"}  # fmt: skip


def recorded(name: str) -> list[Headers]:
    """The events of a recording that the simulator plays as well."""
    blocks = (decode(block) for block in b"".join(pieces(name)).split(b"\r\n\r\n"))
    return [
        headers
        for headers in blocks
        if headers and headers[0][0] == "Event" and headers[0][1] not in LEFT_OUT
        and headers[0][1] != "CoreShowChannelsComplete"
    ]  # fmt: skip


def simulated(number: str | None, line: str, *steps: Callable[[Call], None]) -> list[Headers]:
    said: list[Headers] = []
    call = Call(said.append, count(1), 1795377166, number, line)
    call.ring()
    for step in steps:
        step(call)
    return said


def abuse(call: Call) -> None:
    call.answer("handler2")
    call.warn()
    call.warn()
    call.terminate_for_abuse()


PLAYED = {
    "answered": (
        ("07700900101", "999"),
        (lambda call: call.answer("handler1"), lambda call: call.hang_up("handler")),
    ),
    "abandoned": (("07700900102", "998"), (lambda call: call.hang_up("caller"),)),
    "withheld": (
        (None, "999"),
        (lambda call: call.answer("handler1"), lambda call: call.hang_up("handler")),
    ),
    "caller_hangs_up": (
        ("07700900103", "111"),
        (lambda call: call.answer("handler3"), lambda call: call.hang_up("caller")),
    ),
    "abusive": (("07700900166", "999"), (abuse,)),
}


def sets_of_headers(events: list[Headers]) -> dict[str, set[frozenset[str]]]:
    """For each event, the sets of headers with which it came."""
    found: dict[str, set[frozenset[str]]] = {}
    for headers in events:
        kind = dict(headers).get("UserEvent", headers[0][1])
        found.setdefault(kind, set()).add(frozenset(key for key, _ in headers))
    return found


@pytest.mark.parametrize("name", PLAYED)
def test_the_simulated_call_has_the_events_and_headers_of_the_recorded_one(name: str) -> None:
    who, steps = PLAYED[name]
    real, played = recorded(name), simulated(*who, *steps)
    assert sets_of_headers(played) == sets_of_headers(real)


@pytest.mark.parametrize("name", PLAYED)
def test_the_simulated_call_means_what_the_recorded_one_means(name: str) -> None:
    who, steps = PLAYED[name]
    wire = b"Asterisk Call Manager/11.0.0\r\n" + b"".join(map(encode, simulated(*who, *steps)))
    meant = in_words(told([wire]))
    queues = [line for line in meant if line.startswith("left_queue")]
    assert len(queues) == 1
    assert [line for line in meant if line not in queues] == [
        line for line in in_words(told(pieces(name))) if not line.startswith("left_queue")
    ]


def test_the_list_of_channels_shows_a_call_with_its_handler_until_it_ends() -> None:
    channels, calls = ChannelList(), translator()
    call = Call(channels.follow, count(1), 1795377166, "07700900101", "999")
    call.ring()
    call.answer("handler1")
    response, *rows, complete = channels.answer("2")
    assert dict(response)["EventList"] == "start"
    assert dict(complete)["ListItems"] == str(len(rows)) == "3"
    listed = [message("CoreShowChannel", dict(row)) for row in rows]
    assert in_words(calls.reconcile(listed, NOW)) == [
        "rang number=07700900101 line=999",
        "answered handler=handler1 position=Local/handler1@handlers",
    ]
    call.hang_up("caller")
    assert len(channels.answer("3")) == 2
