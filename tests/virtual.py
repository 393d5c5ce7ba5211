"""Time that passes only when nobody has anything left to do, and lives that can be killed.

The loop is that of a replay (middleware.ops.virtual_time). What belongs to one run of the service
(its `Life`) can be killed: from then on no step of it runs, not even the `finally` of a coroutine,
as after kill -9.
"""

import asyncio
import functools
import heapq
import queue
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from middleware.ops import virtual_time

T = TypeVar("T")
EPOCH = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class Life:
    """One run of the service. `before_step` is called before each of its steps and may end it.
    Paused, as by SIGSTOP, it makes none, and makes up for all of them when it goes on."""

    def __init__(self, before_step: Callable[["Life"], None] = lambda _: None) -> None:
        self.alive = True
        self.before_step = before_step
        self.tasks: set[asyncio.Task[Any]] = set()
        self.left: list[asyncio.Handle] = []
        self._is_paused = False
        self._waiting: list[asyncio.Handle] = []

    def pause(self) -> None:
        self._is_paused = True

    def go_on(self) -> None:
        self._is_paused = False
        for handle in self._waiting:
            handle._loop._ready.append(handle)  # type: ignore[attr-defined]
        self._waiting.clear()

    def kill(self) -> None:
        self.alive = False

    def may_step(self, handle: asyncio.Handle) -> bool:
        if self.alive and self._is_paused:
            self._waiting.append(handle)
            return False
        if self.alive:
            self.before_step(self)
        if not self.alive:
            self.left.append(handle)
        return self.alive

    def bury(self) -> list[asyncio.Handle]:
        """When all is over: what it had left to do, so that its coroutines can be closed."""
        self.alive, self.before_step = True, lambda _: None
        return self.left


LIFE: ContextVar[Life | None] = ContextVar("life", default=None)


def _runs(handle: asyncio.Handle, context: Context) -> bool:
    life = context.get(LIFE)
    return life is None or life.may_step(handle)


class _Handle(asyncio.Handle):
    __slots__ = ()
    _context: Context

    def _run(self) -> None:
        if _runs(self, self._context):
            super()._run()


class _TimerHandle(asyncio.TimerHandle):
    __slots__ = ()
    _context: Context

    def _run(self) -> None:
        if _runs(self, self._context):
            super()._run()


class VirtualLoop(virtual_time.VirtualLoop):
    """See above. `outside` counts what real threads were asked and have not answered: the loop
    waits for it in real time, and no virtual time passes."""

    def __init__(self) -> None:
        super().__init__()
        self._answers: queue.SimpleQueue[asyncio.Handle] = queue.SimpleQueue()
        self.outside = 0
        self.lives: dict[Life, None] = {}
        self.set_task_factory(_remembered)
        self.set_exception_handler(_raise)

    def burn(self, seconds: float) -> None:
        """Time passes inside a step: something computes for so long."""
        self._moment += seconds

    def select(self, timeout: float | None) -> list[Any]:
        """Where a real loop would wait."""
        while self.outside:
            self._ready.append(self._answers.get(timeout=60))
            self.outside -= 1
        return super().select(timeout)

    def bury(self) -> None:
        """Let go of what was killed; nothing it does from now on counts."""
        self.set_exception_handler(lambda *_: None)
        for life in self.lives:
            self._ready.extend(life.bury())

    def _call_soon(
        self, callback: Callable[..., Any], args: Any, context: Context | None
    ) -> asyncio.Handle:
        handle = _Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = _Handle(callback, args, self, context)
        self._answers.put(handle)
        return handle

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        self.outside += 1
        return super().run_in_executor(executor, func, *args)

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Without a thread that waits for the threads."""
        if self._default_executor is not None:
            self._default_executor.shutdown()

    def call_at(
        self,
        when: float,
        callback: Callable[..., Any],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        timer = _TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer


def _remembered(
    loop: asyncio.AbstractEventLoop, main: Any, context: Context | None = None
) -> asyncio.Task[Any]:
    """Tasks of a life are kept: the collector would close their coroutines, which is a step."""
    task: asyncio.Task[Any] = asyncio.Task(main, loop=loop, context=context)
    life = (context or copy_context()).get(LIFE)
    if life is not None:
        life.tasks.add(task)
        task.add_done_callback(life.tasks.discard)
    return task


def _raise(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A fault nobody looks at must not go by."""
    fault = context.get("exception")
    if fault is not None:
        raise fault


class VirtualClock:
    """The `Clock` of one machine on the virtual loop; `offset` is how far its wall clock is off."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop | None = None, begun: datetime = EPOCH
    ) -> None:
        self._loop = loop or asyncio.get_event_loop()
        self._begun = begun
        self.offset = timedelta()

    def now(self) -> datetime:
        return self._begun + timedelta(seconds=self._loop.time()) + self.offset

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, delay: timedelta) -> None:
        await asyncio.sleep(max(0.0, delay.total_seconds()))


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time; what is left over is cancelled."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        try:
            return runner.run(main)
        finally:
            loop = runner.get_loop()
            assert isinstance(loop, VirtualLoop)
            loop.bury()


def virtual(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """An async test in virtual time."""

    @functools.wraps(test)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        async def main() -> None:
            await test(*args, **kwargs)

        run(main())

    return wrapped


def of_life(life: Life, main: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task that, with all it starts, belongs to the life."""
    context = copy_context()
    context.run(LIFE.set, life)
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.lives[life] = None
    return loop.create_task(main, context=context)
