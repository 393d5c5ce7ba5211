"""The main job, played: `make demo`. A service on its embedded defaults, and around it a CAD, an
exchange, terminals, radios and telephones over real sockets; see what happens, and where to look.
"""

import argparse
import asyncio
import contextlib
import re
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientSession
from rich.console import Console
from rich.live import Live

from simulators.cad import CadSimulator
from simulators.cad_links import TcpLink
from simulators.demo_desk import Dispatcher, Supervisor
from simulators.demo_figures import Figures
from simulators.demo_phones import Telephones, telephones
from simulators.demo_rig import Broken, Rig
from simulators.demo_screen import LiveScreen, sum_up, where, who_was_told
from simulators.demo_show import Show, read_figures
from simulators.demo_stage import Stage
from simulators.receiving import serving
from simulators.shift import MARKERS, Shift, load
from simulators.telephony import TelephonySimulator

T = TypeVar("T")

FOLDER = Path("forewarn-state") / "demo"
SETTLED_WITHIN_S = 120.0
"""A note is said on the telephone for more than half a minute."""


async def run(seconds: float | None, console: Console) -> int:
    """The whole demo; 0 when every note ended as it must."""
    shift = load()
    rig = Rig.prepare(FOLDER)
    say = console.print
    end_when_asked()
    try:
        async with AsyncExitStack() as stack:
            say(f"[1/5] a control room of its own in {FOLDER}")
            phones = await stack.enter_async_context(telephones(shift.fleet, rig.folder))
            say(f"[2/5] {how_crews_are_rung(phones)}")
            rig.configure(shift, phones.port)
            devices = [vehicle.device for vehicle in shift.fleet]
            rig.make_credentials(devices, lambda line: say(f"[3/5] {line}"))
            stage = await set_up(stack, shift, rig)
            session = await stack.enter_async_context(ClientSession())
            say("[4/5] the service starts")
            rig.start()
            await rig.ready(session)
            say("[5/5] markers: import, and the decision of the review group")
            say(await asyncio.to_thread(rig.import_markers, MARKERS))
            return await perform(stage, phones, session, seconds, console)
    finally:
        rig.stop()


def end_when_asked() -> None:
    """Ctrl-C, a terminal that is closed, a polite kill: the first ends the play, the next all."""
    task = asyncio.current_task()
    if task is not None:
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(sign, task.cancel)


def how_crews_are_rung(phones: Telephones) -> str:
    """In plain words: real, or not at all."""
    if phones.port:
        return (
            "telephones: simulated sets that speak real SIP (baresip) at "
            f"127.0.0.1:{phones.port}; the note is said by an offline voice, at its own pace"
        )
    return f"no telephones: the SIP stack does not start here ({phones.why}); nobody is rung"


async def set_up(stack: AsyncExitStack, shift: Shift, rig: Rig) -> Stage:
    """Everything on the other side of the service, listening."""
    secret = rig.ami_secret.read_text(encoding="utf-8")
    exchange = TelephonySimulator(secret=secret, port=rig.ports["ami"])
    link = TcpLink("127.0.0.1", rig.ports["cad_tcp"], rig.cad_token)
    stage = Stage(shift, rig, CadSimulator(link), await stack.enter_async_context(exchange))
    await stack.enter_async_context(stage.radio.running())
    notes = serving(stage.receiver, "127.0.0.1", rig.ports["cad_notes"])
    await stack.enter_async_context(notes)
    return stage


async def perform(
    stage: Stage,
    phones: Telephones,
    session: ClientSession,
    seconds: float | None,
    console: Console,
) -> int:
    """Play, let everything end, and sum up."""
    rig, shift = stage.rig, stage.shift
    console.print(where(rig), style="bold")
    desk = Dispatcher(rig.console, shift.task_taken_by, rig.password, shift.task_taken_after)
    supervisor = Supervisor(
        rig.console, shift.alarm_accepted_by, rig.password, shift.alarm_accepted_after
    )
    live = Live(console=console, refresh_per_second=4) if console.is_terminal else None
    if live is None:
        stage.say = lambda line: print(line, flush=True)
    show = Show(stage, session, live, LiveScreen(stage, desk.board, console), seconds)
    beside = [
        stage.cad.run(), desk.run(stage.happened), supervisor.run(stage.happened),
        stage.hear_telephones(phones.lines()), show.run(),
    ]  # fmt: skip
    with live or contextlib.nullcontext():
        tasks = [asyncio.create_task(job) for job in beside]
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await unless_one_fails(play(stage, seconds), tasks)
            show.is_over = True
            figures = await unless_one_fails(settle(stage, session), tasks)
        finally:
            every = (*tasks, *stage.devices.values(), *stage.asking)
            for task in every:
                task.cancel()
            await asyncio.gather(*every, return_exceptions=True)
    if live is None:
        console.print(who_was_told(desk.board.notes.values()))
    return sum_up(stage, desk.board, figures, console)


async def play(stage: Stage, seconds: float | None) -> None:
    """The shift once, or its first seconds; without an end, what happens stays to be looked at."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for step in stage.shift.steps:
        if seconds is not None and step.at > seconds:
            break
        await asyncio.sleep(max(0.0, start + step.at - loop.time()))
        stage.act(step)
    if seconds is None:
        await asyncio.Event().wait()
    await asyncio.sleep(max(0.0, start + (seconds or 0) - loop.time()))


async def settle(stage: Stage, session: ClientSession) -> Figures:
    """Until every note has ended, every man-down is accepted and nobody is on the telephone, or
    too long; crews and the control room go on meanwhile."""
    await stage.cad.settled()
    for _ in range(int(SETTLED_WITHIN_S / 0.5)):
        if is_settled(stage, await read_figures(session, stage.rig)):
            await asyncio.sleep(1.2)  # the service measures once a second
            figures = await read_figures(session, stage.rig)
            if is_settled(stage, figures):
                return figures
        await asyncio.sleep(0.5)
    return await read_figures(session, stage.rig)


def is_settled(stage: Stage, figures: Figures) -> bool:
    still_open = figures.total("forewarn_notes", state="open")
    raised = figures.total("forewarn_alarms", state="raised")
    return not (still_open or raised or stage.in_calls)


async def unless_one_fails(job: Coroutine[Any, Any, T], tasks: list[asyncio.Task[None]]) -> T:
    """The job's result; Broken as soon as something that must run beside it has failed."""
    work = asyncio.create_task(job)
    try:
        await asyncio.wait({work, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                raise Broken(f"a simulator ended: {task.exception()!r}")
        return await work
    finally:
        work.cancel()


def seconds_of(text: str) -> float:
    """`30s`, `2m` or plain seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m)?", text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write 30s or 2m")
    return float(match[1]) * (60 if match[2] == "m" else 1)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m simulators.demo", description=__doc__)
    parser.add_argument(
        "--for", dest="seconds", type=seconds_of, metavar="TIME",
        help="end by itself after so long (30s, 2m), when every note that was begun has ended; "
        "without it: the whole shift, until Ctrl-C",
    )  # fmt: skip
    asked = parser.parse_args(argv)
    console = Console(highlight=False)
    try:
        return asyncio.run(run(asked.seconds, console))
    except Broken as broken:
        console.print(f"the demo stopped: {broken}")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("ended")
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
