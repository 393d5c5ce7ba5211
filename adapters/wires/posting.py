"""A way out over HTTP JSON to a system that takes messages: retry by the courier, an idempotency
key, a receipt (N2, P2). What a channel adds is its settings, its address and its dialect.

Sending twice is harmless, by id and revision; a message counts as taken when the other side says
so, and no person has answered by that.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, cast
from urllib.parse import urlsplit

import aiohttp
import structlog
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from middleware.ops.clock import sleep_unless
from middleware.ops.durations import Between, Duration, read_duration
from middleware.ops.listening import is_loopback
from middleware.ops.presence import Presence
from middleware.ops.redaction import Fixed
from middleware.ports import ChannelDown, Intake, ToDevice, World
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed

ANSWER_LIMIT = 4_096
"""Bytes that an answer may have."""
FIRST_PAUSE = timedelta(milliseconds=100)
LONGEST_PAUSE = timedelta(seconds=5)

log = structlog.get_logger()


class PostingSettings(BaseModel):
    """Settings that every such channel has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    token_file: Path | None = Field(None, description="file that holds our token there")
    ca_file: Path | None = Field(
        None,
        description="PEM authorities that must have signed its certificate; without it, "
        "those of the machine",
    )
    answer_within: Annotated[Duration, Between("100ms", "1m")] = Field(
        read_duration("5s"), description="longest wait for the answer to one message"
    )
    look_every: Annotated[Duration, Between("100ms", "10m")] = Field(
        read_duration("10s"), description="time between two looks whether it is there"
    )
    in_flight: Annotated[int, Field(ge=1, le=1_000)] = Field(
        16, description="messages on their way that it has not yet answered"
    )

    @field_validator("url")
    @classmethod
    def _whole(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query:
            raise ValueError("is no address such as https://other.example/v1/notes; give one")
        return value

    @model_validator(mode="after")
    def _never_in_the_clear(self) -> "PostingSettings":
        url = urlsplit(self.url)
        if url.scheme == "http" and not is_loopback(url.hostname or ""):
            raise ValueError("it would cross the network in clear; give an https address")
        return self

    @property
    def look_at(self) -> str:
        """What answers where the other side is there."""
        return self.url

    @property
    def is_tls(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    def tls(self) -> ssl.SSLContext | bool:
        """Read when it connects, so that a renewed authority is found."""
        return ssl.create_default_context(cafile=self.ca_file) if self.is_tls else False

    def headers(self) -> dict[str, str]:
        """With our token as it is now."""
        if self.token_file is None:
            return {}
        return {"Authorization": f"Bearer {self.token_file.read_text().strip()}"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """`shape`: the bodies that are sent, which have `note`, `revision` and `withdrawn`; `write`:
    the message; `key`: says that two messages are one; `is_receipt`: whether an answer of at most
    `answer_limit` bytes says that the body was taken."""

    shape: type[Any]
    write: Callable[[Any], bytes]
    key: Callable[[Any], str]
    is_receipt: Callable[[bytes, Any], bool]
    sent_as: str = "note"
    """What is counted as sent, unless it withdraws."""
    reference: Callable[[bytes], str | None] | None = None
    """The number that the other side gave it, out of its receipt."""
    content_type: str = "application/json"
    headers: Callable[[Any], Mapping[str, str]] | None = None
    """What goes with a body besides our token and its key."""
    answer_limit: int = ANSWER_LIMIT


class PostingChannel:
    """A channel that posts; subclasses name it and its dialect."""

    name: ClassVar[str]
    dialect: ClassVar[Dialect]

    def __init__(self, settings: PostingSettings, world: World) -> None:
        self._settings, self._world = settings, world
        self._presence = Presence(self.name, world)
        self._failures = world.meters.counter("forewarn_send_failures_total", channel=self.name)
        self._session: aiohttp.ClientSession | None = None
        self._intake: Intake | None = None
        self._doubt = asyncio.Event()
        self._up = False

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        """Look whether it is there; never returns."""
        self._intake, self._up = intake, False
        settings = self._settings
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=settings.in_flight, ssl=settings.tls()),
                timeout=aiohttp.ClientTimeout(total=settings.answer_within.total_seconds()),
                auto_decompress=False,
            ) as session,
            asyncio.TaskGroup() as tasks,
        ):
            self._session = session
            tasks.create_task(self._presence.tell(intake))
            await self._watch(session, came_back)

    # --- out ---------------------------------------------------------------------------

    async def send(self, message: ToDevice) -> None:
        """Returns when the other side has it and that is on record; raises ChannelDown."""
        if not isinstance(message.body, self.dialect.shape):
            raise TypeError(f"{self.name} is sent what is its own")
        try:
            await self._write(message)
        except ChannelDown:
            if not message.probe:
                self._failures.inc()
            raise

    async def _write(self, message: ToDevice) -> None:
        device, body = message.device, cast(Any, message.body)
        session, intake = self._session, self._intake
        if session is None or intake is None or not self._up:
            raise ChannelDown("the other side is not there")
        try:
            status, answer = await self._post(session, body)
        except (aiohttp.ClientError, OSError, TimeoutError) as fault:
            self._doubt.set()
            raise ChannelDown("the other side did not answer for it") from fault
        is_read = status in _TAKEN and len(answer) <= self.dialect.answer_limit
        if is_read and self.dialect.is_receipt(answer, body):
            if message.probe:
                await self._return(session, intake, device, body)
                return
            self._count(body)
            await self._keep_reference(intake, device, body, answer)
            await intake.submit(self._taken(device, body))
            return
        if status in _NEVER:
            await intake.submit(self._refused(device, body, status))
        why = _why(status)
        log.warning("post_refused", adapter=self.name, status=status, remedy=Fixed(REMEDIES[why]))
        raise ChannelDown("the other side did not take it")

    async def _return(
        self, session: aiohttp.ClientSession, intake: Intake, device: str, body: Any
    ) -> None:
        """A probe is back when it was taken, and stands there where that can be asked."""
        if await self._stands(session, body):
            await intake.submit(self._taken(device, body))

    async def _stands(self, session: aiohttp.ClientSession, body: Any) -> bool:
        """Whether the other side has what it took; True where it cannot be asked."""
        return True

    async def _post(self, session: aiohttp.ClientSession, body: Any) -> tuple[int, bytes]:
        more = self.dialect.headers(body) if self.dialect.headers else {}
        headers = self._settings.headers() | {
            "Content-Type": self.dialect.content_type,
            "Idempotency-Key": self.dialect.key(body),
            **more,
        }
        async with session.post(
            self._settings.url,
            data=self.dialect.write(body),
            headers=headers,
            allow_redirects=False,
        ) as response:
            return response.status, await _whole(response, self.dialect.answer_limit)

    def _count(self, body: Any) -> None:
        kind = "withdrawal" if body.withdrawn else self.dialect.sent_as
        self._world.meters.counter("forewarn_sent_total", channel=self.name, kind=kind).inc()

    def _taken(self, device: str, body: Any) -> NoteDisplayed:
        return NoteDisplayed(
            source=self.name,
            id=f"{body.note}/{body.revision}",
            occurred_at=self._world.clock.now(),
            device=device,
            channel=self.name,
            note=body.note,
            note_revision=body.revision,
        )

    async def _keep_reference(self, intake: Intake, device: str, body: Any, raw: bytes) -> None:
        number = self.dialect.reference(raw) if self.dialect.reference else None
        if number is not None:
            await intake.submit(self._reported(device, body, Delivery.RECEIVED, number))

    def _refused(self, device: str, body: Any, status: int) -> DeliveryReported:
        return self._reported(device, body, Delivery.REFUSED, str(status))

    def _reported(self, device: str, body: Any, state: Delivery, code: str) -> DeliveryReported:
        return DeliveryReported(
            source=self.name,
            id=f"{body.note}/{body.revision}/{state}/{code}",
            occurred_at=self._world.clock.now(),
            device=device,
            channel=self.name,
            note=body.note,
            note_revision=body.revision,
            state=state,
            code=code,
        )

    # --- coming and going --------------------------------------------------------------

    async def _watch(self, session: aiohttp.ClientSession, came_back: Callable[[], None]) -> None:
        pause = FIRST_PAUSE
        while True:
            self._doubt.clear()
            ended = await self._look(session)
            if ended is None:
                if not self._up:
                    self._up = True
                    self._presence.connected()
                    came_back()
                pause = FIRST_PAUSE
                await self._wait(self._settings.look_every)
                continue
            self._lost(ended, pause)
            await self._world.clock.sleep(pause * (1 + self._world.random.random()) / 2)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _look(self, session: aiohttp.ClientSession) -> str | None:
        """None where it is there and lets us in; otherwise a code for what is wrong."""
        try:
            async with session.get(
                self._settings.look_at, headers=self._settings.headers(), allow_redirects=False
            ) as response:
                if response.status < _WRONG:
                    return None
                return "not_let_in" if response.status in _NOT_LET_IN else "unwell"
        except ssl.SSLError:
            return "untrusted"
        except TimeoutError:
            return "silent"
        except (aiohttp.ClientError, OSError) as fault:
            return "untrusted" if isinstance(fault, aiohttp.ClientSSLError) else "unreachable"

    async def _wait(self, delay: timedelta) -> None:
        """Until it is time to look again, or somebody doubts that it is there."""
        await sleep_unless(self._doubt, self._world.clock, delay)

    def _lost(self, ended: str, pause: timedelta) -> None:
        self._up = False
        self._presence.lost(ended)
        log.warning(
            "nobody_to_post_to",
            adapter=self.name,
            reason=Fixed(ended),
            remedy=Fixed(REMEDIES[ended]),
            again_in=str(pause),
        )


async def _whole(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The answer, in however many pieces it comes; one byte more where it is too long."""
    parts = bytearray()
    while len(parts) <= limit and (part := await response.content.read(limit + 1 - len(parts))):
        parts += part
    return bytes(parts)


_WRONG = 400
_NOT_LET_IN = (401, 403)
_TAKEN = (200, 201, 202)
_NEVER = (400, 409, 413, 422)
"""The same message is refused however often it comes."""

REMEDIES: Mapping[str, str] = {
    "not_let_in": "mend token_file in the section of this adapter",
    "not_as_agreed": "it is said as its contract has it: see the log of the other side",
    "unwell": "see the log of the other side, and url in its section",
    "untrusted": "give the authority of its certificate as ca_file in its section",
    "silent": "see whether the other side still runs",
    "unreachable": "see whether the other side takes messages at url in its section",
}


def _why(status: int) -> str:
    if status in _NOT_LET_IN:
        return "not_let_in"
    return "not_as_agreed" if status in _NEVER else "unwell"
