"""An example of every event and decision; everybody and everything in them is invented."""

from datetime import UTC, date, datetime
from typing import Any

from schemas import police
from schemas.alarm import Audience
from schemas.back_up import Because
from schemas.caller import Circle, FixBy, LookedUp
from schemas.check import Answer, Match, NotChecked, Outcome, Relation, Whereabouts
from schemas.decision import DECISION_TYPES, Decision, Ended, Ladder, Matched, Why
from schemas.delivery import Delivery
from schemas.event import Event
from schemas.events import CAD_TYPES, EVENT_TYPES
from schemas.held import StandOffEnd
from schemas.held import Why as WhyPrompted
from schemas.incident import Holding, Resource, Stage
from schemas.mistake import Mistaken, NotShown, Verdict
from schemas.safety import AlarmOutcome, Position, Signal
from schemas.search import By
from schemas.stand_off import StandOffState
from tests.golden.abuse_examples import ABUSE_DECISIONS, ABUSE_EVENTS
from tests.golden.marker_examples import MARKER_EVENTS
from tests.golden.report_examples import REPORT_DECISIONS, REPORT_EVENTS

AT = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)
PLACE = Whereabouts(
    address="Flat 2, 14 Example Road, Anytown",
    postcode="ZZ1 1ZZ",
    uprn="999000000001",
    latitude=51.123456,
    longitude=-0.5,
    phone="07700 900123",
    person="Zoë Example",
)
ANSWER = Answer(
    outcome=Outcome.FOUND,
    matches=(
        Match(
            marker="M-0001",
            relation=Relation.SAME_DWELLING,
            certainty=985,
            reasons=("same UPRN", "same flat"),
        ),
        Match(marker="M-0002", relation=Relation.ASK_WHICH_FLAT, certainty=400),
    ),
    matcher="match/1",
    position=41,
)
MATCHED = Matched(marker="M-0001", relation=Relation.SAME_DWELLING, certainty=985)

_INCIDENT = {"number": "0042", "service_day": date(2026, 3, 28)}
_MDT = {"device": "mdt-17", "channel": "mdt_mqtt"}
_VOICE = {"device": "+447700900123", "channel": "voice"}
_CALL = {"call": "1774745999.42"}
_RESOURCE = Resource(
    callsign="A17",
    mdt="mdt-17",
    radio="09011638301234567",
    phone="+447700900123",
    single_responder=True,
)
_RADIO = {"radio": "1234567"}
_ALARM = {"alarm": "a42"}
_POSITION = Position(latitude=51.3, longitude=-0.5, error_m=20.0, fixed_at=AT, age_s=5.0)
_STAND_OFF = {"stand_off": "so41"}
_NOTE = {"note": "n-5b1c", "revision": 2}

_REQUEST = {"request": "b42"}
_STATED = {
    "threat": police.Threat(
        happening="a man with a knife stands at the door",
        to_whom="crew A17",
        weapon=police.Weapon.SEEN,
        which_weapon="kitchen knife",
        crew=police.CrewState.CANNOT_LEAVE,
        ground=police.Ground.RISK_TO_LIFE,
        likelihood=police.Likelihood.NOW,
        severity=police.Harm.LIFE,
    ),
    "words": ("Police requested.", "Happening now: a man with a knife – at the door."),
    "by": "dispatch.one",
}

