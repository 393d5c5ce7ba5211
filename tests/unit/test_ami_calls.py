"""What Asterisk can say beyond the recordings: cuts, transfers, odd orders (C2, A1, O4)."""

import pytest

from adapters.codecs.ami_calls import AmiTranslator
from adapters.codecs.call_book import MOST_CALLS, MOST_SAID, Said
from middleware.ports import Problem
from schemas.call import AbuseWarned, CallEnded, CallEvent, CallRang
from tests.ami import CALLER, HANDLER, NOW, in_words, message, pieces, told, translator

ANNOUNCED = CALLER | {"UserEvent": "EmergencyCall", "CLI": "07700900101"}
WARNED = HANDLER | {"UserEvent": "CallWarning", "Handler": "handler1", "Warning": "1"}
MEMBER = {"Interface": "Local/handler1@handlers", "MemberName": "Handler One", "Queue": "emergency"}
BRIDGED = {"BridgeId": "b1", "ChannelState": "6"}


def say(calls: AmiTranslator, name: str, *parts: dict[str, str], **more: str) -> list[Said]:
    return calls.translate(message(name, *parts, **more), NOW)


def listed(calls: AmiTranslator, *rows: dict[str, str]) -> list[str]:
    """What the complete list of channels after a cut leads to."""
    calls.begin()
    return in_words(calls.reconcile([message("CoreShowChannel", row) for row in rows], NOW))


def ringing() -> AmiTranslator:
    calls = translator()
    assert in_words(say(calls, "Newchannel", CALLER)) == ["rang number=07700900101 line=999"]
    return calls


def answered() -> AmiTranslator:
    calls = ringing()
    say(calls, "AgentConnect", CALLER, MEMBER)
    return calls


# --- what makes a call -----------------------------------------------------------------------


def test_a_user_event_alone_makes_a_call_where_no_context_is_configured() -> None:
    calls = translator(contexts=())
    assert not say(calls, "Newchannel", CALLER)
    assert in_words(say(calls, "UserEvent", ANNOUNCED)) == ["rang number=07700900101 line=999"]


def test_the_names_of_user_events_and_headers_come_from_configuration() -> None:
    calls = translator(
        contexts=(), call_events=("Notruf",), number_header="Von", warning_event="Warnung",
        warning_header="Nr", handler_header="Wer",
    )  # fmt: skip
    assert not say(calls, "UserEvent", ANNOUNCED)
    rang = say(calls, "UserEvent", CALLER, UserEvent="Notruf", Von="07700900102")
    warned = say(calls, "UserEvent", HANDLER, UserEvent="Warnung", Nr="2", Wer="anna")
    assert in_words(rang + warned) == [
        "rang number=07700900102 line=999",
        "abuse_warned handler=anna warning=2",
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"Context": "internal"},
        {"Channel": "Local/999@in999-00000001;2"},
        {"Linkedid": "1795377000.5"},
        {"ChannelState": "0", "Exten": "s"},
        {"Uniqueid": "note-1-call", "Linkedid": "note-1-call"},
    ],
    ids=["another context", "a Local leg", "a leg of another call", "dialled out", "made by ARI"],
)
def test_other_channels_are_no_emergency_calls(other: dict[str, str]) -> None:
    assert not say(translator(), "Newchannel", CALLER | other)


def test_two_exchanges_never_share_a_call() -> None:
    (one,) = say(translator(exchange="north"), "Newchannel", CALLER)
    (two,) = say(translator(exchange="south"), "Newchannel", CALLER)
    assert isinstance(one, CallRang)
    assert isinstance(two, CallRang)
    assert {one.call, two.call} == {"north/1795377166.0", "south/1795377166.0"}


def test_a_number_that_becomes_known_later_is_said_as_a_revision() -> None:
    """C3: the call is checked again by the number that the dialplan found."""
    calls = translator()
    (first,) = say(calls, "Newchannel", CALLER, CallerIDNum="<unknown>")
    (second,) = say(calls, "UserEvent", ANNOUNCED)
    assert isinstance(first, CallRang)
    assert isinstance(second, CallRang)
    assert (first.number, second.number) == (None, "07700900101")
    assert (first.id, first.revision, second.revision) == (second.id, 1, 2)


def test_a_number_too_long_is_refused_and_the_call_told_all_the_same() -> None:
    """C4: what cannot be checked is still seen."""
    said = say(translator(), "Newchannel", CALLER, CallerIDNum="0" * 50)
    assert in_words(said) == ["refused number", "rang line=999"]


# --- who answered ------------------------------------------------------------------------------


