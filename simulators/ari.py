"""An Asterisk with its REST Interface, as far as it makes calls: the crew at the other end is ours.

It plays nothing aloud: what is asked to be played is read from the file and kept.
"""

import asyncio
import base64
import wave
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from simulators.ari_words import Channel, Playback, dialled, event

CAUSES = {"busy": 17, "no_answer": 19, "declined": 21, "unknown_number": 1}
NORMAL = 16
CAUSE_TEXTS = {
    1: "Unallocated (unassigned) number", 16: "Normal Clearing", 17: "User busy",
    19: "User alerting, no answer", 21: "Call Rejected",
}  # fmt: skip


@dataclass
class Crew:
    """`answer`: answers, never, or a reason of CAUSES. At the n-th sound of a call the n-th of
    `does`: presses these keys before its end; `#` hangs up instead of listening on. `fails`:
    sounds cannot be played."""

    answer: str = "answers"
    does: Sequence[str] = ("1",)
    fails: bool = False


class AriSimulator:
    """Listens on a free port of this machine while its context lasts. `heard`: the sounds (PCM)
    that were played, in order; `asked`: what was requested, with its parameters."""

    def __init__(self, username: str, password: str, crew: Crew, port: int = 0) -> None:
        self.crew = crew
        self.heard: list[bytes] = []
        self.said: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.channels: dict[str, Channel] = {}
        self.port = port
        self._playbacks: dict[str, Playback] = {}
        self._auth = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
        self._sockets: list[tuple[str, web.WebSocketResponse]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._plays = 0
        self._answers = asyncio.Event()
        self._answers.set()
        self._gone = False

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._signed_in])
        app.router.add_get("/ari/events", self._events)
        app.router.add_get("/ari/channels", self._list)
        app.router.add_post("/ari/channels", self._originate)
        app.router.add_delete("/ari/channels/{channel}", self._hang_up)
        app.router.add_post("/ari/channels/{channel}/play", self._play)
        app.router.add_delete("/ari/playbacks/{playback}", self._stop)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        self._gone = True
        for connection in self._runner.server.connections if self._runner.server else ():
            if connection.transport:
                connection.transport.abort()
        self._sockets.clear()
        self._answers.set()
        await self._runner.cleanup()

    def freeze(self) -> None:
        """Calls that are asked for are not answered, until `thaw`."""
        self._answers.clear()

    def thaw(self) -> None:
        self._answers.set()

    async def cut(self) -> None:
        """Every WebSocket is closed; channels stay, as they do at Asterisk."""
        for _, socket in self._sockets:
            await socket.close()
        self._sockets.clear()

    @web.middleware
    async def _signed_in(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("Authorization") != self._auth:
            raise web.HTTPUnauthorized
        asked = f"{request.method} {request.path.removeprefix('/ari')}"
        self.asked.append((asked, dict(request.query)))
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        application = request.query["app"]
        if any(s[0] == application for s in self._sockets):
            await self._say(event(application, "ApplicationReplaced"))
        self._sockets = [s for s in self._sockets if s[0] != application]
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append((application, socket))
        async for _ in socket:
            continue
        with suppress(ValueError):  # another has taken its place
            self._sockets.remove((application, socket))
        return socket

    async def _say(self, said: dict[str, Any]) -> None:
        self.said.append(said)
        for application, socket in self._sockets:
            if application == said["application"]:
                with suppress(ConnectionError):
                    await socket.send_json(said)

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response([channel.said() for channel in self.channels.values()])

    async def _originate(self, request: web.Request) -> web.Response:
        await self._answers.wait()
        if self._gone:
            raise web.HTTPServiceUnavailable
        query = request.query
        channel = Channel(
            query["channelId"], query["endpoint"], query["app"], query.get("callerId", "")
        )
        if channel.id in self.channels:
            return web.json_response({"message": "Channel with given ID exists"}, status=409)
        self.channels[channel.id] = channel
        self._plays = 0
        self._later(self._ring(channel))
        return web.json_response(channel.said())

    async def _ring(self, channel: Channel) -> None:
        await self._say(dialled(channel, ""))
        await self._change(channel, "Ringing")
        await self._say(dialled(channel, "RINGING"))
        if self.crew.answer in CAUSES:
            await self._destroy(channel, CAUSES[self.crew.answer])
        elif self.crew.answer == "answers":
            await self._change(channel, "Up")
            await self._say(dialled(channel, "ANSWER"))
            app = channel.application
            await self._say(event(app, "StasisStart", args=[], channel=channel.said()))

    async def _change(self, channel: Channel, state: str) -> None:
        channel.state = state
        said = event(channel.application, "ChannelStateChange", channel=channel.said())
        await self._say(said)

    async def _play(self, request: web.Request) -> web.Response:
        channel = self.channels.get(request.match_info["channel"])
        if channel is None:
            return web.json_response({"message": "Channel not found"}, status=404)
        playback = Playback(request.query["playbackId"], request.query["media"], channel.id)
        self._playbacks[playback.id] = playback
        self._later(self._listen(channel, playback))
        return web.json_response(playback.said(), status=201)

    async def _listen(self, channel: Channel, playback: Playback) -> None:
        does = self.crew.does[self._plays] if self._plays < len(self.crew.does) else ""
        self._plays += 1
        if self.crew.fails:
            await self._finish(channel, playback, "failed")
            return
        playback.state = "playing"
        self.heard.append(await asyncio.to_thread(_sound, playback.media))
        await self._say(event(channel.application, "PlaybackStarted", playback=playback.said()))
        for key in does.removesuffix("#"):
            said = event(
                channel.application, "ChannelDtmfReceived", digit=key, duration_ms=180,
                channel=channel.said(),
            )  # fmt: skip
            await self._say(said)
        if does.endswith("#"):
            await self._destroy(channel, NORMAL)
        else:
            await self._finish(channel, playback, "done")

    async def _finish(self, channel: Channel, playback: Playback, state: str) -> None:
        playback.state = state
        if self._playbacks.pop(playback.id, None):
            said = event(channel.application, "PlaybackFinished", playback=playback.said())
            await self._say(said)

    async def _stop(self, request: web.Request) -> web.Response:
        playback = self._playbacks.get(request.match_info["playback"])
        if playback is None:
            return web.json_response({"message": "Playback not found"}, status=404)
        await self._finish(self.channels[playback.channel], playback, "done")
        return web.Response(status=204)

    async def _hang_up(self, request: web.Request) -> web.Response:
        channel = self.channels.get(request.match_info["channel"])
        if channel is None:
            return web.json_response({"message": "Channel not found"}, status=404)
        await self._destroy(channel, NORMAL)
        return web.Response(status=204)

    async def _destroy(self, channel: Channel, cause: int) -> None:
        self.channels.pop(channel.id, None)
        said = event(
            channel.application, "ChannelDestroyed", cause=cause, cause_txt=CAUSE_TEXTS[cause],
            channel=channel.said(),
        )  # fmt: skip
        await self._say(said)

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _sound(media: str) -> bytes:
    """The PCM of `sound:/path/without/ending`; Asterisk plays WAV at 8 kHz, mono, 16 bits."""
    with wave.open(str(Path(media.removeprefix("sound:")).with_suffix(".wav"))) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (8_000, 1, 2):
            raise ValueError("Asterisk could not play this")
        sound: bytes = file.readframes(file.getnframes())
        return sound
