"""One session with a telephone exchange: read, take, hand in, until it is Lost (C2, O4)."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

import structlog

from adapters.codecs.call_book import Said
from adapters.codecs.call_names import Headers
from adapters.codecs.call_translator import CallTranslator
from adapters.sources.exchange_link import Lost, Why
from middleware.ops.redaction import Fixed
from middleware.ports import Intake, Problem, World

Item = TypeVar("Item")

log = structlog.get_logger()


class OnListed(Protocol):
    """Told when the list of channels is in; not `complete`: it cannot be relied on."""

    async def __call__(self, *, complete: bool) -> None: ...


class ExchangeSession(ABC, Generic[Item]):
    """Reads no further than the intake takes: push-back reaches the exchange's socket."""

    def __init__(
        self,
        source: str,
        translator: CallTranslator,
        intake: Intake,
        world: World,
        on_listed: OnListed,
    ) -> None:
        self._source = source
        self._translator = translator
        self._intake = intake
        self._clock = world.clock
        self._tap = world.tap
        self._on_listed = on_listed
        self._received = world.meters.counter("forewarn_adapter_received_total", adapter=source)
        self._listed = False

    async def _follow(
        self,
        read: Callable[[], Awaitable[bytes]],
        feed: Callable[[bytes], Iterable[Item]],
        list_within: timedelta,
    ) -> None:
        """Until Lost; `list_within` counts the time spent waiting for the exchange only."""
        waited, link = 0.0, self._tap.opened(self._source)
        while True:
            before = self._clock.monotonic()
            data = await read()
            self._tap.heard(self._source, link, data)
            waited += self._clock.monotonic() - before
            for item in feed(data):
                await self._take(item)
            if not self._listed and waited > list_within.total_seconds():
                raise Lost(Why.LIST_MISSING)

    @abstractmethod
    async def _take(self, item: Item) -> None:
        """One piece of the exchange's speech."""

    async def _end_list(self, rows: Sequence[Headers] | None, raw: bytes, remedy: str) -> None:
        """The list of channels, or None, with the remedy, where nothing can be concluded."""
        if rows is None:
            log.error("list_with_gaps", adapter=self._source, remedy=Fixed(remedy))
        else:
            await self._hand_in(self._translator.reconcile(rows, self._clock.now()), raw)
        self._listed = True
        await self._on_listed(complete=rows is not None)

    async def _hand_in(self, said: Iterable[Said], raw: bytes) -> None:
        for event in said:
            if isinstance(event, Problem):
                await self._intake.refuse(self._source, event, raw)
            else:
                await self._intake.submit(event, raw)
