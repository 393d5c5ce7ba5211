"""What each parser is fed to begin with: recorded frames, and messages as the other side says
them. Who has none of its own is fed everybody's (O4)."""

from functools import cache
from typing import Any

import orjson

from adapters.codecs.cad_notes import WRITTEN
from simulators.esl_words import Leg, event
from tests import alarms, ami, aml, ari, bars, cad, eido, mait, police
from tests.fuzz import tetra_target
from tests.traceability import ROOT

Json = dict[str, Any]
RECORDED = ("abusive", "busy_minute", "caller_hangs_up")
_MDT = {"contract": "forewarn.mdt/1"}
_RECEIPT = {"standing": "taken", "reference": "INC-4711"}


def _said(*several: Json) -> list[bytes]:
    return [orjson.dumps(one) for one in several]


def _cad() -> list[bytes]:
    crew = {"callsign": "A101", "mdt": "A101", "radio": "1234567", "phone": "+447700900321"}
    assigned = cad.resource_message("resource.assigned", resource=crew)
    kinds = ("incident.closed", "incident.address_changed")
    stages = [f"resource.{stage}" for stage in ("mobile", "at_scene", "stood_down", "cleared")]
    place = {"address": "Flat 2, 14 Marram Street", "postcode": "CT97 1AB", "uprn": "10090200342",
             "latitude": 51.37, "longitude": 1.2, "phone": "01632 960114"}  # fmt: skip
    return [
        cad.message(), cad.message(place=place, resources=[crew], priority="C2", nature="chest"),
        assigned, *(cad.message(kind) for kind in kinds),
        *(cad.resource_message(stage) for stage in stages),
    ]  # fmt: skip


def _esl_bodies() -> list[bytes]:
    leg = Leg("u-1", "sofia/external/07700900123@192.0.2.1", "inbound", "in999", "07700900123",
              "999", "u-1")  # fmt: skip
    agent = Leg("u-2", "user/1001", "outbound", "handlers", "07700900123", "1001", "u-1")
    told = [
        event("CHANNEL_CREATE", leg.headers()),
        event("CHANNEL_ANSWER", leg.up().headers()),
        event("CHANNEL_BRIDGE", leg.up().headers(), agent.other()),
        event("CHANNEL_HOLD", leg.up().headers()),
        event("CUSTOM", leg.headers(), {"Event-Subclass": "callcenter::info", "CC-Action": "x"}),
        event("CHANNEL_HANGUP_COMPLETE", leg.headers(), {"Hangup-Cause": "NORMAL_CLEARING"}),
    ]
    return [one.partition(b"\n\n")[2] for one in told]


def _ami_blocks() -> list[bytes]:
    whole = b"".join(piece for name in RECORDED for piece in ami.pieces(name))
    return list(dict.fromkeys(block for block in whole.split(b"\r\n\r\n") if block))[:400]


def _ari_events() -> list[bytes]:
    return list(dict.fromkeys(line for name in RECORDED for line in ari.lines(name)))[:400]


def _fhir() -> list[bytes]:
    return [
        bars.bundle(),
        bars.bundle(bars.header("update"), bars.request(), bars.location(None), bars.flag("U")),
        bars.bundle(bars.header("revoke"), bars.request(status="revoked")),
        bars.bundle(bars.header(), bars.request(), bars.location(address=None), bars.patient()),
    ]  # fmt: skip


def _eido() -> list[bytes]:
    warned = eido.eido(caution=[eido.caution("dog")], location=[eido.location()])
    over = eido.eido(incident=eido.incident(incidentStatusCommonRegistryText=["Closed"]))
    return [
        eido.event(eido.eido()), eido.event(warned, over), eido.event(),
        *_said({"subscribeResponse": {"requestId": "r1", "statusCode": 200, "statusText": "OK"}},
               {"terminate": {"requestId": "r1", "subscriptionId": "s1"}}),
    ]  # fmt: skip


def _mdt() -> list[bytes]:
    note = _MDT | {"kind": "displayed", "note": "n1", "revision": 2}
    return _said(
        note, note | {"kind": "acknowledged", "by": "P1001"}, note | {"kind": "other_place"},
        _MDT | {"session": "s7"}, _MDT | {"ask": "q1"},
        _MDT | {"said": "s1", "state": "standing_off", "by": "P1001", "incident": "000417"},
        _MDT | {"said": "v1", "by": "P1001", "category": "physical_assault", "medical": False,
                "what": "struck with a bottle", "victims": ["P1001"]},
    )  # fmt: skip


def _tetra() -> list[bytes]:
    octets = [
        seed.split(b"\r\n")[2 if seed.startswith(b"\r\n") else 1] for seed in tetra_target.SEEDS
    ]
    payloads = [
        bytes.fromhex(one.decode()) for one in octets if len(one) % 2 == 0 and one.isalnum()
    ]
    return [*payloads, *(payload[4:] for payload in payloads)]


