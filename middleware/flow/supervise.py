"""Keeps every adapter running: one that fails is started again, and that is seen (O1)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

import structlog

from middleware.ops.errors import Trouble
from middleware.ops.redaction import Fixed
from middleware.ports import Clock, Fenced, Meters

log = structlog.get_logger()

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
LONG_ENOUGH = 60.0
"""Seconds after which an adapter that fails is not thought to be failing at once again."""


async def keep_running(
    name: str,
    run: Callable[[], Awaitable[None]],
    clock: Clock,
    random: Random,
    meters: Meters,
) -> None:
    """Run, and run again after a fault, waiting longer each time. Only Fenced goes through."""
    tries = 0
    while True:
        begun = clock.monotonic()
        try:
            await run()
        except Fenced:
            raise
        except Trouble as told:
            log.exception("adapter_failed", adapter=name, remedy=Fixed(told.remedy))
        except Exception as fault:
            log.exception("adapter_failed", adapter=name, error=type(fault).__name__)
        if clock.monotonic() - begun > LONG_ENOUGH:
            tries = 0
        wait = min(FIRST_WAIT * 2**tries, LONGEST_WAIT) * random.uniform(0.8, 1.2)
        tries += 1
        meters.counter("forewarn_adapter_restarts_total", adapter=name).inc()
        await clock.sleep(timedelta(seconds=wait))