_EVENTS: dict[str, dict[str, Any]] = {
    "incident.opened": {
        "place": PLACE,
        "priority": "C2",
        "nature": "fall",
        "resources": (_RESOURCE, Resource(callsign="B4")),
    },
    "incident.updated": {
        "priority": "C1",
        "nature": "fall, not breathing",
        "condition": "unconscious",
    },
    "incident.address_changed": {"place": Whereabouts(address="16 Example Road")},
    "incident.closed": {},
    "resource.assigned": {"resource": _RESOURCE},
    "resource.mobile": {"callsign": "A17"},
    "resource.at_scene": {"callsign": "A17"},
    "resource.standing_off": {"callsign": "A17", "where": "the corner of Mill Lane"},
    "resource.at_rvp": {"callsign": "A17", "where": "the fire station"},
    "resource.gone_in": {"callsign": "A17"},
    "resource.stood_down": {"callsign": "A17"},
    "resource.cleared": {"callsign": "A17"},
    "call.rang": _CALL | {"number": "01632 960123", "line": "999"},
    "caller.located": {
        "number": "07700 900123",
        "circle": Circle(
            latitude=51.3,
            longitude=0.5,
            radius_m=20.0,
            confidence=68,
            fix=FixBy.SATELLITE,
            fixed_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
        ),
    },
    "caller.looked_up": {
        "number": "01632 960123",
        "result": LookedUp.FOUND,
        "place": Whereabouts(address="16 Example Road"),
    },
    "call.held": _CALL | {"held": True},
    "call.answered": _CALL | {"handler": "4711", "position": "PJSIP/21"},
    "call.left_queue": _CALL | {"queue": "999", "abandoned": True},
    "call.ended": _CALL | {"by": "caller", "cause": "16", "missed": True},
    "call.abuse_warned": _CALL | {"handler": "4711", "warning": 2},
    "call.terminated_for_abuse": _CALL
    | {"handler": "4711", "ground": "kept shouting", "category": "verbal_abuse"},
    "index.followed": {},
    "recheck.due": {"subject": "eoc1-40-0"},
    "note.displayed": _MDT | {"note": "n-5b1c", "note_revision": 2},
    "note.acknowledged": _MDT | {"note": "n-5b1c", "note_revision": 2, "by": "C1234"},
    "crew.acknowledged": _VOICE | {"channel": "radio", "device": "1234567", "by": "1234567"},
    "delivery.reported": _VOICE
    | {"note": "n-5b1c", "note_revision": 2, "times": 1, "state": Delivery.BUSY, "code": "486"},
    "note.attempted": {
        "note": "n-5b1c",
        "note_revision": 2,
        "channel": "voice",
        "attempt": 2,
        "again": True,
    },
    "device.seen": _MDT,
    "crew.asked": _MDT | {"ask": "q-1"},
    "task.taken": {"task": "t-n-5b1c", "by": "dispatch.one"},
    "note.opened": {"subject": "n-5b1c", "by": "handler.one", "role": "call_handler"},
    "timer.due": {"timer": "rung-n-5b1c"},
    "mistake.reported": {
        "subject": "i40",
        "marker": "M-0001",
        "says": Mistaken.NOT_THE_SAME_PLACE,
        "by": "handler.one",
        "role": "call_handler",
    },
    "mistake.reported_by_crew": _MDT
    | {
        "note": "n-5b1c",
        "note_revision": 2,
        "says": Mistaken.WRONG_ADDRESS,
        "by": "C1234",
    },
    "mistake.decided": {
        "mistake": "m41",
        "verdict": Verdict.SUPPRESS,
        "reason": "the marker is about the flat below",
        "decided_by": "marking.lead",
    },
    "man_down.signalled": _RADIO
    | {"signal": Signal.LIP, "callsign": "A17", "position": _POSITION, "raw": b"\x0a\x00\xff"},
    "man_down.cancelled": _RADIO | {"raw": b"8005"},
    "man_down.unreadable": _RADIO | {"raw": b"\x00\xff+CTSDSR", "reason": "is cut short"},
    "radio.positioned": _RADIO | {"id": "position/1234567", "position": _POSITION},
    "alarm.accepted": _ALARM | {"by": "dispatch.one"},
    "alarm.help_sent": _ALARM | {"by": "dispatch.one", "what": "A9 and police"},
    "alarm.listening_reported": _ALARM | {"by": "dispatch.one", "done": True},
    "alarm.ended": _ALARM | {"by": "dispatch.one", "outcome": AlarmOutcome.ACCIDENTAL},
    "back_up.requested": _STATED
    | {"wanted": police.Wanted.POLICE, "incident": "eoc1-40-0", "alarm": "a42"},
    "back_up.changed": _REQUEST | _STATED,
    "back_up.read_out": _REQUEST | {"by": "dispatch.one", "to": "control room"},
    "back_up.still_needed": _REQUEST | {"by": "dispatch.one"},
    "back_up.taken": _REQUEST | {"by": "dispatch.one"},
    "back_up.stood_down": _REQUEST | {"by": "dispatch.one", "reason": "crew is out"},
    "back_up.answered": _REQUEST
    | {
        "says": police.Answer.REFUSED,
        "of": 2,
        "said_by": "control room inspector",
        "reference": "P-881",
        "crn": "42/0099/26",
        "oic": "PS 12",
        "unit": "two officers",
        "reason": "no units",
        "logged_by": "dispatch.one",
    },
    "build.started": {
        "build": "0.1.0",
        "matcher": "match/1",
        "rules": '{"rungs":[]}',
        "configuration": 'room = "eoc1"\n',
    },
    "source.connected": {"resynced": True},
    "source.lost": {"reason": "connection reset", "gap": True},
    "journal.away": {"after": 4711, "in_memory": True},
    "journal.back": {"after": 4711, "until": 4815},
    "probes.lost": {},
    "probes.back": {},
    "input.refused": {
        "field": "place.uprn",
        "reason": "must be digits",
        "raw": b'{"uprn":"\xff\x00"}',
        "size": 13,
        "conflict": True,
    },
    "search.made": {
        "by": "handler.one",
        "role": "call_handler",
        "reason": "crew asks by telephone",
        "search_by": By.NUMBER,
        "searched": "07700 900123",
    },
    "crew.stand_off_said": _MDT
    | {"state": StandOffState.STANDING_OFF, "by": "C1234", "number": "0042"},
    "stand_off.said": {
        "incident": "i40",
        "callsign": "A17",
        "state": StandOffState.AT_RVP,
        "where": "the fire station",
        "by": "dispatch.one",
    },
    "stand_off.prompt_answered": {"stand_off": "so41", "prompt": 2, "by": "dispatch.one"},
    **REPORT_EVENTS,
    **ABUSE_EVENTS,
    **MARKER_EVENTS,
    "person.signed_in": {"by": "handler.one", "role": "call_handler"},
}

