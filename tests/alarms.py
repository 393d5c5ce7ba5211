"""What is said around a man-down, with whatever does not matter filled in (D1-D3)."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import orjson

from middleware.domain.rules import AlarmStep, KnownRadio, ManDown, Rules
from middleware.engine.alarm import Alarm
from middleware.engine.entry import Entry
from schemas import safety
from schemas.alarm import Audience
from schemas.safety import MAN_DOWN_CONTRACT, AlarmOutcome, Position, Signal
from tests.room import LADDER, Room
from tests.said import START

RADIO = "1234567"
HERE = Position(latitude=51.3, longitude=-0.5, error_m=20.0, age_s=5.0)
STEPS = (
    AlarmStep(to=Audience.SUPERVISORS, wait=timedelta(seconds=15)),
    AlarmStep(to=Audience.SUPERVISORS, wait=timedelta(seconds=15)),
    AlarmStep(to=Audience.DISPATCHERS, wait=timedelta(seconds=30)),
    AlarmStep(to=Audience.EVERYBODY, wait=timedelta(seconds=30)),
)
MAN_DOWN = ManDown(
    steps=STEPS,
    window=timedelta(minutes=2),
    silent_after=timedelta(minutes=1),
    radios={RADIO: KnownRadio(callsign="A1", listening=True), "2": KnownRadio(callsign="B2")},
)
RULES = Rules(ladder=LADDER, man_down=MAN_DOWN)
_numbers = count()


def _about(at: datetime, source: str = "radio") -> dict[str, Any]:
    return {"source": source, "id": f"s/{next(_numbers)}", "occurred_at": at}


def pressed(
    radio: str = RADIO, signal: Signal = Signal.STATUS, at: datetime = START, **more: Any
) -> safety.ManDownSignalled:
    return safety.ManDownSignalled(radio=radio, signal=signal, **_about(at) | more)


def cancelled(radio: str = RADIO, at: datetime = START) -> safety.ManDownCancelled:
    return safety.ManDownCancelled(radio=radio, **_about(at))


def unreadable(radio: str | None = RADIO, at: datetime = START) -> safety.UnreadableEmergency:
    return safety.UnreadableEmergency(
        radio=radio, raw=b"+CTSDSR: 13,", reason="is cut short", **_about(at)
    )


def positioned(
    radio: str = RADIO, position: Position = HERE, at: datetime = START
) -> safety.PositionReported:
    about = _about(at) | {"id": f"position/{radio}", "revision": int(at.timestamp())}
    return safety.PositionReported(radio=radio, position=position, **about)


def accepted(alarm: str, by: str = "Sam", at: datetime = START) -> safety.AlarmAccepted:
    return safety.AlarmAccepted(alarm=alarm, by=by, **_about(at, "console"))


def help_sent(alarm: str, by: str = "Sam", at: datetime = START) -> safety.HelpSent:
    return safety.HelpSent(alarm=alarm, by=by, what="B2 and police", **_about(at, "console"))


def listened(alarm: str, done: bool, at: datetime = START) -> safety.ListeningReported:
    return safety.ListeningReported(alarm=alarm, by="Sam", done=done, **_about(at, "console"))


def ended(
    alarm: str,
    outcome: AlarmOutcome = AlarmOutcome.ACCIDENTAL,
    by: str = "Sam",
    at: datetime = START,
) -> safety.AlarmEnded:
    return safety.AlarmEnded(alarm=alarm, by=by, outcome=outcome, **_about(at, "console"))


def message(kind: str = "man_down.signalled", **more: Any) -> bytes:
    """As a gateway says it."""
    said = {
        "contract": MAN_DOWN_CONTRACT,
        "type": kind,
        "id": "press/1",
        "occurred_at": START.isoformat(),
        "radio": RADIO,
    }
    return orjson.dumps(said | more)


class Alarmed(Room):
    """A control room in which buttons are pressed."""

    def __init__(self, rules: Rules = RULES) -> None:
        super().__init__(rules)

    def press(self, radio: str = RADIO, signal: Signal = Signal.STATUS, **more: Any) -> Entry:
        return self.happens(pressed(radio, signal, self.now, **more))

    def cancel(self, radio: str = RADIO) -> Entry:
        return self.happens(cancelled(radio, self.now))

    @property
    def alarm(self) -> Alarm:
        """The one alarm there is."""
        (found,) = self.state.alarms.values()
        return found
