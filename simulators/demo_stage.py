"""The simulators of the demo, and what happens on them: each step of the shift is acted here."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from simulators.cad import CadSimulator
from simulators.cad_player import CadPlayer
from simulators.cad_receiver import Receiver
from simulators.demo_figures import Stopwatch, TimedLog
from simulators.demo_rig import Rig
from simulators.mdt import Crew, Faults, MdtSimulator
from simulators.mdt_link import Link
from simulators.radio import RadioGateway
from simulators.radio_handset import Crew as RadioCrew
from simulators.radio_handset import Handset
from simulators.shift import Shift, Step, Vehicle
from simulators.telephony import TelephonySimulator

SHOWN_LINES = 40
LINE = 150
"""Letters of a line of what happens; the rest is cut off."""
CANCEL = 0x8012
"""The status by which a crew says that the emergency was pressed by mistake."""
STARTS = frozenset({"open", "assign", "change_address"})
"""What the CAD says that may make a note."""


@dataclass(slots=True)
class Stage:
    """The simulators on the stage, and what happened; `say` gets each line of it as well."""

    shift: Shift
    rig: Rig
    cad: CadSimulator
    exchange: TelephonySimulator
    radio: RadioGateway = field(init=False)
    receiver: Receiver = field(init=False)
    watch: Stopwatch = field(default_factory=Stopwatch)
    log: TimedLog = field(init=False)
    player: CadPlayer = field(init=False)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=SHOWN_LINES))
    terminals: dict[str, MdtSimulator] = field(default_factory=dict)
    devices: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    radios: dict[str, Handset] = field(default_factory=dict)
    asking: set[asyncio.Task[dict[str, Any]]] = field(default_factory=set)
    calls: dict[str, Any] = field(default_factory=dict)
    incidents: set[str] = field(default_factory=set)
    in_calls: set[str] = field(default_factory=set)
    rang: int = 0
    say: Callable[[str], None] = field(default=lambda line: None)

    def __post_init__(self) -> None:
        self.log = TimedLog(watch=self.watch)
        self.player = CadPlayer(self.cad, self.shift.fleet)
        self.radio = RadioGateway(port=self.rig.ports["radio"], tell=self.on_radio)
        self.receiver = Receiver(
            token=self.rig.cad_notes_secret.read_text(encoding="utf-8"), took=self.on_write_back
        )
        for vehicle in self.shift.fleet:
            if vehicle.radio:
                least, most = vehicle.radio_after or (0.0, 0.0)
                status = 0x8010 if vehicle.radio_after else None
                crew = RadioCrew(acknowledges=status, least=least, most=most)
                self.radios[vehicle.callsign] = self.radio.handset(vehicle.radio, crew)

    def happened(self, line: str) -> None:
        line = line if len(line) <= LINE else f"{line[: LINE - 1]}…"
        self.lines.append(line)
        self.say(line)

    def act(self, step: Step) -> None:
        """One step of the shift."""
        acts = {"cad": self._cad, "calls": self._call, "mdt": self._device, "radio": self._radio}
        acts[step.system](step)

    def _cad(self, step: Step) -> None:
        number = self.player.number(step)
        self.incidents.add(number)
        if step.do in STARTS:
            self.watch.start(number)
        self.player.act(step)
        if step.do == "open":
            self.happened(f"CAD       incident {number}: {step.about['plot']}")
        elif step.do == "change_address":
            self.happened(f"CAD       incident {number}: address corrected")
        elif step.do == "stand_down":
            self.happened(f"CAD       {step.about['callsign']} stood down from {number}")

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

    def _radio(self, step: Step) -> None:
        handset = self.radios[step.about["callsign"]]
        if "where" in step.about:
            latitude, longitude = step.about["where"]
            handset.position = (latitude, longitude)
        match step.do:
            case "locate":
                handset.locate()
            case "ask":
                handset.ask()
            case "cancel":
                handset.press(CANCEL)
            case "emergency":
                handset.emergency()

    def _device(self, step: Step) -> None:
        device = step.about["device"]
        if step.do == "ask":
            self.asking.add(asyncio.create_task(self.terminals[device].ask()))
            self.happened(f"terminal  {device} asks what is known")
        elif step.do == "start":
            vehicle = next(v for v in self.shift.fleet if v.device == device)
            self.terminals[device] = self._terminal(vehicle)
            self.watch.switched_on(device)
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
            say=lambda line: self.happened(f"terminal  {line}"),
        )

    # --- what the simulators tell -------------------------------------------------------

    def on_radio(self, line: str) -> None:
        """A line of the radio gateway begins with the number of a radio."""
        issi, _, words = line.partition(" ")
        names = {handset.issi: callsign for callsign, handset in self.radios.items()}
        self.happened(f"radio     {names.get(issi, issi)} {words}")

    def on_write_back(self, said: dict[str, Any]) -> None:
        """A note stands in an incident of the CAD, or is gone from it."""
        what = said.get("headline") or f"taken out, {said.get('reason', '')}"
        self.happened(f"CAD       note in incident {said['number']}: {what}")

    async def hear_telephones(self, lines: AsyncIterator[str]) -> None:
        """Until they are switched off."""
        async for line in lines:
            callsign, _, what = line.partition(" ")
            if what == "rings":
                self.in_calls.add(callsign)
            elif what == "call over":
                self.in_calls.discard(callsign)
            self.happened(f"telephone {line}")
        self.in_calls.clear()
        await asyncio.Event().wait()
