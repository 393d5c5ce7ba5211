"""The process: one control room, or several that share nothing but it (O4; docs/several-rooms.md).

Log, signals and the collector of garbage are the process's; all else is made for each room.
"""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import structlog

from middleware.app import Host, Say, serve
from middleware.building import Built, build
from middleware.config import Room
from middleware.ops.clock import SystemClock
from middleware.ops.collector import Collector
from middleware.ops.durations import write_duration
from middleware.ops.errors import Trouble
from middleware.ops.logging import in_room, start_logging
from middleware.ops.only_one import only_one
from middleware.ops.redaction import Fixed
from middleware.ports import Fenced, OutOfPlace

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=30)
LONG_ENOUGH = 60.0
"""Seconds after which a room that fails is not thought to be failing at once again."""

THREADS = 16
"""A room's, for what waits: a disk that hangs in one leaves threads to the others."""

log = structlog.get_logger()


async def run(rooms: Sequence[Room], say: Say) -> None:
    """Serve until SIGTERM or SIGINT. Raises Trouble with its remedy when what a room needs cannot
    be made, before any is served; and when the only room cannot be served any more."""
    clock = SystemClock()
    start_logging(clock)
    threads = ThreadPoolExecutor(THREADS * len(rooms), "beside")
    asyncio.get_running_loop().set_default_executor(threads)
    process = _Process(rooms, say, clock)
    with ExitStack() as held:
        for room in rooms:
            with process.naming(room):
                held.enter_context(only_one(room.config.state))
        await _until_told_to_stop(process.run(), say)
    process.demand_all_served()


async def _until_told_to_stop(serving: Coroutine[Any, Any, None], say: Say) -> None:
    task = asyncio.ensure_future(serving)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        say("stopped")
    except BaseExceptionGroup as group:
        raise _trouble_in(group) or group from None


class _Process:
    """What its rooms share. With several of them, one that fails is made anew and served again,
    as systemd does for a process: nothing else would, for the process goes on."""

    def __init__(self, rooms: Sequence[Room], say: Say, clock: SystemClock) -> None:
        self._rooms, self._say, self._clock = rooms, say, clock
        self._several = len(rooms) > 1
        self._collector = Collector()
        self._away: dict[str, Room] = {}

    async def run(self) -> None:
        """Everything is made before anything is served: what cannot be stops the start."""
        async with AsyncExitStack() as journals:
            starts = [self._made(room, journals) for room in self._rooms]
            if not self._several:
                await starts.pop()()
            async with asyncio.TaskGroup() as tasks:
                while starts:  # what a room was made of is kept by that room alone
                    tasks.create_task(starts.pop(0)())

    @contextmanager
    def naming(self, room: Room) -> Iterator[None]:
        """Trouble names the file of the room, where there are several."""
        try:
            yield
        except Trouble as trouble:
            if not self._several:
                raise
            told = Trouble(f"{room.file}: {trouble.what}", trouble.remedy)
            told.exit_code = trouble.exit_code
            raise told from None

    def demand_all_served(self) -> None:
        """Trouble when the process was stopped while a room could not be served."""
        if self._away:
            files = ", ".join(str(room.file) for room in self._away.values())
            remedy = "see what was said of it, or room_failed in the log"
            raise Trouble(f"was not served when it was stopped: {files}", remedy)

    def _made(
        self, room: Room, journals: AsyncExitStack
    ) -> Callable[[], Coroutine[Any, Any, None]]:
        with self.naming(room):
            built = build(room.config)
        journals.push_async_callback(built.journal.close)
        first = [built]
        return lambda: self._keep(room, first)

    async def _keep(self, room: Room, first: list[Built]) -> None:
        name, pause = room.config.room, FIRST_WAIT
        with in_room(name):
            while True:
                begun = self._clock.monotonic()
                try:
                    await asyncio.create_task(self._serve(room, first))
                except Exception as fault:
                    if not self._several or _is_told_to_stop():
                        raise
                    if self._clock.monotonic() - begun > LONG_ENOUGH:
                        pause = FIRST_WAIT
                    self._tell(room, fault, pause)
                self._collector.let_go(name)
                await self._clock.sleep(pause)
                pause = min(2 * pause, LONGEST_WAIT)

    async def _serve(self, room: Room, first: list[Built]) -> None:
        """What it is made of is kept here alone, so that it goes when the room is made anew."""
        await serve(first.pop() if first else build(room.config), self._host(room))

    def _tell(self, room: Room, fault: Exception, pause: timedelta) -> None:
        name = room.config.room
        self._away[name] = room
        group = fault if isinstance(fault, ExceptionGroup) else ExceptionGroup(name, [fault])
        trouble = _trouble_in(group) or Trouble(
            f"it ended by an error of its own, {_kind(group)}", "see room_failed in the log"
        )
        log.error("room_failed", again_in=pause, remedy=Fixed(trouble.remedy), exc_info=fault)
        self._say(
            f"{name}: {room.file}: {trouble.what}\n  what to do: {trouble.remedy}\n"
            f"  it is started again in {write_duration(pause)}; the other rooms go on"
        )

    def _host(self, room: Room) -> Host:
        name = room.config.room
        say = self._say

        def on_ready() -> None:
            self._away.pop(name, None)
            self._collector.settle(name)

        return Host(
            say=(lambda words: say(f"{name}: {words}")) if self._several else say,
            config_file=room.file,
            on_ready=on_ready,
            on_let_go=lambda: self._collector.let_go(name),
        )


def _is_told_to_stop() -> bool:
    """What fails while it is told to stop is not started again. To be asked by a task in which no
    group of tasks has failed: such a one counts as cancelled (CPython 3.11)."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _trouble_in(group: BaseExceptionGroup[BaseException]) -> Trouble | None:
    """What a person must be told, out of whatever ended with it."""
    if group.subgroup(Fenced):
        remedy = "stop the other service, then start this one again"
        return Trouble("another service took over this journal", remedy)
    if group.subgroup(OutOfPlace):
        remedy = "keep a copy of the store, run `forewarn journal verify`, compare with a backup"
        return Trouble("the journal is not as this service left it: records are gone", remedy)
    found: Trouble | BaseExceptionGroup[Trouble] | None = group.subgroup(Trouble)
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def _kind(fault: BaseException) -> str:
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return type(fault).__name__
