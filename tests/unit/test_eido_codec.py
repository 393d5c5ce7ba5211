"""EIDO: an object is read as incident, units and calls, with the traps of real ones (C1)."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.codecs import eido
from adapters.codecs import eido_conveyance as conveyance
from adapters.codecs.eido_units import EidoDialect, Stand
from middleware.ports import Problem
from schemas.call import CallAnswered, CallEnded, CallRang
from schemas.check import Whereabouts
from schemas.event import Event
from schemas.incident import (
    IncidentClosed,
    IncidentOpened,
    Resource,
    ResourceAtScene,
    ResourceCleared,
    ResourceMobile,
    ResourceStandingOff,
)
from tests import eido as said

NUMBER = said.KEY
PLACE = "Flat 2, 31 Chapel Row, Saltby, CT97 3QR"


def told(object_: dict[str, Any], dialect: EidoDialect | None = None, **more: Any) -> eido.Told:
    read = eido.read(object_, "eido", dialect or EidoDialect(), **more)
    assert isinstance(read, eido.Told), read
    return read


def of(kind: type[Event], object_: dict[str, Any], **more: Any) -> Any:
    (one,) = [one for one in told(object_, **more).events if isinstance(one, kind)]
    return one


def opened(**parts: Any) -> IncidentOpened:
    one = of(IncidentOpened, said.eido(**parts))
    assert isinstance(one, IncidentOpened)
    return one


def test_c1_an_object_is_an_incident_with_place_units_and_what_is_said_of_it() -> None:
    read = told(said.eido())
    assert read.unknown == 0
    assert of(IncidentOpened, said.eido()) == IncidentOpened(
        source="eido", id=NUMBER, revision=1_795_408_800_250_000, number=NUMBER,
        occurred_at=datetime(2026, 11, 23, 4, 40, 0, 250_000, UTC), service_day=date(2026, 11, 23),
        place=Whereabouts(
            address=PLACE, postcode="CT97 3QR", latitude=51.371, longitude=1.204,
            phone="01632 960114", person="Julie Marchbanks",
        ),
        priority="C2", nature="Medical · sender's number 4711",
        resources=(Resource(callsign="A101"),),
    )  # fmt: skip


def test_c2_its_call_rang_and_was_answered_by_the_agent_at_the_position() -> None:
    rang, answered, *_ = told(said.eido()).events
    assert isinstance(rang, CallRang)
    assert isinstance(answered, CallAnswered)
    assert (rang.call, rang.number, rang.line) == (said.CALL, "01632 960114", "sos@saltby.example")
    assert (answered.handler, answered.position) == ("jo@saltby.example", "5")
    assert rang.occurred_at < answered.occurred_at


def test_c2_a_call_that_is_over_ended_and_one_that_was_made_is_none_of_ours() -> None:
    ended = of(CallEnded, said.eido(call=[said.call("callEnd")]))
    assert (ended.call, ended.by) == (said.CALL, "unknown")
    made = told(said.eido(call=[said.call(direction="outgoing")]))
    assert not [one for one in made.events if isinstance(one, CallRang)]


def test_o4_the_same_again_is_the_same_and_a_later_object_has_a_higher_revision() -> None:
    assert told(said.eido()) == told(said.eido())
    later = of(IncidentOpened, said.eido(at="2026-11-23T04:41:00Z"))
    assert (later.id, later.revision > opened().revision) == (NUMBER, True)


def test_o4_what_is_newest_in_it_counts_where_the_object_itself_was_forgotten() -> None:
    """Some senders date the part that they changed, and nothing else."""
    newer = said.location(lastUpdateTimeStamp="2026-11-23T04:50:00Z")
    assert opened(location=[newer]).occurred_at == datetime(2026, 11, 23, 4, 50, tzinfo=UTC)


def test_the_day_is_that_of_the_first_call_in_london_or_that_under_which_it_is_known() -> None:
    """So that an object after midnight is about the same incident."""
    late = said.call(callStartTimestamp="2026-07-01T23:30:00Z")
    assert opened(call=[late]).service_day == date(2026, 7, 2)
    known = {NUMBER: date(2026, 11, 20)}
    assert of(IncidentOpened, said.eido(), days=known).service_day == date(2026, 11, 20)


# --- units ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind"),
    [("En Route", ResourceMobile), ("enroute", ResourceMobile), ("On Scene", ResourceAtScene),
     ("Staged", ResourceStandingOff), ("Available", ResourceCleared)],
)  # fmt: skip
def test_c1_where_a_unit_is_follows_from_the_words_for_it(words: str, kind: type[Event]) -> None:
    one = of(kind, said.eido(emergencyResource=[said.unit("A101", words)]))
    assert (one.callsign, one.id, one.number) == ("A101", f"{NUMBER}/A101", NUMBER)


def test_c1_the_words_of_a_site_come_before_those_that_are_known() -> None:
    dialect = EidoDialect(stages={"10-97": Stand.AT_SCENE})
    unit = said.unit("A101", "En Route", unitStatusInternal=["10-97"])
    one = of(ResourceAtScene, said.eido(emergencyResource=[unit]), dialect=dialect)
    assert one.callsign == "A101"


def test_c1_a_unit_whose_words_nobody_knows_is_on_it_and_not_moved() -> None:
    """So that who was at scene before is not taken back to the station."""
    read = told(said.eido(emergencyResource=[said.unit("A101", "Code 7")]))
    assert [one.kind for one in read.events][-1] == "incident.opened"
    assert opened(emergencyResource=[said.unit("A101", "Code 7")]).resources


def test_n7_who_has_cleared_is_not_among_those_sent() -> None:
    assert opened(emergencyResource=[said.unit("A101", "Cleared")]).resources == ()


def test_a_unit_that_is_active_on_another_incident_is_not_on_this_one() -> None:
    """One that names none is: objects of the first version do not say."""
    other = said.unit("A102", "En Route", activeOnIncidentId="urn:emergency:uid:incidentid:x")
    here = said.unit("A103", activeOnIncidentId=f"urn:emergency:uid:incidentid:{NUMBER}")
    on_it = opened(emergencyResource=[other, here, said.unit("A104")]).resources
    assert [one.callsign for one in on_it] == ["A103", "A104"]


def test_a_call_sign_is_what_can_stand_in_a_topic_and_one_without_a_letter_is_counted() -> None:
    units = [said.unit("Medic 5"), said.unit("...", **{"$id": "---"})]
    read = told(said.eido(emergencyResource=units))
    assert opened(emergencyResource=units).resources == (Resource(callsign="Medic-5"),)
    assert read.unknown == 1


# --- over -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["Closed", "CANCELLED"])
def test_c1_an_incident_that_is_over_is_closed(status: str) -> None:
    over = said.eido(incident=said.incident(incidentStatusCommonRegistryText=[status]))
    closed = of(IncidentClosed, over)
    assert (closed.number, closed.service_day) == (NUMBER, opened().service_day)
    assert not [one for one in told(over).events if isinstance(one, IncidentOpened)]


def test_c1_the_words_for_an_incident_that_is_over_are_a_sites_own() -> None:
    done = said.eido(incident=said.incident(incidentStatusInternalText=["Job done"]))
    assert of(IncidentClosed, done, dialect=EidoDialect(closed=("job done",)))
    assert of(IncidentOpened, done)


# --- where ------------------------------------------------------------------------------


def where(*locations: dict[str, Any], **of_incident: Any) -> Whereabouts:
    return opened(location=list(locations), incident=said.incident(**of_incident)).place


def test_c4_a_place_that_is_only_referred_to_is_not_fetched_and_people_are_told() -> None:
    only = {"locationByReferenceUrl": "https://lrf.example/x", "locationByValue": None}
    one = opened(location=[said.location(**only)])
    assert one.place.address is one.place.latitude is None
    assert (one.nature or "").endswith("location left out: it is only referred to")


def test_c3_where_the_network_puts_a_call_through_from_is_no_place() -> None:
    routing = said.location("r", locationTypeDescriptionRegistryText="RoutingLocation")
    mine = said.location("where", locationByValue=said.pidf({"HNO": "9", "RD": "Quay"}))
    assert where(routing, mine, locationReference=[said.to("r"), said.to("where")]).address == (
        "9 Quay"
    )


def test_c3_the_newest_of_several_places_counts() -> None:
    new = said.location(
        "new", lastUpdateTimeStamp="2026-11-23T05:00:00Z",
        locationByValue=said.pidf({"HNO": "9", "RD": "Quay"}),
    )  # fmt: skip
    named = [said.to("where"), said.to("new")]
    assert where(said.location(), new, locationReference=named).address == "9 Quay"


def test_c3_without_a_place_of_its_own_that_of_its_call_counts() -> None:
    call = said.call(locationReference=[said.to("where")])
    one = opened(call=[call], incident=said.incident(locationReference=[]))
    assert one.place.address == PLACE


def test_c4_swapped_coordinates_are_left_out_and_people_are_told() -> None:
    one = opened(location=[said.location(locationByValue=said.pidf(said.HOME, "-1.54 53.79"))])
    assert (one.place.latitude, one.place.address) == (None, PLACE)
    assert (one.nature or "").endswith("position left out: latitude and longitude swapped")


def test_c4_a_circle_is_nobodys_door() -> None:
    one = opened(location=[said.location(locationByValue=said.pidf(None, "51.3 1.2", "Circle"))])
    assert one.place.latitude is None
    assert (one.nature or "").endswith("position left out: only a circle is known")


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><presence>&b;</presence>'


@pytest.mark.parametrize("text", ["<presence", BOMB, '<?xml version="1.0" encoding="x"?><a/>'])
def test_what_is_no_location_and_what_would_grow_is_left_out_and_counted(text: str) -> None:
    read = told(said.eido(location=[said.location(locationByValue=text)]))
    one = opened(location=[said.location(locationByValue=text)])
    assert one.place.address is None
    assert (one.nature or "").endswith("location left out: it cannot be read")
    assert read.unknown == 1


def test_an_address_in_words_and_a_uprn_of_the_senders_are_taken() -> None:
    place = where(said.location(locationByValue="14 Marram Street", localIdentifier=["UPRN:0042"]))
    assert (place.address, place.uprn) == ("14 Marram Street", "42")


@pytest.mark.parametrize(
    ("uris", "number"),
    [(("sip:07700900123@osp.example;user=phone",), "07700900123"),
     (("sip:anonymous@anonymous.invalid",), None), (("tel:+447700900123;x=1",), "+447700900123"),
     (("mailto:x@y.example",), None)],
)  # fmt: skip
def test_c2_the_number_is_that_of_the_uri_and_a_withheld_one_is_none(
    uris: tuple[str, ...], number: str | None
) -> None:
    assert opened(callback=[said.back(*uris)]).place.phone == number


# --- what the sender warns of -----------------------------------------------------------


def test_c4_cautions_and_emergencies_of_the_sender_stand_first_and_are_no_answer_of_a_check() -> (
    None
):
    pressed = said.part("e", originatingDevice="Radio1334", emergencyStateType="Button")
    over = pressed | {"stopTimestamp": said.AT}
    cautions = [said.caution("dog", "low"), said.caution("knife", "highest")]
    one = opened(caution=cautions, unitEmergencyState=[pressed, over])
    first, second, third, *_ = (one.nature or "").split(" · ")
    assert first == "UNIT EMERGENCY, as the sender says: Radio1334 Button"
    assert second == "CAUTION, as the sender says: knife (highest)"
    assert third == "CAUTION, as the sender says: dog (low)"


def test_long_words_are_cut_and_the_danger_stands_first() -> None:
    nature = opened(caution=[said.caution("knife " * 1_000)]).nature or ""
    assert (len(nature), nature.startswith("CAUTION")) == (eido.MOST_WORDS, True)


# --- tolerance, and what is refused -----------------------------------------------------


def test_c1_what_nobody_knows_is_counted_and_not_refused() -> None:
    strange = said.eido(incident=said.incident(warp=9), bridge=[{"a": 1}])
    assert told(strange | {"speed": 3}).unknown == 3


def test_c1_names_of_the_later_form_single_things_and_nulls_are_read() -> None:
    call = said.call()
    call["callBackReferences"] = [call.pop("callBackReference")]
    one = said.incident(locationReference=said.to("#where"), incidentTypeInternalText=None)
    read = said.eido(incident=[one], location=said.location(), call=call)
    assert (told(read).unknown, of(IncidentOpened, read).place.phone) == (0, "01632 960114")
    assert of(IncidentOpened, read).place.address == PLACE


def test_an_object_of_a_call_alone_is_an_incident_too() -> None:
    """As when a call is handed over, and nobody has made an incident of it."""
    one = opened(incident=None, call=[said.call(locationReference=[said.to("where")])])
    assert (one.number, one.place.address) == (NUMBER, PLACE)


@pytest.mark.parametrize(
    ("object_", "field"),
    [
        ("no object", "notification"),
        (said.eido(key="x" * 200), "incidentComponent.$id"),
        ({"eidoVersion": "1.0", "lastUpdateTimeStamp": said.AT}, "incidentComponent.$id"),
        ({"$id": "x"}, "lastUpdateTimeStamp"),
        ({"$id": "x", "lastUpdateTimeStamp": "2026-11-23T04:40:00"}, "lastUpdateTimeStamp"),
        ({"$id": "x", "lastUpdateTimeStamp": "0001-01-01T00:00:00+14:00"}, "lastUpdateTimeStamp"),
        (said.eido(call=[said.call(direction=7)]), "callComponent.0.direction"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field(object_: Any, field: str) -> None:
    read = eido.read(object_, "eido", EidoDialect())
    assert isinstance(read, Problem)
    assert (read.field, len(read.reason) > 10) == (field, True)


# --- conveyance -------------------------------------------------------------------------


def test_a_subscription_is_for_all_new_incidents_and_is_renewed_by_its_id() -> None:
    asked = json.loads(conveyance.subscribe("r1", 3_600, 20))
    assert asked == {"subscribe": {"requestId": "r1", "expires": 3_600, "requestType": "EIDO",
                                   "requestSubType": "new", "minRate": 20}}  # fmt: skip
    again = json.loads(conveyance.subscribe("r2", 3_600, 20, "s1"))
    assert again == {"subscribe": {"requestId": "r2", "expires": 3_600, "subscriptionId": "s1"}}


def test_a_notification_is_acknowledged_by_its_transaction() -> None:
    heard = conveyance.read(said.event(said.eido(), transaction="t9"))
    assert isinstance(heard, conveyance.Notified)
    answer = json.loads(conveyance.event_response(heard.transaction, conveyance.OK))
    assert answer == {"eventResponse": {"transactionId": "t9", "statusCode": 200,
                                        "statusText": "OK"}}  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"{", "message"), (b"[]", "message"), (b"{}", "message"), (b'{"a":1,"b":2}', "message"),
        (b'{"event":' + b"[" * 50 + b"]" * 50 + b"}", "message"),
        (b" " * (conveyance.LIMIT + 1), "message"),
        (b'{"event":7}', "event"), (b'{"subscribeResponse":{}}', "subscribeResponse.statusCode"),
        (b'{"event":{"notification":7}}', "event.notification"),
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_read_is_refused_with_its_field(raw: bytes, field: str) -> None:
    heard = conveyance.read(raw)
    assert isinstance(heard, Problem)
    assert (heard.field, len(heard.reason) > 10) == (field, True)


def test_what_a_later_standard_adds_is_named_so_that_it_can_be_answered() -> None:
    heard = conveyance.read(b'{"requestForService":{"requestId":"r7","incidentId":"x"}}')
    assert heard == conveyance.Unknown("requestForService", "r7")
    assert json.loads(conveyance.not_implemented("r7"))["response"]["statusCode"] == 501


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"])
def test_o4_a_moment_at_the_end_of_the_calendar_is_taken_or_refused(at: str) -> None:
    """Found by the fuzz: it has no day in London."""
    read = eido.read(said.eido(call=None, at=at, incident=said.incident(at=at)), "e", EidoDialect())
    assert isinstance(read, eido.Told | Problem)
