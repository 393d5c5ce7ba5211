"""A device's connection to the broker: MQTT 3.1.1, QoS 1, a clean session."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiomqtt

T = TypeVar("T")
_NODELAY = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@dataclass(frozen=True, slots=True)
class Link:
    """Where the broker is; `ca` is the authority of its certificate and turns on TLS."""

    host: str
    port: int
    ca: Path | None = None

    @classmethod
    def read(cls, url: str, ca: Path | None = None) -> "Link":
        """`mqtt://host:port`, or `mqtts://host:port` with `ca`; ValueError for anything else."""
        parts = urlsplit(url)
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            raise ValueError("write the broker like mqtt://127.0.0.1:1883")
        if (parts.scheme == "mqtts") is (ca is None):
            raise ValueError("mqtts:// goes with --tls-ca FILE, and mqtt:// without")
        return cls(parts.hostname, parts.port or (8883 if ca else 1883), ca)

    @contextlib.asynccontextmanager
    async def connect(self, callsign: str, password: str | None) -> AsyncIterator[aiomqtt.Client]:
        """Raises aiomqtt.MqttError or OSError."""
        client = aiomqtt.Client(
            self.host,
            self.port,
            username=callsign if password else None,
            password=password,
            identifier=f"mdt-{callsign}",
            clean_session=True,
            timeout=5,
            keepalive=10,
            tls_context=ssl.create_default_context(cafile=self.ca) if self.ca else None,
            socket_options=[_NODELAY],
        )
        client.pending_calls_threshold = 1_000
        await _enter(client)
        try:
            yield client
        finally:
            await _leave(client)


async def _enter(client: aiomqtt.Client) -> None:
    """Connecting runs in a thread and cannot be broken off: what was begun is undone."""
    try:
        await whole(client.__aenter__())
    except asyncio.CancelledError:
        await _leave(client)
        raise


async def _leave(client: aiomqtt.Client) -> None:
    with contextlib.suppress(aiomqtt.MqttError):
        await whole(client.__aexit__(None, None, None))


async def whole(step: Coroutine[Any, Any, T]) -> T:
    """A cancellation waits for the end of the step: inside, aiomqtt may swallow it (wait_for of
    Python 3.11 does, when what it waits for comes at that moment)."""
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise
