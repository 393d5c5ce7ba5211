"""A man-down is told to another service that is configured, and its receipt is kept (D1, D2)."""

from datetime import UTC, datetime

from middleware.flow.emergency_body import emergency_body
from middleware.flow.timeline import build
from middleware.ports import By, Way
from schemas import decision as d
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.safety import AlarmOutcome
from schemas.told import UnitEmergency
from tests import alarms
from tests.alarms import HERE, RULES, Alarmed
from tests.room import made

PEER = "neighbour"
TOLD = RULES.model_copy(update={"ways": {PEER: Way(by=By.PEER, anew=True), "mdt": Way()}})


def room() -> Alarmed:
    told = Alarmed(TOLD)
    told.press(position=HERE)
    return told


def body(told: Alarmed) -> UnitEmergency:
    return emergency_body(told.state, told.alarm)


def about(revision: int) -> dict[str, object]:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    said = {"device": "", "channel": PEER, "note": "", "note_revision": revision}
    return {"source": PEER, "id": f"a/{revision}", "occurred_at": at} | said


def receipt(told: Alarmed, revision: int) -> NoteDisplayed:
    name = told.alarm.id
    return NoteDisplayed(**about(revision) | {"device": name, "note": name})


def test_d1_a_press_is_told_with_who_and_where() -> None:
    told = room()
    assert told.alarm.channels.keys() == {PEER}
    said = body(told)
    assert (said.revision, said.callsign, said.position) == (1, "A1", HERE)
    assert said.acknowledged_at is said.stopped_at is None


def test_d1_without_such_a_channel_nobody_else_is_told() -> None:
    alone = Alarmed()
    alone.press()
    assert alone.alarm.channels == {}


def test_d2_what_becomes_of_it_is_told_in_its_next_revisions() -> None:
    told = room()
    told.happens(alarms.accepted(told.alarm.id, at=told.now))
    accepted = body(told)
    assert (accepted.revision, accepted.acknowledged_at) == (2, told.now)
    told.wait(minutes=3)
    told.press()
    again = body(told)
    assert (again.revision, again.acknowledged_at) == (3, None), "pressed again, nobody has it"
    told.happens(alarms.ended(told.alarm.id, AlarmOutcome.REAL, at=told.now))
    ended = body(told)
    assert (ended.stopped_at, ended.outcome) == (told.now, AlarmOutcome.REAL)
    assert ended.revision > again.revision


def test_d2_a_receipt_is_kept_once_and_is_no_acknowledgement_of_a_person() -> None:
    told = room()
    (shown,) = made([told.happens(receipt(told, 1))], d.Shown)
    assert (shown.note, shown.channel, told.alarm.shown) == (told.alarm.id, PEER, {PEER: 1})
    assert made([told.happens(receipt(told, 1).model_copy(update={"id": "x"}))], d.Ignored)
    assert made([told.happens(receipt(told, 9))], d.Ignored)
    assert told.alarm.accepted_by is None


def test_e3_the_timeline_says_that_the_other_service_has_it() -> None:
    told = room()
    told.happens(receipt(told, 1))
    words = [line.words for line in build(told.entries, told.alarm.id)]
    assert f"alarm {told.alarm.id}: {PEER} has it, revision 1" in words


def test_d2_a_refusal_is_kept_and_the_alarm_goes_on() -> None:
    told = room()
    name = told.alarm.id
    more = {"device": name, "note": name, "state": Delivery.REFUSED, "code": "400"}
    assert made([told.happens(DeliveryReported(**about(1) | more))], d.Noted)
    assert told.alarm.is_open