def test_without_a_queue_the_dialled_phone_answers() -> None:
    calls = ringing()
    assert not say(calls, "DialEnd", CALLER, DestChannel="PJSIP/1001-0000001a", DialStatus="BUSY")
    said = say(calls, "DialEnd", CALLER, DestChannel="PJSIP/1002-0000001b", DialStatus="ANSWER")
    assert in_words(said) == ["answered handler=1002 position=PJSIP/1002"]


def test_a_call_put_through_is_answered_by_the_next_handler() -> None:
    calls = answered()
    transfer = {"Result": "Success", "TransfereeUniqueid": CALLER["Uniqueid"]}
    said = say(calls, "AttendedTransfer", transfer, TransferTargetChannel="PJSIP/1002-0000001b")
    assert in_words(said) == ["answered handler=1002 position=PJSIP/1002"]
    back = say(calls, "AgentConnect", CALLER, MEMBER)
    assert [event.revision for event in back if isinstance(event, CallEvent)] == [2]


def test_a_handler_who_put_the_call_through_did_not_end_it() -> None:
    calls = answered()
    say(calls, "HangupRequest", HANDLER)
    say(calls, "AgentComplete", CALLER, MEMBER, Reason="transfer")
    say(calls, "DialEnd", CALLER, DestChannel="PJSIP/1002-0000001b", DialStatus="ANSWER")
    say(calls, "HangupRequest", CALLER)
    assert in_words(say(calls, "Hangup", CALLER, Cause="16")) == ["ended by=caller cause=16"]


def test_who_ended_a_call_that_was_put_through_is_unknown_until_somebody_hangs_up() -> None:
    calls = answered()
    say(calls, "HangupRequest", HANDLER)
    say(calls, "DialEnd", CALLER, DestChannel="PJSIP/1002-0000001b", DialStatus="ANSWER")
    assert in_words(say(calls, "Hangup", CALLER, Cause="16")) == ["ended by=unknown cause=16"]


def test_the_end_of_a_handlers_leg_is_not_the_end_of_the_call() -> None:
    calls = answered()
    assert not say(calls, "Hangup", HANDLER, Cause="16")
    assert calls.live == {"pbx/1795377166.0"}


def test_a_call_joined_to_another_keeps_its_own_name() -> None:
    """When two calls are bridged, Asterisk changes the Linkedid of one."""
    calls = ringing()
    said = say(calls, "Hangup", CALLER, Linkedid="1795377000.5", Cause="16")
    assert [event.call for event in said if isinstance(event, CallEvent)] == ["pbx/1795377166.0"]


def test_hold_and_its_end_are_told_each_time() -> None:
    calls = answered()
    said = [*say(calls, "Hold", HANDLER), *say(calls, "Unhold", HANDLER)]
    assert in_words(said) == ["held held=True", "held"]
    assert not say(calls, "Hold", HANDLER, Uniqueid="1795377000.9", Linkedid="1795377000.9")


# --- abuse -----------------------------------------------------------------------------------


def test_a_warning_after_the_hang_up_is_still_told_of_the_call() -> None:
    """A1."""
    calls = answered()
    say(calls, "Hangup", CALLER)
    (said,) = say(calls, "UserEvent", WARNED)
    assert isinstance(said, AbuseWarned)
    assert said.call == "pbx/1795377166.0"
    assert not calls.live


def test_a_warning_in_a_call_whose_ringing_was_missed_is_told_and_the_call_ends() -> None:
    """A1."""
    calls = translator()
    assert in_words(say(calls, "UserEvent", WARNED)) == ["abuse_warned handler=handler1 warning=1"]
    assert in_words(say(calls, "Hangup", CALLER, Cause="16")) == ["ended by=unknown cause=16"]


@pytest.mark.parametrize("which", ["", "0", "ten", "12", "\xb2"])
def test_a_warning_without_its_number_is_refused(which: str) -> None:
    (said,) = say(answered(), "UserEvent", WARNED | {"Warning": which})
    assert said == Problem("Warning", "must be the number of the warning, 1 to 9")


def test_a_user_event_without_linkedid_is_refused_with_the_remedy() -> None:
    (said,) = say(translator(), "UserEvent", UserEvent="EmergencyCall", CLI="07700900101")
    assert isinstance(said, Problem)
    assert said.field == "Linkedid"


# --- after a cut -----------------------------------------------------------------------------


def test_a_call_gone_from_the_list_has_ended_unseen() -> None:
    """O4."""
    assert listed(answered()) == ["ended by=unknown missed=True"]


def test_a_call_still_in_the_list_goes_on() -> None:
    calls = answered()
    assert listed(calls, CALLER | BRIDGED, HANDLER | BRIDGED) == []
    assert calls.live == {"pbx/1795377166.0"}


