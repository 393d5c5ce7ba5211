"""A directory asked about every number that rings: number ─► address (C2, C3, C4).

For EISEC and its like behind a gateway; docs/caller-look-up.md. No conformance is claimed.
"""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

import aiohttp
import structlog
from pydantic import BaseModel, ConfigDict, Field, field_validator

from adapters.codecs import directory
from adapters.codecs.contract import LIMIT
from adapters.codecs.directory import Asked
from adapters.sources.exchange_link import client_tls
from middleware.ops.durations import Between, Duration
from middleware.ops.listening import is_loopback
from middleware.ops.presence import Presence
from middleware.ops.private_files import read_private
from middleware.ops.redaction import Fixed
from middleware.ports import Ability, AdapterSpec, Intake, Kind, Problem, World
from schemas.caller import LookedUp

NAME = "caller_directory"
MOST_WAITING = 1_000
"""Look-ups that wait for a turn; with more, the one that comes is not asked."""
FOUND, NONE = 200, 404
REMEDY = "see url, token_file and ca_file in [source.caller_directory]; callers are not looked up"

log = structlog.get_logger()


class CallerDirectorySettings(BaseModel):
    """`[source.caller_directory]`"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(
        description="where the directory answers, such as https://directory/v1/callers"
    )
    token_file: Path | None = Field(None, description="file that holds our token there")
    ca_file: Path | None = Field(
        None, description="PEM authorities of its certificate, when the system does not know them"
    )
    answer_within: Annotated[Duration, Between("50ms", "30s")] = Field(
        timedelta(seconds=3),
        description="from the ring to the answer; later it is not checked, and that is said",
    )
    at_once: Annotated[int, Field(ge=1, le=100)] = Field(8, description="look-ups at the same time")
    look_every: Annotated[Duration, Between("100ms", "10m")] = Field(
        timedelta(seconds=30), description="time between two looks whether it is there"
    )

    @field_validator("url")
    @classmethod
    def _whole(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query:
            raise ValueError("is no address such as https://directory.example/v1/callers; give one")
        if url.scheme == "http" and not is_loopback(url.hostname):
            raise ValueError("numbers would cross the network in clear; give an https address")
        return value


class _Waiting(NamedTuple):
    asked: Asked
    until: float


class CallerDirectory:
    """The source `caller_directory`: it is asked, and says what it was told."""

    ability = Ability.LOSSY
    name = NAME

    def __init__(self, settings: CallerDirectorySettings, world: World) -> None:
        self._settings = settings
        self._clock = world.clock
        self._tls = client_tls(urlsplit(settings.url).scheme == "https", settings.ca_file)
        self._presence = Presence(NAME, world, gap=True)
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._received = world.meters.counter("forewarn_adapter_received_total", adapter=NAME)
        self._unknown = world.meters.counter("forewarn_adapter_unknown_fields_total", adapter=NAME)

    def ask(self, about: str, number: str) -> None:
        """Look the number up; what comes of it is handed in, also that there is no answer."""
        within = self._settings.answer_within.total_seconds()
        late = self._waiting.qsize() >= MOST_WAITING
        until = self._clock.monotonic() + (0 if late else within)
        self._waiting.put_nowait(_Waiting(Asked(about, number), until))

    async def run(self, intake: Intake) -> None:
        """Ends by cancellation only."""
        async with self._session() as session, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._presence.tell(intake))
            tasks.create_task(self._look(session))
            for _ in range(self._settings.at_once):
                tasks.create_task(self._work(session, intake))

    def _session(self) -> aiohttp.ClientSession:
        file = self._settings.token_file
        token = ((read_private(file) if file else None) or b"").decode().strip()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return aiohttp.ClientSession(
            headers=headers, connector=aiohttp.TCPConnector(ssl=self._tls or True)
        )

    async def _work(self, session: aiohttp.ClientSession, intake: Intake) -> None:
        while True:
            waiting = await self._waiting.get()
            try:
                left = waiting.until - self._clock.monotonic()
                told = await self._post(session, waiting.asked, left) if left > 0 else None
                await self._hand_in(waiting.asked, told, intake)
            except BaseException:  # it is not handed in yet: who runs next does it
                self._waiting.put_nowait(waiting)
                raise

    async def _hand_in(self, asked: Asked, told: tuple[int, bytes] | None, intake: Intake) -> None:
        """Found, none, or failed: that nothing can be said is said (C4)."""
        status, raw = told or (0, b"")
        if status == FOUND:
            read = directory.found(asked, raw, NAME, self._clock.now())
            if not isinstance(read, Problem):
                self._unknown.inc(read.unknown)
                await intake.submit(read.event, raw)
                return
            await intake.refuse(NAME, read, raw[:LIMIT])
        result = LookedUp.NONE if status == NONE else LookedUp.FAILED
        await intake.submit(directory.looked_up(asked, result, NAME, self._clock.now()))

    async def _post(
        self, session: aiohttp.ClientSession, asked: Asked, left: float
    ) -> tuple[int, bytes] | None:
        """Status and body; None without an answer in time."""
        try:
            async with asyncio.timeout(left):
                body, kind = directory.question(asked), {"Content-Type": "application/json"}
                async with session.post(self._settings.url, data=body, headers=kind) as answer:
                    raw = bytearray()
                    while len(raw) <= LIMIT and (chunk := await answer.content.readany()):
                        raw += chunk
        except TimeoutError:
            self._lost("silent")
            return None
        except (aiohttp.ClientError, OSError):
            self._lost("unreachable")
            return None
        self._received.inc()
        self._is_there(answer.status)
        return answer.status, bytes(raw)

    async def _look(self, session: aiohttp.ClientSession) -> None:
        """Whether it is there, also when nobody rings."""
        while True:
            try:
                async with asyncio.timeout(self._settings.answer_within.total_seconds()):
                    async with session.options(self._settings.url) as answer:
                        self._is_there(answer.status)
            except (aiohttp.ClientError, OSError):
                self._lost("unreachable")
            await self._clock.sleep(self._settings.look_every)

    def _is_there(self, status: int) -> None:
        if status in (401, 403):
            self._lost("login_refused")
        elif status >= 500:
            self._lost("faulty")
        else:
            self._presence.connected()

    def _lost(self, why: str) -> None:
        log.warning("no_directory", adapter=NAME, cause=why, remedy=Fixed(REMEDY))
        self._presence.lost(why)


SPEC = AdapterSpec(Kind.SOURCE, NAME, CallerDirectorySettings, CallerDirectory)
