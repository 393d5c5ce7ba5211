"""Spoken calls through an Asterisk (N4), by its REST Interface: one WebSocket, a few requests.

Our own ids go with every request, for events can come before its answer.
"""

import asyncio
import contextlib
import ssl
from datetime import timedelta

import aiohttp
import structlog

from adapters.channels.voice_line import (
    Answered,
    Heard,
    NoLine,
    Over,
    Played,
    Pressed,
    Sound,
    UpOrDown,
)
from adapters.channels.voice_settings import VoiceSettings
from adapters.channels.voice_sounds import Sounds
from adapters.codecs import ari_voice as ari
from adapters.wires.ari import events, signed_in
from middleware.ops.private_files import read_private
from middleware.ops.redaction import Fixed
from middleware.ports import Problem, World

WITHIN = timedelta(seconds=10)
"""For the answer to one request, and for a sign of life on the WebSocket."""
FIRST_PAUSE = timedelta(milliseconds=200)
LONGEST_PAUSE = timedelta(seconds=10)
RINGS_ON = timedelta(seconds=5)
"""So much longer than we wait, Asterisk would let it ring without us."""

DONE = range(200, 300)

log = structlog.get_logger()


class AriLine:
    """One call, as Asterisk tells of it."""

    def __init__(self, channel: str, telephone: "AriTelephone") -> None:
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.plays: dict[str, int] = {}
        self._channel = channel
        self._telephone = telephone

    async def play(self, play: int, sound: Sound) -> None:
        name = f"{self._channel}-{play}"
        self.plays[name] = play
        path = await self._telephone.sounds.put(name, sound)
        asked = ari.play(name, path)
        status = await self._telephone.ask("POST", f"/channels/{self._channel}/play", asked)
        if status not in DONE:
            self.heard.put_nowait(Over("playback"))

    async def stop(self) -> None:
        for name in self.plays:
            await self._telephone.ask("DELETE", f"/playbacks/{name}")

    async def hang_up(self) -> None:
        self._telephone.forget(self._channel)
        await self._telephone.ask("DELETE", f"/channels/{self._channel}")
        for name in self.plays:
            await self._telephone.sounds.remove(name)


class AriTelephone:
    """Keeps the WebSocket, and gives each event to its line."""

    def __init__(self, settings: VoiceSettings, world: World) -> None:
        assert settings.ari_sounds is not None  # noqa: S101 – the settings see to it
        self.sounds = Sounds(settings.ari_sounds, world.room)
        self._settings = settings
        self._world = world
        self._session: aiohttp.ClientSession | None = None
        self._lines: dict[str, AriLine] = {}
        self._ready = False

    async def run(self, changed: UpOrDown) -> None:
        """Connect, listen, and again; never returns."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._open() as self._session, self._listen(self._session) as told:
                    await self._clear()
                    self._ready, pause = True, FIRST_PAUSE
                    changed(None)
                    cause = await self._hear(told)
            except (aiohttp.ClientError, OSError) as fault:
                refused = isinstance(fault, aiohttp.WSServerHandshakeError)
                cause = "refused" if refused else "unreachable"
            finally:
                self._lose()
            changed(cause)
            log.warning("no_asterisk", adapter="voice", cause=cause, remedy=Fixed(REMEDY))
            await self._world.clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def dial(self, number: str) -> AriLine:
        """Raises NoLine when it does not ring; other faults where that is not known."""
        if not self._ready:
            raise NoLine
        channel = ari.channel_id(self._world.room, self._world.random.getrandbits(64))
        line = self._lines[channel] = AriLine(channel, self)
        settings = self._settings
        endpoint = settings.ari_endpoint.format(number=number, digits=number.removeprefix("+"))
        ring = int((settings.ring + RINGS_ON).total_seconds())
        asked = ari.originate(
            channel, endpoint, settings.ari_application, ring, settings.ari_caller_id
        )
        status = await self.ask("POST", "/channels", asked)
        if status in DONE:
            return line
        await line.hang_up()
        if status is None:
            raise TimeoutError("Asterisk did not say whether it rings")
        raise NoLine

    async def ask(
        self, method: str, path: str, parameters: dict[str, str] | None = None
    ) -> int | None:
        """The status of the answer; None where there was none."""
        if self._session is None or self._session.closed:
            return None
        try:
            url = self._settings.ari_url + path
            async with self._session.request(method, url, params=parameters) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None

    def forget(self, channel: str) -> None:
        self._lines.pop(channel, None)

    def _open(self) -> aiohttp.ClientSession:
        settings = self._settings
        file = settings.ari_password_file
        secret = (read_private(file) if file else None) or b""
        tls = ssl.create_default_context(cafile=settings.ari_ca_file)
        return signed_in(settings.ari_username, secret.decode().strip(), tls, WITHIN)

    def _listen(
        self, session: aiohttp.ClientSession
    ) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
        settings = self._settings
        return events(session, settings.ari_url, settings.ari_application, heartbeat=WITHIN)

    async def _clear(self) -> None:
        """What an earlier run left behind: its calls are ended, its sounds removed."""
        assert self._session is not None  # noqa: S101
        await self.sounds.clear()
        async with self._session.get(f"{self._settings.ari_url}/channels") as answer:
            left = ari.ours(self._world.room, await answer.read())
        for channel in left:
            await self.ask("DELETE", f"/channels/{channel}")

    async def _hear(self, events: aiohttp.ClientWebSocketResponse) -> str:
        """Until the WebSocket ends; why."""
        received = self._world.meters.counter("forewarn_adapter_received_total", adapter="voice")
        async for message in events:
            if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
                continue
            received.inc()
            told = ari.read(message.data)
            if isinstance(told, Problem):
                return "not_ari"
            if isinstance(told, ari.Replaced):
                return "replaced"
            if told is not None:
                self._give(told)
        return "closed"

    def _give(self, told: ari.Told) -> None:
        for channel, line in self._lines.items():
            match told:
                case ari.ChannelEntered(channel=of) if of == channel:
                    line.heard.put_nowait(Answered())
                case ari.KeyPressed(channel=of, key=key) if of == channel:
                    line.heard.put_nowait(Pressed(key))
                case ari.ChannelGone(channel=of, cause=cause) if of == channel:
                    line.heard.put_nowait(Over(f"cause {cause}"))
                case ari.PlaybackEnded(playback=of, failed=failed) if of in line.plays:
                    line.heard.put_nowait(Over("playback") if failed else Played(line.plays[of]))

    def _lose(self) -> None:
        self._ready, self._session = False, None
        for line in self._lines.values():
            line.heard.put_nowait(Over("line"))
        self._lines.clear()


REMEDY = "see the ari_ keys of [channel.voice] and http.conf, ari.conf of the Asterisk"
