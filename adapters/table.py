"""The one table of adapters. To add one: a file that ends in its SPEC, and a line here."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from middleware.ports import AdapterSpec, Kind

_MODULES: Mapping[tuple[Kind, str], str] = {
    (Kind.STORE, "sqlite"): "adapters.stores.sqlite",
    (Kind.STORE, "redis"): "adapters.stores.redis",
    (Kind.SOURCE, "cad_http"): "adapters.sources.cad_http",
    (Kind.SOURCE, "cad_tcp"): "adapters.sources.cad_tcp",
    (Kind.SOURCE, "cad_redis"): "adapters.sources.cad_redis",
    (Kind.SOURCE, "cad_mqtt"): "adapters.sources.cad_mqtt",
    (Kind.SOURCE, "mait_http"): "adapters.sources.mait_http",
    (Kind.SOURCE, "asterisk_ami"): "adapters.sources.asterisk_ami",
    (Kind.SOURCE, "asterisk_ari"): "adapters.sources.asterisk_ari",
    (Kind.SOURCE, "freeswitch_esl"): "adapters.sources.freeswitch_esl",
    (Kind.SOURCE, "aml_http"): "adapters.sources.aml_http",
    (Kind.SOURCE, "bars_http"): "adapters.sources.bars_http",
    (Kind.SOURCE, "eido_server"): "adapters.sources.eido_server",
    (Kind.SOURCE, "eido_client"): "adapters.sources.eido_client",
    (Kind.SOURCE, "caller_directory"): "adapters.sources.caller_directory",
    (Kind.SOURCE, "man_down_http"): "adapters.sources.man_down_http",
    (Kind.SOURCE, "man_down_mqtt"): "adapters.sources.man_down_mqtt",
    (Kind.SOURCE, "police_answers"): "adapters.sources.police_answers",
    (Kind.CHANNEL, "mdt"): "adapters.channels.mdt_mqtt",
    (Kind.CHANNEL, "cad_writeback"): "adapters.channels.cad_writeback",
    (Kind.CHANNEL, "eido_notifier"): "adapters.channels.eido_notifier",
    (Kind.CHANNEL, "bars_flag"): "adapters.channels.bars_flag",
    (Kind.CHANNEL, "police_desk"): "adapters.channels.police_desk",
    (Kind.CHANNEL, "radio"): "adapters.channels.radio",
    (Kind.CHANNEL, "voice"): "adapters.channels.voice",
    (Kind.CHANNEL, "incident_reports"): "adapters.channels.incident_reports",
    (Kind.CHANNEL, "security_notice"): "adapters.channels.security_notice",
}


class _Adapters(Mapping[tuple[Kind, str], AdapterSpec]):
    """A module is imported when its row is asked for: a start does not wait for what is not
    configured."""

    def __getitem__(self, row: tuple[Kind, str]) -> AdapterSpec:
        spec: AdapterSpec = import_module(_MODULES[row]).SPEC
        return spec

    def __iter__(self) -> Iterator[tuple[Kind, str]]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


ADAPTERS = _Adapters()
"""`ADAPTERS[kind, name]` is the row of the configuration section `[<kind>.<name>]`."""


def names(kind: Kind) -> tuple[str, ...]:
    """What can be configured as `[<kind>.…]`, in the order of the table."""
    return tuple(name for of, name in ADAPTERS if of is kind)