_DECISIONS: dict[str, dict[str, Any]] = {
    "incident_taken": {"incident": "eoc1-40-0"},
    "incident_changed": {"incident": "eoc1-40-0"},
    "incident_finished": {"incident": "eoc1-40-0"},
    "resource_moved": {
        "incident": "eoc1-40-0",
        "callsign": "A17",
        "device": "mdt-17",
        "stage": Stage.AT_SCENE,
        "single_responder": True,
        "radio": "1234567",
    },
    "call_changed": _CALL,
    "call_finished": _CALL,
    "location_kept": {},
    "assessed": {
        "subject": "eoc1-40-0",
        "outcome": Outcome.NOT_CHECKED,
        "reason": NotChecked.INDEX_BEHIND,
        "matches": (MATCHED,),
        "not_shown": (NotShown(marker="M-0003", mistake="m41", by="marking.lead", at=AT),),
    },
    "note_issued": _NOTE
    | {
        "incident": "eoc1-40-0",
        "callsign": "A17",
        "device": "mdt-17",
        "matched": MATCHED,
        "expires_at": AT,
        "ladder": Ladder.SINGLE_RESPONDER,
    },
    "note_withdrawn": _NOTE | {"reason": Ended.ADDRESS_CHANGED, "tell": ("radio",)},
    "write_back_issued": {
        "writing": "w-5b1c",
        "revision": 2,
        "incident": "eoc1-40-0",
        "matched": MATCHED,
        "expires_at": AT,
    },
    "write_back_withdrawn": {"writing": "w-5b1c", "revision": 3, "reason": Ended.MARKER_ENDED},
    "rung_entered": {"note": "n-5b1c", "rung": 1, "channel": "mdt_mqtt"},
    "rung_skipped": {"note": "n-5b1c", "rung": 1, "channel": "radio"},
    "attempt_made": _NOTE | {"channel": "voice", "attempt": 2, "again": True},
    "attempt_reported": _NOTE | {"channel": "voice", "state": Delivery.BUSY},
    "shown": _NOTE | {"channel": "mdt_mqtt", "before_at_scene": True},
    "duty_answered": {"note": "n-5b1c", "channel": "mdt_mqtt", "by": "C1234"},
    "task_raised": {"task": "t-n-5b1c", "note": "n-5b1c", "times": 2},
    "task_assumed": {"task": "t-n-5b1c", "by": "dispatch.one"},
    "device_returned": _MDT,
    "ask_answered": _MDT | {"ask": "q-1", "incidents": ("eoc1-40-0", "eoc1-41-0")},
    "timer_set": {"timer": "rung-n-5b1c", "revision": 3, "due_at": AT},
    "timer_stopped": {"timer": "rung-n-5b1c"},
    "batch_staged": {"batch": "B-1"},
    "batch_activated": {"batch": "B-1"},
    "batch_discarded": {"batch": "B-1"},
    "marker_in_force": {"marker": "M-0001"},
    "markers_over": {"markers": ("M-0001", "M-0002")},
    "rechecks_ordered": {"cause": 41, "subject": "eoc1-40-0"},
    "source_changed": {"source": "cad_http", "connected": False, "gap": True},
    "probes_changed": {"channel": "mdt", "back": False},
    "quarantined": {"source": "cad_http", "conflict": True},
    "search_answered": {
        "outcome": Outcome.FOUND,
        "markers": ("M-0001",),
        "not_shown": ("M-0002",),
        "incidents": ("eoc1-40-0",),
    },
    "noted": {},
    "ignored": {"why": Why.SUPERSEDED},
    "failed": {},
    "forgotten": {"subject": "eoc1-40-0"},
    "mistake_taken": {
        "mistake": "m41",
        "subject": "i40",
        "marker": "M-0001",
        "says": Mistaken.WRONG_ADDRESS,
        "by": "C1234",
        "relation": Relation.SAME_DWELLING,
        "certainty": 985,
    },
    "mistake_settled": {
        "mistake": "m41",
        "marker": "M-0001",
        "verdict": Verdict.LIFT,
        "by": "marking.lead",
    },
    "mistakes_lapsed": {"mistakes": ("m41", "m45")},
    "stand_off_begun": _STAND_OFF
    | {"incident": "i40", "callsign": "A17", "holding": Holding.STANDING_OFF, "by": "C1234"},
    "stand_off_moved": _STAND_OFF | {"holding": Holding.AT_RVP, "by": "dispatch.one"},
    "stand_off_confirmed": _STAND_OFF | {"by": "C1234"},
    "stand_off_prompted": _STAND_OFF
    | {"prompt": 2, "why": WhyPrompted.PATIENT, "channels": ("mdt", "radio")},
    "stand_off_answered": _STAND_OFF | {"prompt": 2, "by": "dispatch.one"},
    "stand_off_ended": _STAND_OFF | {"how": StandOffEnd.GONE_IN, "by": "C1234"},
    "alarm_raised": _ALARM
    | _RADIO
    | {"source": "radio", "callsign": "A17", "incident": "eoc1-40-0", "follows": "a30"},
    "alarm_grew": _ALARM | {"signal": "lip_emergency", "press": 2},
    "alarm_raised_again": _ALARM,
    "alarm_stepped": _ALARM | {"step": 2, "to": Audience.DISPATCHERS, "times": 3},
    "alarm_taken": _ALARM | {"by": "dispatch.one"},
    "help_coming": _ALARM | {"by": "dispatch.one"},
    "alarm_closed": _ALARM | {"by": "dispatch.one", "outcome": AlarmOutcome.ACCIDENTAL},
    "cancel_heard": _ALARM,
    "radio_silent": _ALARM,
    "radio_heard": _ALARM,
    "listening_asked": _ALARM,
    "listening_settled": _ALARM | {"by": "dispatch.one", "done": False},
    "position_kept": _RADIO,
    "alarm_forgotten": _ALARM,
    **REPORT_DECISIONS,
    **ABUSE_DECISIONS,
    "back_up_made": _REQUEST
    | _ALARM
    | {"wanted": police.Wanted.RESOURCES, "by": "dispatch.one", "incident": "eoc1-40-0"},
    "back_up_worded": _REQUEST | {"revision": 2, "by": "dispatch.one"},
    "back_up_stepped": _REQUEST
    | {
        "revision": 3,
        "step": 1,
        "of": "police duty inspector",
        "channel": "police_desk",
        "because": Because.REFUSED,
        "times": 2,
    },
    "back_up_told_aloud": _REQUEST | {"by": "dispatch.one"},
    "back_up_heard": _REQUEST
    | {"says": police.Answer.EN_ROUTE, "stands": True, "by": "dispatch.one"},
    "back_up_assumed": _REQUEST | {"by": "dispatch.one"},
    "back_up_turned_away": _REQUEST,
    "back_up_closed": _REQUEST | {"revision": 4, "by": "dispatch.one"},
    "back_up_forgotten": _REQUEST,
}


def event(kind: str) -> Event:
    """The example of this kind; KeyError says that one must be written above."""
    about = {"id": f"{kind}/7"} | _EVENTS[kind]
    fields = about | (_INCIDENT if kind in CAD_TYPES else {})
    return EVENT_TYPES[kind](source="cad_http", revision=3, occurred_at=AT, **fields)


def decision(kind: str) -> Decision:
    """The example of this kind; KeyError says that one must be written above."""
    return DECISION_TYPES[kind](**_DECISIONS[kind])
