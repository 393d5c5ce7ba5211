"""What Asterisk tells of calls over its REST Interface (C2, A1, O4): recorded, and beyond it."""

import json
from typing import Any

import pytest

from adapters.codecs import ari
from adapters.codecs.ari_calls import AriTranslator
from middleware.ports import Problem
from schemas.call import AbuseWarned
from tests import ami
from tests.ami import NAMES, NOW, in_words
from tests.ari import CALLER, HANDLER, OTHER_HALF, PHONE, lines, say, told, translator

ANSWERED = "answered handler=handler1 position=Local/handler1@handlers"
IN_QUEUE = CALLER | {
    "dialplan": CALLER["dialplan"] | {"app_name": "Queue", "app_data": "emergency,,,,20"}  # type: ignore[operator]
}
BRIDGE = {"id": "b1"}


@pytest.mark.parametrize("name", NAMES)
def test_the_recording_through_ami_and_through_ari_gives_the_same_calls(name: str) -> None:
    """C2: of one exchange that was recorded on both of its interfaces; `busy_minute` is thirty."""
    alike = {"source"}
    one = [said.model_dump(exclude=alike) for said in ami.told(ami.pieces(name))]  # type: ignore[union-attr]
    two = [said.model_dump(exclude=alike) for said in told(lines(name))]  # type: ignore[union-attr]
    assert one == two
    assert len({said["call"] for said in two}) == (30 if name == "busy_minute" else 1)


def ringing() -> AriTranslator:
    calls = translator()
    rang = say(calls, "ChannelCreated", channel=CALLER)
    assert in_words(rang) == ["rang number=07700900101 line=999"]
    return calls


def queueing() -> AriTranslator:
    calls = ringing()
    assert not say(calls, "ChannelDialplan", channel=IN_QUEUE)
    return calls


def answered() -> AriTranslator:
    calls = queueing()
    say(calls, "ChannelCreated", channel=HANDLER | {"state": "Down"})
    say(calls, "ChannelCreated", channel=OTHER_HALF)
    said = say(calls, "Dial", dialstatus="ANSWER", caller=IN_QUEUE, peer=HANDLER)
    assert in_words(said) == ["left_queue queue=emergency", ANSWERED]
    for channel in (CALLER, HANDLER):
        assert not say(calls, "ChannelEnteredBridge", bridge=BRIDGE, channel=channel)
    return calls


def listed(calls: AriTranslator, *channels: dict[str, Any], bridged: bool = True) -> list[str]:
    """What the lists after a cut lead to."""
    calls.begin()
    bridge = {"id": "b1", "channels": [channel["id"] for channel in channels] * bridged}
    rows = ari.read_list(json.dumps(channels).encode(), json.dumps([bridge]).encode())
    assert rows is not None
    return in_words(calls.reconcile(rows, NOW))


# --- queue, answer, transfer, hold -----------------------------------------------------------


def test_a_caller_who_hangs_up_in_the_queue_abandoned_it() -> None:
    calls = queueing()
    left = say(calls, "ChannelHangupRequest", channel=IN_QUEUE, cause=127)
    over = say(calls, "ChannelDestroyed", channel=CALLER, cause=127, cause_txt="Interworking")
    assert in_words(left + over) == [
        "left_queue queue=emergency abandoned=True",
        "ended by=caller cause=Interworking",
    ]


def test_a_call_that_waited_too_long_leaves_the_queue_and_goes_on() -> None:
    calls = queueing()
    said = say(calls, "ChannelDialplan", channel=CALLER)
    assert in_words(said) == ["left_queue queue=emergency"]
    assert calls.live


def test_without_a_queue_the_dialled_phone_answers() -> None:
    calls = ringing()
    assert not say(calls, "Dial", dialstatus="BUSY", caller=CALLER, peer=PHONE)
    said = say(calls, "Dial", dialstatus="ANSWER", caller=CALLER, peer=PHONE)
    assert in_words(said) == ["answered handler=1002 position=PJSIP/1002"]


def test_a_call_put_through_after_a_word_is_answered_by_the_next_handler() -> None:
    """And who put it through did not end it."""
    calls = answered()
    transfer = {
        "result": "Success", "transferee": CALLER, "transfer_target": PHONE,
        "transferer_first_leg": HANDLER, "transferer_second_leg": OTHER_HALF,
    }  # fmt: skip
    said = say(calls, "BridgeAttendedTransfer", **transfer)
    assert in_words(said) == ["answered handler=1002 position=PJSIP/1002"]
    assert not say(calls, "ChannelHangupRequest", channel=HANDLER, cause=16)
    over = say(calls, "ChannelDestroyed", channel=CALLER, cause=16)
    assert in_words(over) == ["ended by=unknown cause=16"]


def test_a_transfer_that_failed_changes_nothing() -> None:
    fields = {"result": "Fail", "transferee": CALLER, "transfer_target": PHONE}
    assert not say(answered(), "BridgeAttendedTransfer", **fields)
    assert not say(answered(), "BridgeBlindTransfer", result="Invalid", channel=HANDLER)


def test_a_call_sent_on_is_answered_by_who_is_dialled_next() -> None:
    calls = answered()
    assert not say(calls, "BridgeBlindTransfer", result="Success", channel=HANDLER)
    assert not say(calls, "ChannelHangupRequest", channel=HANDLER, cause=16)
    said = say(calls, "Dial", dialstatus="ANSWER", caller=CALLER, peer=PHONE)
    said += say(calls, "ChannelHangupRequest", channel=PHONE, cause=16)
    said += say(calls, "ChannelDestroyed", channel=CALLER, cause=16)
    assert in_words(said) == [
        "answered handler=1002 position=PJSIP/1002",
        "ended by=handler cause=16",
    ]


