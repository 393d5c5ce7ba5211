"""The simulated exchange says over ARI what a real Asterisk says, as recorded (O3)."""

import json
from itertools import count
from typing import Any

import pytest

from simulators.ami_call import Call
from simulators.ari_spoken import Spoken
from tests.ami import in_words
from tests.ari import lines, told
from tests.unit.test_telephony_simulator import PLAYED, simulated

LEFT_OUT = {"ChannelVarset", "ChannelCallerId", "ChannelConnectedLine", "DeviceStateChanged"}


def spoken(name: str) -> list[dict[str, Any]]:
    who, steps = PLAYED[name]
    ari = Spoken("amb")
    return [said for headers in simulated(*who, *steps) for said in ari.follow(headers)]


def shapes(events: list[dict[str, Any]]) -> set[tuple[str, frozenset[str]]]:
    """Each kind of event, with the fields that it has beside its own channel's."""
    optional = {"cause", "soft", "tech_cause"}
    return {(said["type"], frozenset(said) - optional) for said in events}


@pytest.mark.parametrize("name", PLAYED)
def test_the_simulated_call_has_the_events_and_fields_of_the_recorded_one(name: str) -> None:
    real = [said for said in map(json.loads, lines(name)) if said["type"] not in LEFT_OUT]
    assert shapes(spoken(name)) == shapes(real)
    channels = [said["channel"] for said in real if "channel" in said]
    assert all(
        set(said["channel"]) == set(channels[0]) for said in spoken(name) if "channel" in said
    )


@pytest.mark.parametrize("name", PLAYED)
def test_the_simulated_call_means_what_the_recorded_one_means(name: str) -> None:
    meant = in_words(told(json.dumps(said).encode() for said in spoken(name)))
    assert [line for line in meant if not line.startswith("left_queue")] == [
        line for line in in_words(told(lines(name))) if not line.startswith("left_queue")
    ]


def test_a_call_that_is_over_is_in_no_list() -> None:
    ari = Spoken("amb")
    said: list[Any] = []
    call = Call(lambda headers: said.extend(ari.follow(headers)), count(1), 1, "07700900101", "999")
    call.ring()
    call.answer("handler1")
    assert len(ari.channels()) == 3
    assert [len(bridge["channels"]) for bridge in ari.bridges()] == [2]
    call.hang_up("caller")
    assert ari.channels() == ari.bridges() == []