def test_a_call_that_began_during_the_cut_is_found_ringing() -> None:
    calls = translator()
    assert listed(calls, CALLER | {"Application": "Queue"}) == ["rang number=07700900101 line=999"]
    said = say(calls, "DialEnd", CALLER, DestChannel="PJSIP/sbc-00000001", DialStatus="ANSWER")
    assert not said  # in a queue, AgentConnect names the member
    assert in_words(say(calls, "AgentConnect", CALLER, MEMBER)) == [
        "answered handler=handler1 position=Local/handler1@handlers"
    ]


def test_a_call_that_was_answered_during_the_cut_is_found_with_its_handler() -> None:
    assert listed(translator(), CALLER | BRIDGED, HANDLER | BRIDGED) == [
        "rang number=07700900101 line=999",
        "answered handler=handler1 position=Local/handler1@handlers",
    ]


def test_with_three_in_the_bridge_nobody_is_named() -> None:
    third = HANDLER | {"Channel": "PJSIP/1009-00000009", "Uniqueid": "1795377166.9"}
    rows = [row | BRIDGED for row in (CALLER, HANDLER, third)]
    assert listed(translator(), *rows) == ["rang number=07700900101 line=999"]


def test_a_channel_that_was_dialled_out_is_no_call_in_the_list_either() -> None:
    assert listed(translator(), CALLER | {"ApplicationData": "(Outgoing Line)"}) == []


def test_a_call_that_rings_while_the_list_is_on_its_way_is_not_closed_by_it() -> None:
    calls = translator()
    calls.begin()
    say(calls, "Newchannel", CALLER)
    assert calls.reconcile([], NOW) == []
    assert calls.live


def test_a_call_heard_of_since_the_cut_is_not_closed_by_an_older_list() -> None:
    calls = ringing()
    calls.begin()
    say(calls, "QueueCallerJoin", CALLER, Queue="emergency")
    assert calls.reconcile([], NOW) == []


def test_a_late_word_of_an_ended_call_does_not_revive_it() -> None:
    """O4: nothing is shown twice as new."""
    calls = answered()
    listed(calls)
    for name in ("Newchannel", "QueueCallerJoin", "AgentConnect", "Hangup"):
        assert not say(calls, name, CALLER, MEMBER)
    assert not say(calls, "UserEvent", ANNOUNCED)


def test_calls_of_an_earlier_run_are_closed_when_they_are_gone() -> None:
    """O4: also when their hang-up came while the service was down."""
    calls = translator()
    calls.believe_live(["pbx/1795377166.0", "pbx/1795377166.7", "another/1795377166.9"])
    assert calls.live == {"pbx/1795377166.0", "pbx/1795377166.7"}
    assert listed(calls, CALLER) == ["ended by=unknown missed=True"]
    assert calls.live == {"pbx/1795377166.0"}  # still up: neither rung again nor closed


def test_an_answer_while_the_service_was_down_is_found() -> None:
    calls = translator()
    calls.believe_live(["pbx/1795377166.0"])
    assert listed(calls, CALLER | BRIDGED, HANDLER | BRIDGED) == [
        "answered handler=handler1 position=Local/handler1@handlers"
    ]


def test_said_again_by_another_run_it_is_the_same_message() -> None:
    """O4: ids follow from what happened, not from when it was heard."""
    once, again = told(pieces("abusive")), told(pieces("abusive"))
    assert once == again


# --- bounds ------------------------------------------------------------------------------------


def test_the_number_of_calls_held_is_bounded() -> None:
    calls = translator()
    said: list[Said] = []
    for serial in range(MOST_CALLS + 3):
        unique = f"1795377166.{serial}"
        said += say(calls, "Newchannel", CALLER, Uniqueid=unique, Linkedid=unique)
    ended = [event for event in said if isinstance(event, CallEnded)]
    assert len(calls.live) == MOST_CALLS
    assert [(event.call, event.missed) for event in ended] == [
        (f"pbx/1795377166.{serial}", True) for serial in range(3)
    ]


def test_what_can_be_said_of_one_call_is_bounded() -> None:
    calls = ringing()
    said = [
        each
        for number in range(MOST_SAID)
        for each in say(calls, "QueueCallerLeave", CALLER, Queue=f"queue{number}")
    ]
    assert [isinstance(each, Problem) for each in said] == [False] * (MOST_SAID - 1) + [True]


def test_what_does_not_fit_an_event_is_refused_without_its_value() -> None:
    (said,) = say(answered(), "QueueCallerLeave", CALLER, Queue="canary" * 100)
    assert isinstance(said, Problem)
    assert "canary" not in f"{said.field} {said.reason}"
