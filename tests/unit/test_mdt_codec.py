"""The MDT contract on the wire: topics, what is written, what is read, what is refused (N3, N8)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.codecs import mdt
from adapters.codecs.mdt import Heard
from middleware.ports import Problem
from schemas.check import NotChecked, Outcome
from schemas.delivery import CrewAsked, DeviceSeen, NoteAcknowledged, NoteDisplayed
from schemas.held import Why
from schemas.incident import Holding
from schemas.mdt import (
    DeviceAnswer,
    DeviceNote,
    DevicePrompt,
    KnownIncident,
    ReceiptKind,
    ReceiptTaken,
    StateTaken,
)
from schemas.mistake import CrewReportedMistake, Mistaken
from schemas.stand_off import CrewSaidStandOff, StandOffState

ARRIVED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CONTRACT = {"contract": "forewarn.mdt/1"}
DISPLAYED = {**CONTRACT, "kind": "displayed", "note": "n1", "revision": 2}
ACKNOWLEDGED = {**DISPLAYED, "kind": "acknowledged", "by": "P1001"}
CANARY = "Kanarienvogel"


def topic(leaf: str, device: str = "A101") -> str:
    return f"forewarn/eoc1/mdt/{device}/{leaf}"


def read(said: Any, leaf: str = "receipts", device: str = "A101") -> Heard | Problem:
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    return mdt.read("eoc1", topic(leaf, device), raw, "mdt", ARRIVED)


def heard(said: Any, leaf: str = "receipts") -> Heard:
    result = read(said, leaf)
    assert isinstance(result, Heard), result
    return result


def refused(said: Any, leaf: str = "receipts") -> Problem:
    result = read(said, leaf)
    assert isinstance(result, Problem), result
    return result


# --- what devices say ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["displayed", "removed"])
def test_a_note_on_the_screen_or_taken_from_it_is_displayed(kind: str) -> None:
    """N3, N7"""
    event = heard({**DISPLAYED, "kind": kind}).event
    assert event == NoteDisplayed(
        source="mdt",
        channel="mdt",
        id=f"A101/{kind}/n1/2",
        occurred_at=ARRIVED,
        device="A101",
        note="n1",
        note_revision=2,
    )


def test_an_acknowledgement_names_who() -> None:
    """N3: the device's receipt and the crew's acknowledgement are recorded apart."""
    event = heard(ACKNOWLEDGED).event
    assert isinstance(event, NoteAcknowledged)
    assert (event.id, event.by, event.note_revision) == ("A101/acknowledged/n1/2", "P1001", 2)


@pytest.mark.parametrize("says", Mistaken)
def test_n6_a_crew_says_that_a_note_is_not_about_this_place(says: Mistaken) -> None:
    """As the device that signed in, with the code of the person who pressed."""
    result = heard({**ACKNOWLEDGED, "kind": says.value, "device": "A102"})
    assert result.event == CrewReportedMistake(
        source="mdt", channel="mdt", id=f"A101/{says}/n1/2", occurred_at=ARRIVED, device="A101",
        note="n1", note_revision=2, says=says, by="P1001",
    )  # fmt: skip
    assert result.taken == ReceiptTaken(kind=ReceiptKind(says.value), note="n1", revision=2)


def test_a_receipt_is_answered_with_its_own_kind_note_and_revision() -> None:
    taken = heard(ACKNOWLEDGED).taken
    assert taken == ReceiptTaken(kind=ReceiptKind.ACKNOWLEDGED, note="n1", revision=2)


def test_the_same_receipt_said_again_is_the_same_message() -> None:
    """O4: devices repeat; (source, id, revision) is said once."""
    first, again = heard(DISPLAYED).event, heard(dict(reversed(DISPLAYED.items()))).event
    assert (first.source, first.id, first.revision) == (again.source, again.id, again.revision)


def test_hello_is_a_device_seen_once_a_session() -> None:
    event = heard({**CONTRACT, "session": "s7"}, "hello").event
    assert isinstance(event, DeviceSeen)
    assert (event.device, event.id) == ("A101", "A101/s7")


def test_a_crew_asks() -> None:
    """C5"""
    event = heard({**CONTRACT, "ask": "q1"}, "ask").event
    assert isinstance(event, CrewAsked)
    assert (event.device, event.ask, event.id) == ("A101", "q1", "A101/q1")


@pytest.mark.parametrize("state", StandOffState)
def test_p3_a_crew_says_how_it_holds(state: StandOffState) -> None:
    """As the device that signed in, with the code of the person who pressed."""
    said = {**CONTRACT, "said": "s1", "state": state.value, "by": "P1001", "incident": "000417"}
    result = heard(said, "states")
    assert result.event == CrewSaidStandOff(
        source="mdt", channel="mdt", id="A101/state/s1", occurred_at=ARRIVED, device="A101",
        state=state, by="P1001", number="000417",
    )  # fmt: skip
    assert result.taken == StateTaken(said="s1")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"state": "asleep"}, "state"),
        ({"by": ""}, "by"),
        ({"by": None}, "by"),
        ({"said": "a/b"}, "said"),
        ({"incident": 417}, "incident"),
    ],
)
def test_p3_a_state_that_cannot_be_taken_is_told(wrong: dict[str, Any], field: str) -> None:
    said = {**CONTRACT, "said": "s1", "state": "at_rvp", "by": "P1001"}
    assert refused(said | wrong, "states").field == field


def test_p3_a_prompt_is_sent_on_a_topic_of_its_own_and_says_all_a_screen_needs() -> None:
    prompt = DevicePrompt(
        stand_off="so7", revision=1, incident="000417", callsign="A101",
        holding=Holding.AT_RVP, since=ARRIVED, minutes=10, why=Why.TIME, in_words="Still so?",
    )  # fmt: skip
    assert mdt.leaf_of(prompt) == "prompts"
    assert mdt.leaf_of(StateTaken(said="s1")) == "heard"
    assert DevicePrompt.model_validate_json(mdt.write(prompt)) == prompt


def test_the_device_is_the_one_in_the_topic_whatever_the_payload_claims() -> None:
    """E2: the broker's access list guarantees the topic."""
    claimed = heard({**DISPLAYED, "device": "A102"})
    assert claimed.event.device == "A101"
    assert claimed.unknown == 1


