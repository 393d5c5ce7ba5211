"""A scene-safety flag written for another service: strictly, read back by our own reader and by the
simulator's own eyes (N2, N7, C4, N8)."""

import json
from typing import Any

import pytest

from adapters.codecs import bars, bars_flag, bars_told
from adapters.codecs.contract import Read
from schemas.hand_on import SafetyFlag, SceneFlags
from schemas.incident import IncidentClosed, IncidentOpened
from schemas.report import Place
from simulators.bars_receiver import BarsReceiver, violations
from tests.bars_rig import PLACE, SAID_AT, flags

Json = dict[str, Any]
GONE = SafetyFlag(name="M2", active=False, text="No longer known of this scene.")


def written(**more: Any) -> Json:
    bundle: Json = json.loads(bars_flag.write(flags(**more)))
    assert list(violations(bundle)) == []
    return bundle


def parts(bundle: Json, kind: str) -> list[Json]:
    found = (one["resource"] for one in bundle["entry"])
    return [one for one in found if one["resourceType"] == kind]


def read(**more: Any) -> IncidentOpened | IncidentClosed:
    told = bars.read(bars_flag.write(flags(**more)), "bars")
    assert isinstance(told, Read), told
    assert told.unknown == 0
    assert isinstance(told.event, IncidentOpened | IncidentClosed)
    return told.event


def test_c4_a_flag_says_in_words_why_and_has_no_code() -> None:
    (flag,) = parts(written(headline="man with a knife"), "Flag")
    assert flag["code"] == {"text": "man with a knife"}
    assert flag["status"] == "active"
    assert flag["category"][0]["coding"][0]["code"] == "SS"
    assert "BARSFlag-scene-safety" in flag["meta"]["profile"][0]
    assert flag["period"]["start"] == SAID_AT.replace(second=1).isoformat(timespec="milliseconds")


def test_n2_our_own_reader_takes_it_as_an_unsafe_scene_at_that_place() -> None:
    event = read(headline="man with a knife")
    assert isinstance(event, IncidentOpened)
    assert event.place.uprn == PLACE.uprn
    assert (event.place.latitude, event.place.longitude) == (PLACE.latitude, PLACE.longitude)
    assert (event.nature or "").startswith("SCENE NOT SAFE, as the sender says: man with a knife")
    assert "sender's reference 000042" in (event.nature or "")


def test_n7_what_is_no_longer_true_is_an_inactive_flag_with_the_same_id() -> None:
    first = parts(written(), "Flag")[0]
    later = written(revision=2, flags=(GONE.model_copy(update={"name": "M1"}),))
    (flag,) = parts(later, "Flag")
    assert (flag["id"], flag["status"]) == (first["id"], "inactive")
    event = read(revision=2, flags=(GONE,))
    assert isinstance(event, IncidentOpened)
    assert "SCENE" not in (event.nature or "")
    assert "safe" not in (event.nature or "")


def test_n7_a_taking_back_revokes_the_request() -> None:
    bundle = written(revision=3, withdrawn=True, flags=(GONE,))
    assert parts(bundle, "MessageHeader")[0]["reason"]["coding"][0]["code"] == "delete"
    assert parts(bundle, "ServiceRequest")[0]["status"] == "revoked"
    assert isinstance(read(revision=3, withdrawn=True, flags=()), IncidentClosed)


@pytest.mark.parametrize(
    ("more", "reason"), [({}, "new"), ({"revision": 2}, "update"), ({"withdrawn": True}, "delete")]
)
def test_why_it_is_sent_is_said(more: Json, reason: str) -> None:
    header = parts(written(**more), "MessageHeader")[0]
    assert header["reason"]["coding"][0]["code"] == reason


def test_a_later_revision_is_newer_for_whoever_reads_it() -> None:
    assert read(revision=2).revision > read(revision=1).revision
    assert read(revision=2).number == read(revision=1).number


def test_an_incident_that_came_as_a_referral_keeps_the_referrals_own_id() -> None:
    own = "236bb75d-90ef-461f-b71e-fde7f899802c"
    assert bars_flag.request_id(flags(incident=own)) == own
    assert parts(written(incident=own), "ServiceRequest")[0]["id"] == own
    assert bars_flag.request_id(flags("h1")) != bars_flag.request_id(flags("h2"))


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(1.204, 51.371), (51.371, None), (0.0, 0.0), (-51.0, 1.2)],
    ids=["swapped", "half", "nowhere", "south"],
)
def test_c4_a_position_that_cannot_be_is_not_written(
    latitude: float, longitude: float | None
) -> None:
    place = Place(address="14 Marram Street", latitude=latitude, longitude=longitude)
    assert "position" not in parts(written(place=place), "Location")[0]


