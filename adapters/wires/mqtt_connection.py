"""One connection to an MQTT broker: 3.1.1, aiomqtt below 3, with its traps kept in one place.

- TCP_NODELAY, or small publishes wait 25 to 45 ms for the other side.
- What comes in is handed over at once: aiomqtt's own queue is unbounded, or drops silently.
- Its waits may swallow a cancellation, and connecting cannot be broken off.
- A publish whose connection is lost ends then, not at its limit.
- A broker that answers no publish for a whole limit is left, before the keepalive finds out.
"""

import asyncio
import contextlib
import math
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import aiomqtt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from middleware.ops.listening import ConnectTo, is_loopback, read_host_port
from middleware.ports import ChannelDown
from schemas.base import Name

T = TypeVar("T")
Arrived = Callable[[aiomqtt.Message], None]

_NODELAY = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class BrokerAt(BaseModel):
    """Where the broker is and who we are there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: ConnectTo = Field(read_host_port("127.0.0.1:1883"), description="host:port of its MQTT")
    username: Name | None = Field(None, description="our account there")
    password_file: Path | None = Field(None, description="file that holds our password")
    ca_file: Path | None = Field(
        None, description="PEM authorities that must have signed its certificate; turns on TLS"
    )
    certificate_file: Path | None = Field(None, description="PEM certificate that we show")
    key_file: Path | None = Field(None, description="PEM key of that certificate")
    pinned_file: Path | None = Field(
        None, description="PEM certificate that it must show itself, whatever name is in it"
    )

    @model_validator(mode="after")
    def _never_in_the_clear(self) -> "BrokerAt":
        if not (self.ca_file or self.pinned_file or is_loopback(self.at.host)):
            raise ValueError("is beyond this machine: give ca_file, so that the connection is TLS")
        return self

    def tls(self) -> ssl.SSLContext | None:
        """Read at each connection, so that a renewed certificate is found."""
        if not (self.ca_file or self.pinned_file):
            return None
        context = ssl.create_default_context(cafile=self.pinned_file or self.ca_file)
        if self.pinned_file:
            context.check_hostname = False
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if self.certificate_file:
            context.load_cert_chain(self.certificate_file, self.key_file)
        return context

    def password(self) -> str | None:
        return self.password_file.read_text().strip() if self.password_file else None


@dataclass(frozen=True, slots=True)
class Limits:
    """`within`: for an answer to anything; `in_flight`: publishes the broker has not answered."""

    within: timedelta
    keepalive: timedelta
    in_flight: int


class NotGranted(aiomqtt.MqttError):
    """The broker's access list lacks what we must hear."""


class Connection:
    """Connected and subscribed. `publish` from as many tasks as there are; `ended` from one."""

    def __init__(self, client: aiomqtt.Client, within: timedelta) -> None:
        self._client = client
        self._within = within.total_seconds()
        self._waiting: set[asyncio.Timeout] = set()
        self._answers = 0
        self._watch = asyncio.timeout(None)
        self._over = False

    @property
    def depth(self) -> int:
        """Publishes that wait for their answer."""
        return len(self._waiting)

    async def publish(self, topic: str, payload: bytes, qos: int) -> None:
        """Returns when the broker has answered (QoS 1) or it is written (0); or ChannelDown."""
        answers, limit = self._answers, asyncio.timeout(self._within)
        try:
            async with limit:
                self._waiting.add(limit)
                await self._client.publish(topic, payload, qos, timeout=math.inf)
        except (aiomqtt.MqttError, TimeoutError) as fault:
            if not self._over and answers == self._answers:
                self._give_up()
            raise ChannelDown("the broker did not answer for it") from fault
        finally:
            self._waiting.discard(limit)
        self._answers += qos

    async def ended(self) -> str:
        """Waits for the end of the connection; how it ended: closed or silent."""
        try:
            async with self._watch:
                await anext(self._client.messages)
        except TimeoutError:
            return "silent"
        except aiomqtt.MqttError:
            return "closed"
        finally:
            self._cut_off()
        return "closed"

    def _give_up(self) -> None:
        if not self._watch.expired():
            self._watch.reschedule(0)

    def _cut_off(self) -> None:
        self._over = True
        for limit in self._waiting:
            if not limit.expired():
                limit.reschedule(0)


@contextlib.asynccontextmanager
async def connect(
    broker: BrokerAt, room: str, limits: Limits, filters: Sequence[str], arrived: Arrived
) -> AsyncIterator[Connection]:
    """Connect and subscribe to `filters`. Raises aiomqtt.MqttError or OSError.

    The identifier cannot be guessed: another client that came with ours would cut us off. The
    session is clean: what the broker might remember is never relied on.
    """
    client = aiomqtt.Client(
        broker.at.host,
        broker.at.port,
        username=broker.username,
        password=broker.password(),
        identifier=f"forewarn-{room}-{secrets.token_hex(8)}",
        queue_type=cast(Any, lambda maxsize: _HandedOver(arrived)),
        protocol=aiomqtt.ProtocolVersion.V311,
        clean_session=True,
        timeout=limits.within.total_seconds(),
        keepalive=math.ceil(limits.keepalive.total_seconds()),
        max_inflight_messages=limits.in_flight,
        max_concurrent_outgoing_calls=limits.in_flight,
        tls_context=broker.tls(),
        socket_options=[_NODELAY],
    )
    client.pending_calls_threshold = limits.in_flight
    await _enter(client)
    try:
        granted = await _whole(client.subscribe([(each, 1) for each in filters]))
        if any(getattr(code, "is_failure", False) for code in granted):
            raise NotGranted("the broker refuses us what the devices say")
        yield Connection(client, limits.within)
    finally:
        await _leave(client)


async def _enter(client: aiomqtt.Client) -> None:
    """Connecting runs in a thread and cannot be broken off: what was begun is undone."""
    try:
        await _whole(client.__aenter__())
    except asyncio.CancelledError:
        await _leave(client)
        raise


async def _leave(client: aiomqtt.Client) -> None:
    with contextlib.suppress(aiomqtt.MqttError):
        await _whole(client.__aexit__(None, None, None))


async def _whole(step: Coroutine[Any, Any, T]) -> T:
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


class _HandedOver(asyncio.Queue[aiomqtt.Message]):
    """In place of aiomqtt's queue: never holds anything."""

    def __init__(self, arrived: Arrived) -> None:
        super().__init__()
        self._arrived = arrived

    def put_nowait(self, item: aiomqtt.Message) -> None:
        self._arrived(item)
