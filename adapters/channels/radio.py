"""Radios of the crews over TETRA (N4, N7, C5, D1): notes and answers out; acknowledgements,
questions, reports, emergencies and positions in (docs/radio.md).

Sending twice is not harmless here: what may have gone out is never sent again by this channel.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta

import structlog

from adapters.channels.radio_book import Book, Sent
from adapters.channels.radio_incoming import Incoming
from adapters.channels.radio_link import FAILED, Link, Lost, PerhapsSent, Why
from adapters.channels.radio_settings import RadioSettings
from adapters.codecs.tetra_pei import SendState
from adapters.codecs.tetra_sds_tl import ReportsAsked
from adapters.codecs.tetra_told import BOTH, split, write_texts
from middleware.ops.presence import Presence
from middleware.ops.redaction import Fixed
from middleware.ports import AdapterSpec, By, ChannelDown, Intake, Kind, ToDevice, Way, World
from schemas.delivery import Delivery
from schemas.told import RadioAnswer, RadioText

NAME = "radio"
WAITING = 100
"""Messages that wait for the radio; one more is refused at once."""

SOONEST = 0.5

log = structlog.get_logger()


class Radio:
    """The channel `radio`."""

    name = NAME

    def __init__(self, settings: RadioSettings, world: World) -> None:
        self._settings, self._world = settings, world
        self._link: Link | None = None
        self._waiting = 0
        self._failures = 0
        self._book = Book(world.state)
        self._book.load(world.clock.now())
        self._presence = Presence(NAME, world, gap=True)
        self._incoming = Incoming(NAME, settings, world, self._book, self._tell)
        self._send_failures = world.meters.counter("forewarn_send_failures_total", channel=NAME)
        queue = f"{NAME} outgoing"
        world.meters.gauge("forewarn_queue_bound", queue=queue).set(WAITING)
        depth = world.meters.gauge("forewarn_queue_depth", queue=queue)
        depth.set_function(lambda: self._waiting)

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        """Stay connected and hand in what radios say; never returns."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._presence.tell(intake))
            tasks.create_task(self._incoming.run(intake))
            while True:
                why = await self._connected(came_back)
                self._presence.lost(why)
                log.error("radio_lost", adapter=NAME, cause=why, remedy=Fixed(REMEDIES[why]))
                await self._world.clock.sleep(self._pause())

    async def _connected(self, came_back: Callable[[], None]) -> Why:
        """One connection, from its beginning to its end."""
        try:
            link = await Link.open(self._settings, self._incoming.hear)
        except Lost as lost:
            return lost.why
        reading = asyncio.create_task(link.read())
        try:
            await link.wake(self._settings.init)
            self._failures = 0
            self._link = link
            self._presence.connected()
            log.info("radio_connected", adapter=NAME)
            came_back()
            await reading
        except Lost as lost:
            return lost.why
        finally:
            self._link = None
            link.lose(Why.CLOSED)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await link.closed()
        return Why.CLOSED

    def _pause(self) -> timedelta:
        """Doubling to the longest, with jitter."""
        doubled = self._settings.retry_first * 2 ** min(self._failures, 20)
        self._failures += 1
        pause: timedelta = min(self._settings.retry_most, doubled)
        return pause * self._world.random.uniform(SOONEST, 1)

    # --- out ---------------------------------------------------------------------------

    async def send(self, message: ToDevice) -> None:
        """Hand over to the radio. ChannelDown: nothing went out; PerhapsSent: not certain."""
        link = self._link
        if message.probe and self._waiting:
            raise ChannelDown("a probe gives way to everything else")
        if link is None or self._waiting >= WAITING:
            self._failed_to_send(message)
            raise ChannelDown("no radio" if link is None else "too many messages wait for it")
        self._waiting += 1
        try:
            await self._send(link, message)
        except (ChannelDown, PerhapsSent):
            self._failed_to_send(message)
            raise
        finally:
            self._waiting -= 1

    def _failed_to_send(self, message: ToDevice) -> None:
        if not message.probe:
            self._send_failures.inc()

    async def _send(self, link: Link, message: ToDevice) -> None:
        match message.body:
            case RadioText() as note:
                await self._send_note(link, message.device, note, message.times)
                if not message.probe:
                    self._count("notes")
            case RadioAnswer(texts=texts):
                for text in texts:
                    await self._send_words(link, message.device, text)
                self._count("answers")
            case body:
                raise TypeError(f"a radio cannot be sent a {type(body).__name__}")

    async def _send_note(self, link: Link, radio: str, note: RadioText, times: int) -> None:
        """Reports are asked for; what the radio says of the sending is reported as well."""
        now = self._world.clock.now()
        pieces = split(note.said(times), self._settings.longest, self._settings.parts)
        references = self._book.allot(radio, len(pieces))
        sent = Sent(radio, references, note.note, note.revision, times, now)
        await self._book.remember(sent)
        valid_for = note.expires_at - now if self._settings.validity else None
        texts = write_texts(pieces, references, asked=BOTH, valid_for=valid_for)
        for number, octets in enumerate(texts, 1):
            try:
                state = await link.send(radio, octets)
            except ChannelDown as down:
                if number == 1:
                    raise
                raise PerhapsSent("some parts were sent") from down
            if _failed(state) or number == len(texts):
                self._report(sent, state)
                return

    def _report(self, sent: Sent, state: SendState | None) -> None:
        """SENT where the radio took it, even when it does not say what the network did."""
        what = Delivery.FAILED if _failed(state) else Delivery.SENT
        code = f"+CMGS {state.state}" if state else "taken by the radio"
        event = self._incoming.events.delivery(sent, what, code, self._world.clock.now())
        self._incoming.put(sent.radio, event)

    async def _send_words(self, link: Link, radio: str, text: str) -> None:
        pieces = split(text, self._settings.longest, self._settings.parts)
        references = self._book.allot(radio, len(pieces))
        asked = ReportsAsked.NONE
        for octets in write_texts(pieces, references, asked=asked, valid_for=None):
            await link.send(radio, octets)

    async def _tell(self, radio: str, octets: bytes) -> None:
        """A report or acknowledgement: who misses it asks again."""
        if self._link is not None:
            with contextlib.suppress(ChannelDown, PerhapsSent):
                await self._link.send(radio, octets)

    def _count(self, kind: str) -> None:
        self._world.meters.counter("forewarn_sent_total", channel=NAME, kind=kind).inc()


def _failed(state: SendState | None) -> bool:
    return state is not None and state.state == FAILED


REMEDIES = {
    Why.UNREACHABLE: "see whether the radio is on, and connect or serial of [channel.radio]",
    Why.UNTRUSTED: "give the authority of its certificate in tls_ca_file of [channel.radio]",
    Why.CLOSED: "see whether the radio was switched off or its cable pulled",
    Why.SILENT: "see whether the radio answers to AT, and baud of [channel.radio]",
}

SPEC = AdapterSpec(Kind.CHANNEL, NAME, RadioSettings, Radio, way=Way(by=By.RADIO, repeatable=False))