def test_fields_nobody_knows_are_counted_and_change_nothing() -> None:
    more = heard({**DISPLAYED, "battery": 80, "firmware": {"version": 3}})
    assert more.unknown == 2
    assert more.event == heard(DISPLAYED).event


# --- what is refused -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (b"", "payload"),
        (b"[]", "payload"),
        (b"\xff\xfe", "payload"),
        (json.dumps(DISPLAYED).encode()[:-1], "payload"),
        (json.dumps({**DISPLAYED, "more": "x" * mdt.LIMIT}).encode(), "payload"),
        ({**DISPLAYED, "contract": "forewarn.mdt/2"}, "contract"),
        ({"kind": "displayed", "note": "n1", "revision": 2}, "contract"),
        ({**DISPLAYED, "kind": "seen"}, "kind"),
        ({**DISPLAYED, "note": ""}, "note"),
        ({**DISPLAYED, "note": "a/b"}, "note"),
        ({**DISPLAYED, "revision": 0}, "revision"),
        ({**DISPLAYED, "revision": "2"}, "revision"),
        ({**DISPLAYED, "revision": 2.5}, "revision"),
        ({**DISPLAYED, "revision": 10**300}, "revision"),
        ({**DISPLAYED, "by": "P1001"}, "by"),
        ({**ACKNOWLEDGED, "by": None}, "by"),
        ({**ACKNOWLEDGED, "by": ""}, "by"),
        ({**DISPLAYED, "kind": "wrong_address"}, "by"),
        ({**ACKNOWLEDGED, "kind": "wrong_house"}, "kind"),
    ],
)
def test_bad_input_is_refused_with_the_field_and_the_reason(said: Any, field: str) -> None:
    problem = refused(said)
    assert problem.field == field
    assert problem.reason


@pytest.mark.parametrize("leaf", ["hello", "ask"])
def test_hello_and_ask_want_their_name(leaf: str) -> None:
    assert refused(CONTRACT, leaf).field in {"session", "ask"}


def test_a_refusal_holds_nothing_of_what_was_said() -> None:
    for said in ({**DISPLAYED, "kind": CANARY}, {**DISPLAYED, "note": f"{CANARY}!"}):
        problem = refused(said)
        assert CANARY not in problem.field + problem.reason


@pytest.mark.parametrize(
    "said_on",
    [
        "forewarn/eoc1/mdt/A101/notes",
        "forewarn/eoc2/mdt/A101/receipts",
        "forewarn/eoc1/mdt/A 101/receipts",
        "forewarn/eoc1/mdt//receipts",
        "forewarn/eoc1/mdt/A101/receipts/more",
        "forewarn/eoc1/mdt/A101/receipts\n",
        "",
    ],
)
def test_only_the_topics_of_this_rooms_devices_are_read(said_on: str) -> None:
    result = mdt.read("eoc1", said_on, json.dumps(DISPLAYED).encode(), "mdt", ARRIVED)
    assert isinstance(result, Problem)
    assert result.field == "topic"


# --- what devices are told -------------------------------------------------------------


def note(**fields: Any) -> DeviceNote:
    return DeviceNote(note="n1", revision=1, incident="i1", callsign="A101", expires_at=ARRIVED,
                      **fields)  # fmt: skip


def test_a_note_goes_out_with_what_a_device_needs_to_judge_it() -> None:
    """N6, N8: id, revision and expiry are in the payload; nothing is said that has no value."""
    said = json.loads(mdt.write(note(headline="Risk", certainty="sure", age="14 months ago")))
    assert said["contract"] == "forewarn.mdt/1"
    assert (said["note"], said["revision"], said["expires_at"]) == ("n1", 1, "2026-11-22T09:30:00Z")
    assert (said["headline"], said["certainty"], said["age"]) == ("Risk", "sure", "14 months ago")
    assert said["withdrawn"] is False
    assert "reason" not in said


def test_an_answer_always_says_one_of_the_answers() -> None:
    """C4, C5: not checked is said, with why."""
    known = KnownIncident(
        incident="i1",
        outcome=Outcome.NOT_CHECKED,
        reason=NotChecked.INDEX_BEHIND,
        in_words="not checked",
    )
    answer = DeviceAnswer(ask="q1", incidents=(known,), in_words="not checked")
    said = json.loads(mdt.write(answer))
    assert said["incidents"][0]["outcome"] == "not_checked"
    assert said["incidents"][0]["reason"] == "index_behind"


@pytest.mark.parametrize(
    ("body", "leaf"),
    [
        (note(), "notes"),
        (DeviceAnswer(ask="q1", incidents=(), in_words="nothing"), "answers"),
        (ReceiptTaken(kind=ReceiptKind.REMOVED, note="n1", revision=1), "taken"),
    ],
)
def test_each_has_its_own_topic(body: DeviceNote | DeviceAnswer | ReceiptTaken, leaf: str) -> None:
    assert mdt.topic("eoc1", "A101", mdt.leaf_of(body)) == f"forewarn/eoc1/mdt/A101/{leaf}"
