"""The faults: of the two services, of their store and broker, and of the networks between them.

Each leaves everything mended behind it, and somebody who serves.
"""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable

from tests.campaign.stage import Stage
from tests.fault_proxy import Way

Fault = Callable[[Stage], Awaitable[None]]
DELAYS = (0.02, 0.2)
"""Seconds that a slow network takes, each way."""


# --- the services -------------------------------------------------------------------------


async def writer_killed(stage: Stage) -> None:
    writer, begun = await stage.writer(), time.monotonic()
    writer.kill()
    await stage.taken_over(writer, begun)
    writer.start()


async def writer_paused_beyond_its_lease(stage: Stage) -> None:
    """It wakes up, believes that it writes, and is refused."""
    writer, begun = await stage.writer(), time.monotonic()
    writer.freeze()
    await stage.taken_over(writer, begun)
    writer.thaw()


async def writer_paused_briefly(stage: Stage) -> None:
    writer = await stage.two.writer()
    writer.freeze()
    await stage.lasts(0.1, 1.0)
    writer.thaw()
    await stage.serves()


async def writer_stopped(stage: Stage) -> None:
    writer, begun = await stage.writer(), time.monotonic()
    stopping = asyncio.create_task(writer.stop())
    await stage.taken_over(writer, begun, stage.figures.handovers)
    if code := await stopping:
        stage.figures.wrong.append(f"a service that was told to stop ended with {code}")
    writer.start()


async def follower_killed(stage: Stage) -> None:
    follower = stage.two.other(await stage.writer())
    follower.kill()
    await stage.serves()
    follower.start()


async def follower_paused(stage: Stage) -> None:
    follower = stage.two.other(await stage.writer())
    follower.freeze()
    await stage.serves()
    follower.thaw()


async def both_killed(stage: Stage) -> None:
    for one in stage.two.instances.values():
        one.kill()
    for one in stage.two.instances.values():
        one.start()
    await stage.two.writer()
    await stage.serves()


# --- the network between a service and the store ------------------------------------------


async def _split(stage: Stage, *ways: Way) -> None:
    writer, begun = await stage.writer(), time.monotonic()
    stage.two.wires[writer.name].hold(*ways)
    await stage.taken_over(writer, begun)
    stage.two.wires[writer.name].heal()


async def writer_cut_off_from_the_store(stage: Stage) -> None:
    await _split(stage)


async def writers_words_do_not_arrive(stage: Stage) -> None:
    await _split(stage, Way.THERE)


async def answers_to_the_writer_do_not_arrive(stage: Stage) -> None:
    """What it appends is there; it is never told."""
    await _split(stage, Way.BACK)


async def writers_connections_half_open(stage: Stage) -> None:
    writer, begun = await stage.writer(), time.monotonic()
    stage.two.wires[writer.name].half_open()
    await stage.taken_over(writer, begun)
    stage.two.wires[writer.name].heal()


async def store_refuses_the_writer(stage: Stage) -> None:
    writer, begun = await stage.writer(), time.monotonic()
    stage.two.wires[writer.name].cut()
    await stage.taken_over(writer, begun)
    stage.two.wires[writer.name].heal()


async def follower_cut_off_from_the_store(stage: Stage) -> None:
    wire = stage.two.wires[stage.two.other(await stage.writer()).name]
    wire.hold()
    await stage.lasts(0.5, 3.0)
    await stage.serves()
    wire.heal()


async def connections_reset(stage: Stage) -> None:
    for wire in stage.two.wires.values():
        wire.reset()
    await stage.serves()


async def network_slow(stage: Stage) -> None:
    for wire in stage.two.wires.values():
        wire.delay = stage.chance.uniform(*DELAYS)
    await stage.serves()
    for wire in stage.two.wires.values():
        wire.heal()


# --- store, broker, CAD -------------------------------------------------------------------


async def store_killed(stage: Stage) -> None:
    """Work goes on without it."""
    await stage.two.server.kill()
    await stage.serves()
    await stage.two.server.start()
    await stage.serves()


async def store_paused(stage: Stage) -> None:
    stage.two.server.freeze()
    await stage.lasts(0.2, 4.0)
    stage.two.server.thaw()
    await stage.serves()


async def broker_killed(stage: Stage) -> None:
    await stage.two.broker.kill()
    await stage.serves()
    await stage.two.broker.start()


async def broker_paused(stage: Stage) -> None:
    pid = stage.two.broker.pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    await stage.lasts(0.2, 2.0)
    os.kill(pid, signal.SIGCONT)
    await stage.serves()


async def cad_reset(stage: Stage) -> None:
    stage.two.fronts["cad_tcp"].reset()
    await stage.serves()


async def answers_to_the_cad_late(stage: Stage) -> None:
    """It says the same again, and must not be taken in twice."""
    front = stage.two.fronts["cad_tcp"]
    front.hold(Way.BACK)
    await stage.lasts(0.2, 1.0)
    front.reset()
    front.heal()
    await stage.serves()


FAULTS: tuple[Fault, ...] = (
    writer_killed,
    writer_paused_beyond_its_lease,
    writer_paused_briefly,
    writer_stopped,
    follower_killed,
    follower_paused,
    both_killed,
    writer_cut_off_from_the_store,
    writers_words_do_not_arrive,
    answers_to_the_writer_do_not_arrive,
    writers_connections_half_open,
    store_refuses_the_writer,
    follower_cut_off_from_the_store,
    connections_reset,
    network_slow,
    store_killed,
    store_paused,
    broker_killed,
    broker_paused,
    cad_reset,
    answers_to_the_cad_late,
)
