"""The one table of adapters. To add one: a file that ends in its SPEC, and a line here."""

from adapters.channels import (
    cad_writeback,
    incident_reports,
    mdt_mqtt,
    police_desk,
    radio,
    security_notice,
    voice,
)
from adapters.sources import (
    aml_http,
    asterisk_ami,
    asterisk_ari,
    bars_http,
    cad_http,
    cad_mqtt,
    cad_redis,
    cad_tcp,
    caller_directory,
    freeswitch_esl,
    mait_http,
    man_down_http,
    man_down_mqtt,
    police_answers,
)
from adapters.stores import redis, sqlite
from middleware.ports import AdapterSpec, Kind

ADAPTERS: tuple[AdapterSpec, ...] = (
    sqlite.SPEC,
    redis.SPEC,
    cad_http.SPEC,
    cad_tcp.SPEC,
    cad_redis.SPEC,
    cad_mqtt.SPEC,
    mait_http.SPEC,
    asterisk_ami.SPEC,
    asterisk_ari.SPEC,
    freeswitch_esl.SPEC,
    aml_http.SPEC,
    bars_http.SPEC,
    caller_directory.SPEC,
    man_down_http.SPEC,
    man_down_mqtt.SPEC,
    police_answers.SPEC,
    mdt_mqtt.SPEC,
    cad_writeback.SPEC,
    police_desk.SPEC,
    radio.SPEC,
    voice.SPEC,
    incident_reports.SPEC,
    security_notice.SPEC,
)

_BY_NAME = {(spec.kind, spec.name): spec for spec in ADAPTERS}


def adapter(kind: Kind, name: str) -> AdapterSpec:
    """The row of `[<kind>.<name>]`; KeyError when there is none."""
    return _BY_NAME[kind, name]


def names(kind: Kind) -> tuple[str, ...]:
    """What can be configured as `[<kind>.…]`, in the order of the table."""
    return tuple(spec.name for spec in ADAPTERS if spec.kind is kind)