def test_a_place_of_which_nothing_is_known_says_so() -> None:
    assert parts(written(place=Place()), "Location")[0]["name"] == "place not known"


def test_n8_the_ids_on_the_wire_tell_nothing_of_the_marker() -> None:
    named = SafetyFlag(name="SMITH-KNIFE", active=True, text="Risk")
    assert "SMITH" not in json.dumps(written(flags=(named,)))


def test_the_same_revision_is_the_same_message_to_the_byte() -> None:
    body = flags(expires_at=SAID_AT)
    assert bars_flag.write(body) == bars_flag.write(body)
    assert bars_flag.headers(body) == bars_flag.headers(body)


# --- receipts --------------------------------------------------------------------------


def answer(*resources: Json) -> bytes:
    entry = [{"resource": one} for one in resources]
    return json.dumps({"resourceType": "Bundle", "type": "message", "entry": entry}).encode()


def ok(identifier: str, code: str = "ok") -> Json:
    return {"resourceType": "MessageHeader", "response": {"identifier": identifier, "code": code}}


def test_o4_what_the_simulated_service_answers_is_a_receipt() -> None:
    receiver, body = BarsReceiver(), flags(headline="knife seen")
    status, told = receiver.take(bars_flag.key(body), bars_flag.write(body))
    assert status == 200
    assert bars_flag.is_receipt(json.dumps(told).encode(), body)
    assert receiver.active() == ["knife seen"]


@pytest.mark.parametrize(
    ("raw", "is_one"),
    [
        (json.dumps({"resourceType": "Bundle", "meta": {}}).encode(), True),
        (answer(ok("n1;1")), True),
        (answer(ok("n1;2")), False),
        (
            answer({"resourceType": "MessageHeader", "response": {"identifier": [], "code": "ok"}}),
            False,
        ),
        (answer(ok("n1;1", "fatal-error")), False),
        (answer({"resourceType": "OperationOutcome"}), False),
        (json.dumps({"resourceType": "OperationOutcome"}).encode(), False),
        (b"", False),
        (b"[1]", False),
        (b'{"resourceType": "Bundle", "entry": 7}', True),
        (b'{"resourceType": "Bundle", "entry": [7, {"resource": 8}]}', True),
    ],
)
def test_o4_only_a_bundle_that_answers_this_message_or_none_is_a_receipt(
    raw: bytes, is_one: bool
) -> None:
    """The standard's own example of a success is a bundle with nothing in it."""
    assert bars_flag.is_receipt(raw, flags("n1", 1)) is is_one


@pytest.mark.parametrize("standing", ["taken", "known", "superseded"])
def test_o4_what_another_room_answers_is_a_receipt_for_that_message_alone(standing: str) -> None:
    body, later = flags(), flags(revision=2)
    told = bars_told.taken(bars_flag.write(body), standing)
    assert bars_flag.is_receipt(told, body)
    assert not bars_flag.is_receipt(told, later)
    assert len(told) < bars_flag.LIMIT


def broken(change: Any) -> Json:
    bundle = written()
    change(bundle)
    return bundle


def _text_gone(bundle: Json) -> None:
    del parts(bundle, "Flag")[0]["code"]["text"]


def _swapped(bundle: Json) -> None:
    parts(bundle, "Location")[0]["position"] = {"latitude": 1.204, "longitude": 51.371}


def _zeros(bundle: Json) -> None:
    parts(bundle, "Location")[0]["extension"][0]["extension"][0]["valueString"] = "0008755622"


def _nowhere(bundle: Json) -> None:
    parts(bundle, "Flag")[0]["subject"]["reference"] = "urn:uuid:nobody"


def _coded(bundle: Json) -> None:
    parts(bundle, "Flag")[0]["code"]["coding"] = [{"code": "U"}]


@pytest.mark.parametrize("change", [_text_gone, _swapped, _zeros, _nowhere, _coded])
def test_o3_the_simulated_service_takes_nothing_that_is_not_right(change: Any) -> None:
    """Else that it took ours would prove nothing."""
    bundle = broken(change)
    assert list(violations(bundle))
    status, told = BarsReceiver().take("n1;1", json.dumps(bundle).encode())
    assert (status, told["resourceType"]) == (400, "OperationOutcome")


def test_shapes_are_strict() -> None:
    with pytest.raises(ValueError, match="revision"):
        SceneFlags.model_validate(flags().model_dump() | {"revision": 0})
