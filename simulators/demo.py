"""The main job, played: `make demo`. A service on its embedded defaults, a CAD, an exchange and a
small fleet of terminals over real sockets; see what happens, and where to look.
"""

import argparse
import asyncio
import contextlib
import re
import sys
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table

from simulators.cad import CadSimulator
from simulators.cad_links import TcpLink
from simulators.cad_messages import resource
from simulators.demo_desk import Desk
from simulators.demo_figures import Figures, Stopwatch, TimedLog, summary
from simulators.demo_rig import PEOPLE, Broken, Rig
from simulators.mdt import Crew, Faults, MdtSimulator
from simulators.mdt_link import Link
from simulators.shift import MARKERS, Shift, Step, Vehicle, load
from simulators.telephony import TelephonySimulator

T = TypeVar("T")

FOLDER = Path("forewarn-state") / "demo"
SETTLED_WITHIN_S = 60.0
SHOWN_LINES = 14


@dataclass(slots=True)
class Stage:
    """The simulators on the stage, and what happened."""

    shift: Shift
    rig: Rig
    cad: CadSimulator
    exchange: TelephonySimulator
    watch: Stopwatch = field(default_factory=Stopwatch)
    log: TimedLog = field(init=False)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=SHOWN_LINES))
    terminals: dict[str, MdtSimulator] = field(default_factory=dict)
    devices: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    asking: set[asyncio.Task[dict[str, Any]]] = field(default_factory=set)
    calls: dict[str, Any] = field(default_factory=dict)
    incidents: set[str] = field(default_factory=set)
    rang: int = 0

    def __post_init__(self) -> None:
        self.log = TimedLog(watch=self.watch)

    def happened(self, line: str) -> None:
        self.lines.append(line)

    def act(self, step: Step) -> None:
        """One step of the shift."""
        {"cad": self._cad, "calls": self._call, "mdt": self._device}[step.system](step)

    def _cad(self, step: Step) -> None:
        about, number = step.about, f"{step.about['number']:06}"
        self.incidents.add(number)
        if step.do in {"open", "assign", "change_address"}:
            self.watch.start(number)
        match step.do:
            case "open":
                sent = [self._resource(c) for c in about.get("callsigns", ())]
                self.cad.open_incident(
                    number, about["place"], priority=about["priority"], nature=about["nature"],
                    resources=sent,
                )  # fmt: skip
                self.happened(f"CAD       incident {number}: {about.get('plot', '')}")
            case "assign":
                known = self._resource(about["callsign"])
                self.cad.assign(
                    number, known["callsign"], mdt=known.get("mdt"),
                    single=known.get("single_responder", False),
                )  # fmt: skip
            case "change_address":
                self.cad.change_address(number, about["place"])
                self.happened(f"CAD       incident {number}: address corrected")
            case "update":
                self.cad.update(number, priority=about.get("priority"), nature=about.get("nature"))
            case "close":
                self.cad.close_incident(number)
            case "stand_down":
                self.cad.stand_down(number, about["callsign"])
                self.happened(f"CAD       {about['callsign']} stood down from {number}")
            case _:
                getattr(self.cad, step.do)(number, about["callsign"])

    def _resource(self, callsign: str) -> dict[str, Any]:
        vehicle = next(v for v in self.shift.fleet if v.callsign == callsign)
        return resource(callsign, vehicle.device, single=vehicle.single)

    def _call(self, step: Step) -> None:
        about = step.about
        if step.do == "ring":
            self.rang += 1
            self.calls[about["call"]] = self.exchange.ring(about["number"], about["line"])
            self.happened(f"exchange  {about['line']} rings")
            return
        call = self.calls[about["call"]]
        match step.do:
            case "answer":
                call.answer(about["handler"])
            case "hang_up":
                call.hang_up(about["by"])
            case "warn":
                call.warn()
                self.happened("exchange  the caller is warned")
            case "terminate":
                call.terminate_for_abuse()
                self.happened("exchange  the call is ended for abuse")

    def _device(self, step: Step) -> None:
        device = step.about["device"]
        if step.do == "ask":
            self.asking.add(asyncio.create_task(self.terminals[device].ask()))
            self.happened(f"terminal  {device} asks what is known")
        elif step.do == "start":
            vehicle = next(v for v in self.shift.fleet if v.device == device)
            self.terminals[device] = self._terminal(vehicle)
            self.devices[device] = asyncio.create_task(self.terminals[device].run())
            self.happened(f"terminal  {device} is on")
        else:
            self.devices.pop(device).cancel()
            self.happened(f"terminal  {device} is off")

    def _terminal(self, vehicle: Vehicle) -> MdtSimulator:
        least, most = vehicle.after or (0.0, 0.0)
        passwords = self.rig.device_passwords or {}
        return MdtSimulator(
            vehicle.device,
            Link.read(f"mqtt://127.0.0.1:{self.rig.ports['broker']}"),
            room="demo",
            password=passwords[vehicle.device],
            crew=Crew(vehicle.by, least, most),
            faults=Faults(never_acknowledges=vehicle.after is None),
            log=self.log,
            say=self._terminal_said,
        )

    def _terminal_said(self, line: str) -> None:
        self.happened(f"terminal  {line}")


def where(rig: Rig) -> str:
    """Where to look, and who may."""
    return f"console {rig.console}   sign in: {', '.join(PEOPLE)}   password {rig.password}"


