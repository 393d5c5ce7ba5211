"""Virtual time passes by itself, in order, and tells when nothing can happen any more (O2)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from middleware.ops.virtual_time import Stalled, VirtualClock, run_virtually

BEGUN = datetime(2026, 12, 9, tzinfo=UTC)


def test_o2_a_day_passes_at_once_and_in_order() -> None:
    async def day() -> list[datetime]:
        clock = VirtualClock(asyncio.get_running_loop(), BEGUN)
        woken: list[datetime] = []

        async def wake(hours: int) -> None:
            await clock.sleep(timedelta(hours=hours))
            woken.append(clock.now())

        await asyncio.gather(*(wake(hours) for hours in (24, 3, 12)))
        return woken

    rounded = [moment.replace(microsecond=0) for moment in run_virtually(day())]
    assert rounded == [BEGUN + timedelta(hours=hours) for hours in (3, 12, 24)]


def test_o2_who_waits_for_what_never_comes_is_told() -> None:
    async def forever() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stalled):
        run_virtually(forever())
