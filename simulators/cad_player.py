"""Plays the CAD's part of a shift."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from simulators.cad import CadSimulator
from simulators.shift import Step, Vehicle


@dataclass(slots=True)
class CadPlayer:
    """Turns steps into what the CAD says. Numbers of the shift count from `first_number`, so that
    the same day can see it played more than once."""

    cad: CadSimulator
    fleet: Iterable[Vehicle]
    first_number: int = 1
    _by_callsign: dict[str, Vehicle] = field(init=False)

    def __post_init__(self) -> None:
        self._by_callsign = {vehicle.callsign: vehicle for vehicle in self.fleet}

    def act(self, step: Step) -> None:
        """Say what the step says; steps of other systems are left to them."""
        if step.system == "cad":
            VERBS[step.do](self, self.number(step), step)

    def number(self, step: Step) -> str:
        """The CAD's number of the incident that the step is about."""
        return f"{self.first_number + step.about['number'] - 1:06}"

    def _open(self, number: str, step: Step) -> None:
        about = step.about
        self.cad.open_incident(
            number, about["place"], priority=about["priority"], nature=about["nature"]
        )

    def _update(self, number: str, step: Step) -> None:
        facts = {name: step.about.get(name) for name in ("priority", "nature", "condition")}
        self.cad.update(number, **facts)

    def _change_address(self, number: str, step: Step) -> None:
        self.cad.change_address(number, step.about["place"])

    def _close(self, number: str, step: Step) -> None:
        self.cad.close_incident(number)

    def _assign(self, number: str, step: Step) -> None:
        vehicle = self._by_callsign[step.about["callsign"]]
        self.cad.assign(
            number,
            vehicle.callsign,
            vehicle.device if vehicle.device != vehicle.callsign else None,
            single=vehicle.single,
            radio=vehicle.radio,
            phone=vehicle.phone.number if vehicle.phone else None,
        )

    def _mobile(self, number: str, step: Step) -> None:
        self.cad.mobile(number, step.about["callsign"])

    def _at_scene(self, number: str, step: Step) -> None:
        self.cad.at_scene(number, step.about["callsign"])

    def _stand_off(self, number: str, step: Step) -> None:
        self.cad.stand_off(number, step.about["callsign"], step.about.get("where"))

    def _at_rvp(self, number: str, step: Step) -> None:
        self.cad.at_rvp(number, step.about["callsign"], step.about.get("where"))

    def _go_in(self, number: str, step: Step) -> None:
        self.cad.go_in(number, step.about["callsign"])

    def _stand_down(self, number: str, step: Step) -> None:
        self.cad.stand_down(number, step.about["callsign"])

    def _clear(self, number: str, step: Step) -> None:
        self.cad.clear(number, step.about["callsign"])


VERBS: dict[str, Callable[[CadPlayer, str, Step], None]] = {
    "open": CadPlayer._open,
    "update": CadPlayer._update,
    "change_address": CadPlayer._change_address,
    "close": CadPlayer._close,
    "assign": CadPlayer._assign,
    "mobile": CadPlayer._mobile,
    "at_scene": CadPlayer._at_scene,
    "stand_off": CadPlayer._stand_off,
    "at_rvp": CadPlayer._at_rvp,
    "go_in": CadPlayer._go_in,
    "stand_down": CadPlayer._stand_down,
    "clear": CadPlayer._clear,
}