def test_who_is_put_into_the_bridge_with_the_caller_has_taken_the_call_over() -> None:
    calls = answered()
    assert not say(calls, "ChannelLeftBridge", bridge=BRIDGE, channel=HANDLER)
    said = say(calls, "ChannelEnteredBridge", bridge=BRIDGE, channel=PHONE)
    assert in_words(said) == ["answered handler=1002 position=PJSIP/1002"]


def test_a_third_in_the_bridge_has_taken_nothing_over() -> None:
    assert not say(answered(), "ChannelEnteredBridge", bridge=BRIDGE, channel=PHONE)


def test_the_phone_behind_a_handlers_local_channel_is_the_same_handler() -> None:
    """Asterisk takes the Local channel out of the middle when it can."""
    calls = answered()
    say(calls, "Dial", dialstatus="ANSWER", caller=OTHER_HALF, peer=PHONE)
    say(calls, "ChannelLeftBridge", bridge=BRIDGE, channel=HANDLER)
    assert not say(calls, "ChannelEnteredBridge", bridge=BRIDGE, channel=PHONE)


def test_hold_and_its_end_are_told_each_time() -> None:
    calls = answered()
    said = []
    for kind in ("ChannelHold", "ChannelUnhold", "ChannelHold"):
        said += say(calls, kind, channel=HANDLER)
    assert in_words(said) == ["held held=True", "held", "held held=True"]
    assert [getattr(event, "revision", 0) for event in said] == [1, 2, 3]


# --- abuse, the end, other channels ----------------------------------------------------------


def test_a_warning_is_told_of_the_callers_call_from_either_half_of_the_handlers_channel() -> None:
    """A1: ARI has no Linkedid."""
    calls = answered()
    for channel in (OTHER_HALF, HANDLER, CALLER):
        own = {"eventname": "CallWarning", "Handler": "handler1", "Warning": "1"}
        (said,) = say(
            calls, "ChannelUserevent", eventname="CallWarning", userevent=own, channel=channel
        )
        assert isinstance(said, AbuseWarned)
        assert said.call == "pbx/1795377166.0"


def test_an_event_that_no_channel_raised_is_refused_with_the_remedy() -> None:
    own = {"eventname": "CallWarning", "Warning": "1"}
    (said,) = say(translator(), "ChannelUserevent", eventname="CallWarning", userevent=own)
    assert said == Problem("channel.id", "is missing; raise the event in the dialplan of the call")


def test_asterisks_own_soft_request_says_not_who_ended_the_call() -> None:
    calls = answered()
    assert not say(calls, "ChannelHangupRequest", channel=CALLER, cause=16, soft=True)
    over = say(calls, "ChannelDestroyed", channel=CALLER, cause=16)
    assert in_words(over) == ["ended by=unknown cause=16"]


@pytest.mark.parametrize(
    "other",
    [
        {"dialplan": {"context": "internal", "exten": "999"}},
        {"name": "Local/999@in999-00000001;2"},
        {"state": "Down"},
        {"id": "forewarn-eoc1-0000000000000001"},
    ],
    ids=["another context", "a Local leg", "dialled out", "a spoken note of ours"],
)
def test_other_channels_are_no_emergency_calls(other: dict[str, Any]) -> None:
    assert not say(translator(), "ChannelCreated", channel=CALLER | other)


# --- after a cut -----------------------------------------------------------------------------


def test_a_call_answered_during_the_cut_is_found_with_its_handler_and_its_legs() -> None:
    """O4: and a warning that its handler gives afterwards is told of it."""
    calls = translator()
    assert listed(calls, IN_QUEUE, HANDLER) == ["rang number=07700900101 line=999", ANSWERED]
    own = {"eventname": "CallWarning", "Warning": "1"}
    (said,) = say(
        calls, "ChannelUserevent", eventname="CallWarning", userevent=own, channel=OTHER_HALF
    )
    assert isinstance(said, AbuseWarned)
    assert said.call == "pbx/1795377166.0"


def test_a_caller_still_in_the_queue_is_found_there() -> None:
    calls = translator()
    assert listed(calls, IN_QUEUE, bridged=False) == ["rang number=07700900101 line=999"]
    said = say(calls, "Dial", dialstatus="ANSWER", caller=IN_QUEUE, peer=HANDLER)
    assert in_words(said) == ["left_queue queue=emergency", ANSWERED]


def test_what_happened_before_the_list_and_is_heard_after_it_is_not_told_twice() -> None:
    """The events wait in the WebSocket while the list is asked for."""
    calls = translator()
    listed(calls, IN_QUEUE, HANDLER)
    said = say(calls, "ChannelCreated", channel=CALLER)
    said += say(calls, "ChannelDialplan", channel=IN_QUEUE)
    said += say(calls, "Dial", dialstatus="ANSWER", caller=IN_QUEUE, peer=HANDLER)
    said += say(calls, "ChannelDestroyed", channel=CALLER, cause=16)
    assert in_words(said) == ["left_queue queue=emergency", "ended by=unknown cause=16"]


def test_a_call_gone_from_the_list_has_ended_unseen() -> None:
    assert listed(answered()) == ["ended by=unknown missed=True"]


@pytest.mark.parametrize(
    ("channels", "bridges"),
    [(b"", b"[]"), (b"[]", b""), (b"{}", b"[]"), (b'[{"id": 5}]', b"[]"), (b"[]", b"[{}]"),
     (b'[{"id": "1.0"', b"[]"), (b"[null]", b"[]"), (b"[]", b'[{"id": "b", "channels": null}]')],
)  # fmt: skip
def test_what_is_no_list_concludes_nothing(channels: bytes, bridges: bytes) -> None:
    """O4: a refusal, a cut answer, another shape."""
    assert ari.read_list(channels, bridges) is None
