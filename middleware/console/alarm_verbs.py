"""What people do about an alarm at a screen; answered only when the journal has it (D2, D3)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from middleware.console.guard import Caller
from middleware.console.hub import Hub, Screen
from middleware.console.projection import Projection
from middleware.domain.alarm_wording import outcome, who
from middleware.engine.alarm import Alarm
from middleware.ports import Clock, Intake
from schemas.base import Code, Name, Said, Text
from schemas.safety import (
    AlarmAccepted,
    AlarmAct,
    AlarmEnded,
    AlarmOutcome,
    HelpSent,
    ListeningReported,
)

SOURCE = "console"
E = TypeVar("E", bound=AlarmAct)
Act = Callable[[Screen, Caller, Any], Awaitable[None]]


class _OfAlarm(Said):
    do: Name
    alarm: Code


class _SendHelp(_OfAlarm):
    what: Text = ""


class _ReportListening(_OfAlarm):
    done: bool


class _EndAlarm(_OfAlarm):
    outcome: AlarmOutcome


@dataclass(frozen=True, slots=True)
class AlarmVerbs:
    """Each verb: an event in the journal, then the words for who asked."""

    hub: Hub
    projection: Projection
    intake: Intake
    clock: Clock

    def table(self) -> dict[str, tuple[type[Said], Act]]:
        """Verb to its shape and handler."""
        return {
            "accept-alarm": (_OfAlarm, self._accept),
            "send-help": (_SendHelp, self._send_help),
            "report-listening": (_ReportListening, self._report_listening),
            "end-alarm": (_EndAlarm, self._end),
        }

    async def _accept(self, screen: Screen, caller: Caller, said: _OfAlarm) -> None:
        await self._submit(AlarmAccepted, caller, said)
        known = self._known(said)
        if known is None or not known.is_open:
            self._tell(screen, "refused", "the alarm has been ended")
        elif known.accepted_by != caller.name:
            self._tell(screen, "refused", f"{known.accepted_by} has accepted it already")
        else:
            crew = who(known.callsign, known.radio)
            words = f"{crew} is in your hands. Not by voice: who stands beside them may hear it."
            self._tell(screen, "done", words)

    async def _send_help(self, screen: Screen, caller: Caller, said: _SendHelp) -> None:
        await self._submit(HelpSent, caller, said, what=said.what)
        known = self._known(said)
        if known is None or not known.is_open:
            self._tell(screen, "refused", "the alarm has been ended")
        else:
            self._tell(screen, "done", "On record: help is on the way.")

    async def _report_listening(
        self, screen: Screen, caller: Caller, said: _ReportListening
    ) -> None:
        await self._submit(ListeningReported, caller, said, done=said.done)
        done = "listening" if said.done else "listening was not possible"
        self._tell(screen, "done", f"On record: {done}.")

    async def _end(self, screen: Screen, caller: Caller, said: _EndAlarm) -> None:
        await self._submit(AlarmEnded, caller, said, outcome=said.outcome)
        known = self._known(said)
        if known is None or known.outcome is None:
            self._tell(screen, "refused", "no such alarm is open")
        elif known.ended_by != caller.name or known.outcome is not said.outcome:
            words = f"{known.ended_by} has ended it already: {outcome(known.outcome)}"
            self._tell(screen, "refused", words)
        else:
            self._tell(screen, "done", f"Ended: {outcome(known.outcome)}.")

    async def _submit(self, kind: type[E], caller: Caller, said: _OfAlarm, **more: Any) -> None:
        await self.intake.submit(
            kind(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.clock.now(),
                alarm=said.alarm, by=caller.name, **more,
            )
        )  # fmt: skip

    def _known(self, said: _OfAlarm) -> Alarm | None:
        return self.projection.state.alarms.get(said.alarm)

    def _tell(self, screen: Screen, say: str, words: str) -> None:
        self.hub.tell(screen, {"say": say, "words": words})
