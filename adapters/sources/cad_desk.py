"""Where sources of a contract hand in: one submission a message, one answer to each (C1, O4)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from adapters.codecs import contract
from adapters.codecs.cad import CAD
from adapters.codecs.contract import Contract
from middleware.ports import Intake, Problem, Standing, World

Outcome = contract.Read | Problem


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side is told of one message, after the journal has it. Not `kept`: an
    emergency that is shown and that nothing durable has; the other side must say it again."""

    standing: Standing
    body: bytes
    kept: bool = True


class Desk:
    """Reads messages, hands them in and keeps count of those that have no answer yet."""

    spoken: Contract = CAD

    def __init__(self, adapter: str, said_by: str, world: World, intake: Intake) -> None:
        """`said_by` is the CAD's own name, the same on every way in that it uses."""
        self._adapter, self._said_by = adapter, said_by
        self._intake = intake
        self._tap = world.tap
        self._open: set[asyncio.Task[Answer]] = set()
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        meters = world.meters
        self._received = meters.counter("forewarn_adapter_received_total", adapter=adapter)
        self._unknown = meters.counter("forewarn_adapter_unknown_fields_total", adapter=adapter)

    @property
    def open(self) -> int:
        """Submissions that the journal does not have yet."""
        return len(self._open)

    def read(self, raw: bytes) -> Outcome:
        """The event in the message, or what is wrong with it; counted either way."""
        self.overheard(raw)
        self._received.inc()
        outcome = self.spoken.read(raw, self._said_by)
        if isinstance(outcome, contract.Read) and outcome.unknown:
            self._unknown.inc(outcome.unknown)
        return outcome

    def overheard(self, raw: bytes) -> None:
        """What came on the wire goes to the tap (O2); `read` does so by itself."""
        self._tap.heard(self._adapter, 0, raw)

    def submit(self, outcome: Outcome, raw: bytes) -> asyncio.Task[Answer]:
        """Start handing in. Tasks start in the order of the calls, so the lane keeps that order;
        a task goes on when the sender is gone: what was read is not thrown away."""
        task = asyncio.create_task(self._hand_in(outcome, raw))
        self._open.add(task)
        task.add_done_callback(self._on_done)
        return task

    async def faultless(self) -> None:
        """Never returns; raises what the intake raised, so that the supervisor sees it."""
        await self._fault

    async def close(self) -> None:
        """Give up what has no answer: the CAD sends it again."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        self._fault.cancel()

    async def _hand_in(self, outcome: Outcome, raw: bytes) -> Answer:
        if isinstance(outcome, Problem):
            return await self._refuse(outcome, raw)
        submitted = await self._intake.submit(outcome.event, raw)
        body = contract.standing(outcome.event, submitted)
        return Answer(submitted.standing, body, submitted.kept)

    async def _refuse(self, problem: Problem, raw: bytes) -> Answer:
        submitted = await self._intake.refuse(self._adapter, problem, raw)
        return Answer(submitted.standing, contract.refusal(problem, submitted))

    def _on_done(self, task: asyncio.Task[Answer]) -> None:
        self._open.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault and not self._fault.done():
            self._fault.set_exception(fault)


MakeDesk = Callable[[str, str, World, Intake], Desk]
"""Makes the desk of an adapter (by its name), for what `said_by` says."""
