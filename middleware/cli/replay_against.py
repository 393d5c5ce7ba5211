"""A recording sent to a running service, over real connections (O2)."""

import argparse
import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack

import orjson
from aiohttp import ClientError, ClientSession

from adapters.sources import ami_session, cad_http, esl_session, man_down_http
from middleware.cli.common import read_secret, tell
from middleware.cli.recorded import shown, tell_if_cut
from middleware.flow.recording.file import Recording
from middleware.flow.recording.frames import WIRE, read_wire
from middleware.flow.replay.pace import pace_of
from middleware.ops.errors import Trouble
from middleware.ops.listening import read_host_port
from middleware.ports import OnWire, WireFrame

PATHS = {"cad_http": cad_http.PATH, "man_down_http": man_down_http.PATH}
PRIMERS = {"asterisk_ami": ami_session.PRIMER, "freeswitch_esl": esl_session.PRIMER}
CAD_TCP = "cad_tcp"
WITHIN = 60.0
"""Seconds in which the service must answer, or come to us."""


class Line(ABC):
    """One source of the service, spoken to as it was spoken to then."""

    def __init__(self, source: str) -> None:
        self.source, self.tally = source, Counter[str]()

    @abstractmethod
    async def begin(self, stack: AsyncExitStack) -> None:
        """Connect, or listen."""

    @abstractmethod
    async def say(self, frame: WireFrame) -> None:
        """One frame; OSError or ClientError where nobody is there."""


class Posts(Line):
    """Messages posted to a door."""

    def __init__(self, source: str, url: str, token: str) -> None:
        super().__init__(source)
        self._url = url if PATHS[source] in url else url.rstrip("/") + PATHS[source]
        self._headers = {"Authorization": f"Bearer {token}"}

    async def begin(self, stack: AsyncExitStack) -> None:
        self._http = await stack.enter_async_context(ClientSession(headers=self._headers))

    async def say(self, frame: WireFrame) -> None:
        if frame.on is OnWire.HEARD:
            async with self._http.post(self._url, data=frame.data) as response:
                self.tally[f"status {response.status}"] += 1


class Stream(Line):
    """The lines of a CAD, each with its answer."""

    def __init__(self, source: str, address: str, token: str) -> None:
        super().__init__(source)
        self._at, self._token = read_host_port(address), token

    async def begin(self, stack: AsyncExitStack) -> None:
        self._reader, self._writer = await asyncio.open_connection(*self._at)
        stack.callback(self._writer.close)
        answer = await self._ask(orjson.dumps({"hello": {"token": self._token}}))
        if b'"welcome"' not in answer:
            raise ConnectionError("the token is not known there")

    async def say(self, frame: WireFrame) -> None:
        if frame.on is OnWire.HEARD:
            answer = orjson.loads(await self._ask(frame.data))
            self.tally[str(answer.get("standing", "refused"))] += 1

    async def _ask(self, line: bytes) -> bytes:
        self._writer.write(line + b"\n")
        async with asyncio.timeout(WITHIN):
            answer = await self._reader.readline()
        if not answer:
            raise ConnectionError("the stream was closed")
        return answer


class Exchange(Line):
    """Stands where the exchange stood: the service connects to it."""

    def __init__(self, source: str, address: str) -> None:
        super().__init__(source)
        self._at = read_host_port(address)
        self._came: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        self._writer: asyncio.StreamWriter | None = None

    async def begin(self, stack: AsyncExitStack) -> None:
        server = await asyncio.start_server(self._on_connected, *self._at)
        stack.callback(server.close)

    async def _on_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._came.put_nowait(writer)
        while await reader.read(65_536):
            pass

    async def say(self, frame: WireFrame) -> None:
        if frame.on is OnWire.CLOSED:
            self._hang_up()
            return
        if frame.on is OnWire.OPENED:
            self._hang_up()
            async with asyncio.timeout(WITHIN):
                self._writer = await self._came.get()
            self._writer.write(PRIMERS[self.source] if frame.midway else b"")
        elif self._writer is not None:
            self._writer.write(frame.data)
            await self._writer.drain()
        self.tally[frame.on.value] += 1

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None


def send_again(args: argparse.Namespace, recording: Recording, against: list[str]) -> None:
    """Trouble where an address is none, or the service does not answer."""
    lines = _lines(args, against)
    try:
        asyncio.run(_send(args, recording, lines))
    except (OSError, ClientError, TimeoutError) as error:
        raise Trouble(
            f"the service could not be spoken to ({type(error).__name__})",
            "start it with sources at these addresses, and try again from the beginning",
        ) from None
    tell_if_cut(recording)
    for line in lines.values():
        told = ", ".join(f"{count} {what}" for what, count in line.tally.items())
        print(f"{line.source}: {told or 'nothing was recorded'}")


def _lines(args: argparse.Namespace, against: list[str]) -> Mapping[str, Line]:
    lines: dict[str, Line] = {}
    for one in against:
        source, _, address = one.partition("=")
        try:
            lines[source] = _line(args, source, address)
        except ValueError as error:
            what = f"--against {one}: {error}"
            raise Trouble(what, "write it as cad_tcp=127.0.0.1:8102") from None
    return lines


def _line(args: argparse.Namespace, source: str, address: str) -> Line:
    if source in PRIMERS:
        return Exchange(source, address)
    if source not in (*PATHS, CAD_TCP):
        known = ", ".join((*PATHS, CAD_TCP, *PRIMERS))
        what = f"what {source} heard cannot be sent to a service"
        raise Trouble(what, f"choose of {known}; or replay in-process")
    if not args.token_file:
        raise Trouble(f"{source} asks who speaks", "give --token-file: forewarn tokens add")
    token = read_secret(args.token_file, "token")
    return Stream(source, address, token) if source == CAD_TCP else Posts(source, address, token)


async def _send(args: argparse.Namespace, recording: Recording, lines: Mapping[str, Line]) -> None:
    pace = pace_of(args.speed or "1")
    async with AsyncExitStack() as stack:
        for line in lines.values():
            await line.begin(stack)
        with shown("sending") as progress:
            for frame in recording.frames(progress):
                line_to = lines.get(frame.get("source", ""))
                if frame["f"] in WIRE and line_to is not None:
                    await asyncio.to_thread(pace, frame, frame["t"])
                    await line_to.say(read_wire(frame))
    tell("sent to the end")
