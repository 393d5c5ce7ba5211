"""Where something listens or connects to: `127.0.0.1:8100`, `[::1]:8100`, `localhost:8100`."""

import re
from ipaddress import ip_address
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

HOW = "write it as host:port, like 127.0.0.1:8100"
_WRITTEN = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]{1,253})):(?P<port>\d{1,5})", re.ASCII
)


class HostPort(NamedTuple):
    """A host (name or address, without brackets) and a TCP port; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_host_port(text: str) -> HostPort:
    """ValueError when it is not host:port with a port of 0 to 65535."""
    match = _WRITTEN.fullmatch(text.strip())
    if not match or int(match["port"]) > 65_535:
        raise ValueError(f"is not a place to listen or connect to; {HOW}")
    if match["six"]:
        ip_address(match["six"])
    return HostPort(match["six"] or match["host"], int(match["port"]))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _read(value: Any) -> HostPort:
    if isinstance(value, HostPort):
        return value
    if isinstance(value, str):
        return read_host_port(value)
    raise ValueError(f"must be a text; {HOW}")


class Listens:
    """Marks a setting at which Forewarn itself listens: the configuration checks its reach."""


_Text = (
    BeforeValidator(_read),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "x-form": "host:port"}),
)
ConnectTo = Annotated[HostPort, *_Text]
"""A place Forewarn connects to."""

ListenAt = Annotated[HostPort, *_Text, Listens()]
"""A place Forewarn listens at; beyond loopback only with `listen_beyond_loopback = true`."""