def _directory() -> list[bytes]:
    return _said({"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB", "kind": "private"},
                 {"address": "Flat 2, 31 Chapel Row", "uprn": "10090200342"}, {})  # fmt: skip


def _voice() -> list[bytes]:
    channel = {"id": "forewarn-eoc1-1", "state": "Up"}
    return _said(
        {"type": "StasisStart", "channel": channel, "args": []},
        {"type": "ChannelDtmfReceived", "channel": channel, "digit": "1"},
        {"type": "PlaybackFinished", "playback": {"id": "p1", "target_uri": "channel:1"}},
        {"type": "ChannelDestroyed", "channel": channel, "cause": 16, "cause_txt": "Normal"},
        {"type": "ApplicationReplaced"},
    )


def _lists() -> list[bytes]:
    rows = [ari.CALLER, ari.HANDLER, ari.PHONE]
    bridges = [{"id": "b1", "channels": ["1795377166.0", "1795377166.1"]}]
    return [orjson.dumps(rows), orjson.dumps(rows) + b"\0" + orjson.dumps(bridges), b"[]\0[]"]


def _rows() -> list[bytes]:
    leg = Leg("u-1", "sofia/external/07700900123@192.0.2.1", "inbound", "in999", "07700900123",
              "999", "u-1")  # fmt: skip
    return _said({"row_count": 1, "rows": [leg.row()]}, {"row_count": 0})


def _markers() -> list[bytes]:
    return [(ROOT / "simulators/data/markers.csv").read_bytes()[:4_000]]


def _match() -> list[bytes]:
    short = b'marker_id,address,postcode,level\nM1,"14 Mill Lane",CT97 1AB,premises\nM2,x,,flat\n'
    asked = b'query_id,query,postcode,uprn\nq1,"14 Mill Lane",CT97 1AB,\nq2,Flat 3,,10090200342\n'
    return [short, asked, *_markers()]


def _receipts() -> list[bytes]:
    named = {"id": "n1", "revision": 1}
    return _said(named | _RECEIPT, named, named | {"type": WRITTEN})


_MADE = {
    "ami": _ami_blocks, "aml": lambda: [aml.https(), aml.sms(), aml.sms(form=True)],
    "ari": lambda: [*_ari_events(), *_lists()], "ari_voice": lambda: [*_voice(), *_lists()],
    "bars": _fhir, "eido_conveyance": _eido, "fhir": _fhir,
    "cad": _cad, "esl": _esl_bodies, "mait": lambda: [mait.SAMPLE,
    mait.updated("IncidentUpdated")], "man_down": lambda: [alarms.message(),
    alarms.message("man_down.cancelled"), alarms.message("radio.position", latitude=51.3,
    longitude=1.2, fixed_at="2026-11-22T09:30:00Z")],
    "police": lambda: [police.message(), police.message(says="refused", reason="no unit free")],
    "mdt": _mdt, "directory": _directory, "marker_csv": _markers, "match_csv": _match,
    "cad_notes": _receipts, "reports": _receipts,
    "cad_stream": lambda: _said({"hello": {"token": "t"}}, {"heartbeat": True}),
    "tetra_pei": lambda: list(tetra_target.SEEDS), "tetra_pei.read_payload": lambda: [
    b"8004", b"0A0088BD4247F737FFE810", b"82039C5101020301746573746D657373616765"],
    "ari.read_list": _lists, "esl.read_list": _rows,
}  # fmt: skip
_ROWS = {
    "aml_http": "aml", "asterisk_ami": "ami", "asterisk_ari": "ari", "bars_http": "bars",
    "cad_http": "cad", "cad_mqtt": "cad", "cad_redis": "cad", "cad_tcp": "cad",
    "caller_directory": "directory", "eido_client": "eido_conveyance",
    "eido_server": "eido_conveyance", "freeswitch_esl": "esl", "mait_http": "mait",
    "man_down_http": "man_down", "man_down_mqtt": "man_down", "police_answers": "police",
}  # fmt: skip


@cache
def of_codec(name: str) -> tuple[bytes, ...]:
    """By the parser's own name, else by that of its module; of the radio's all alike."""
    module = name.partition(".")[0]
    for known in (name, module):
        if known in _MADE:
            return tuple(_MADE[known]())
    return tuple(_tetra()) if module.startswith("tetra_") else _everybodys()


def has_own(name: str) -> bool:
    """Whether this parser or row is fed what is meant for it, and so should accept some."""
    return name in _ROWS or name in _MADE or name.partition(".")[0] in _MADE


@cache
def of_row(name: str) -> tuple[bytes, ...]:
    """By the name of the row."""
    if name == "asterisk_ari":
        return tuple(_ari_events())
    return of_codec(_ROWS[name]) if name in _ROWS else _everybodys()


def _everybodys() -> tuple[bytes, ...]:
    return tuple(seed for make in _MADE.values() for seed in make()[:20])