def screen(stage: Stage, figures: Figures, rig: Rig, left: str) -> Group:
    """The live table, and what happened last."""
    table = Table(title=f"Forewarn demo  {left}", title_justify="left", expand=True)
    for name in ("incidents", "calls", "found", "ask", "none found", "not checked", "notes",
                 "displayed", "acknowledged", "withdrawn", "in hands", "open"):  # fmt: skip
        table.add_column(name, justify="right")
    checks, notes = figures.by("forewarn_checks_total", "outcome"), figures.by(
        "forewarn_notes", "state"
    )  # fmt: skip
    shown = figures.total("forewarn_displayed_total")
    row = (len(stage.incidents), stage.rang, checks["found"], checks["possible"],
           checks["none_found"], checks["not_checked"], sum(notes.values()), shown,
           notes["answered"], notes["withdrawn"], notes["in_hands"], notes["open"])  # fmt: skip
    table.add_row(*map(str, row))
    return Group(table, Panel("\n".join(stage.lines), title="what happens"), where(rig))


async def read_figures(session: ClientSession, rig: Rig) -> Figures:
    """What the service says of itself."""
    async with session.get(f"{rig.console}/metrics") as answer:
        return Figures.read(await answer.text())


async def show(stage: Stage, session: ClientSession, live: Live | None, end: float | None) -> None:
    """Refresh the table until cancelled; without a terminal, a line every few seconds."""
    loop = asyncio.get_running_loop()
    while True:
        with contextlib.suppress(ClientError):
            figures = await read_figures(session, stage.rig)
            left = f"{max(0, end - loop.time()):.0f} s to go" if end else "Ctrl-C ends it"
            if live is not None:
                live.update(screen(stage, figures, stage.rig, left))
            else:
                notes = dict(figures.by("forewarn_notes", "state"))
                print(
                    f"{left}: {len(stage.incidents)} incidents, {stage.rang} calls, notes {notes}",
                    flush=True,
                )
        await asyncio.sleep(0.5 if live is not None else 5)


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
    """Until every note has ended, or too long; terminals and the desk go on meanwhile."""
    await stage.cad.settled()
    for _ in range(int(SETTLED_WITHIN_S / 0.5)):
        figures = await read_figures(session, stage.rig)
        if not figures.total("forewarn_notes", state="open"):
            await asyncio.sleep(1.2)
            return await read_figures(session, stage.rig)
        await asyncio.sleep(0.5)
    return await read_figures(session, stage.rig)


async def run(seconds: float | None, console: Console) -> int:
    """The whole demo; 0 when every note ended as it must."""
    shift = load()
    rig = Rig.prepare(FOLDER)
    say = console.print
    say(f"[1/4] a control room of its own in {FOLDER}")
    rig.configure()
    rig.make_credentials([v.device for v in shift.fleet], lambda line: say(f"[2/4] {line}"))
    secret = rig.ami_secret.read_text(encoding="utf-8")
    async with (
        TelephonySimulator(secret=secret, port=rig.ports["ami"]) as exchange,
        ClientSession() as session,
    ):
        try:
            say("[3/4] the service starts")
            rig.start()
            await rig.ready(session)
            say("[4/4] markers: import, and the decision of the review group")
            say(await asyncio.to_thread(rig.import_markers, MARKERS))
            link = TcpLink("127.0.0.1", rig.ports["cad_tcp"], rig.cad_token)
            stage = Stage(shift, rig, CadSimulator(link), exchange)
            return await perform(stage, session, seconds, console)
        finally:
            rig.stop()


async def perform(
    stage: Stage, session: ClientSession, seconds: float | None, console: Console
) -> int:
    """Play, let everything end, and sum up."""
    console.print(where(stage.rig), style="bold")
    desk = Desk(
        stage.rig.console, stage.shift.task_taken_by, stage.rig.password,
        stage.shift.task_taken_after,
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds if seconds is not None else None
    live = Live(console=console, refresh_per_second=4) if console.is_terminal else None
    beside = [stage.cad.run(), desk.run(stage.happened), show(stage, session, live, end)]
    with live or contextlib.nullcontext():
        tasks = [asyncio.create_task(job) for job in beside]
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await unless_one_fails(play(stage, seconds), tasks)
            figures = await unless_one_fails(settle(stage, session), tasks)
        finally:
            every = (*tasks, *stage.devices.values(), *stage.asking)
            for task in every:
                task.cancel()
            await asyncio.gather(*every, return_exceptions=True)
    return sum_up(stage, figures, console)


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


def sum_up(stage: Stage, figures: Figures, console: Console) -> int:
    """The summary; 1 when a note is still open or a device was shown something twice."""
    table = Table(title="Summary", title_justify="left", show_header=False)
    for name, value in summary(figures, stage.watch, stage.rang, len(stage.incidents)):
        table.add_row(name, value)
    console.print(table)
    still_open = figures.total("forewarn_notes", state="open")
    for complaint in stage.log.violations:
        console.print(f"a device complains: {complaint}")
    if still_open or stage.log.violations:
        console.print(f"[bold]NOT WELL: {still_open} notes nobody has answered for[/bold]")
        return 1
    console.print("every note ended: acknowledged, withdrawn, or in the hands of a person")
    return 0


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
        help="end by itself after so long (30s, 2m); without it: the whole shift, until Ctrl-C",
    )  # fmt: skip
    asked = parser.parse_args(argv)
    console = Console(highlight=False)
    try:
        return asyncio.run(run(asked.seconds, console))
    except Broken as broken:
        console.print(f"the demo stopped: {broken}")
        return 1
    except KeyboardInterrupt:
        console.print("ended")
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
