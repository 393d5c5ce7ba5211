"""What a dispatcher says of a crew that holds, and who answers a prompt (P3); answered only when
the journal has it."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from middleware.console.guard import Caller
from middleware.console.hub import Hub, Screen
from middleware.console.projection import Projection
from middleware.domain.wording_stand_off import HOLDING
from middleware.engine.stand_offs import standing_off
from middleware.ports import Clock, Intake
from schemas.base import Code, Name, Said, Text
from schemas.stand_off import PromptAnswered, StandOffSaid, StandOffState

SOURCE = "console"
Act = Callable[[Screen, Caller, Any], Awaitable[None]]


class _SayStandOff(Said):
    do: Name
    incident: Name
    callsign: Code
    state: StandOffState
    where: Text | None = None


class _AnswerPrompt(Said):
    do: Name
    stand_off: Code
    prompt: Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class StandOffVerbs:
    """Each verb: an event in the journal, then the words for who asked."""

    hub: Hub
    projection: Projection
    intake: Intake
    clock: Clock

    def table(self) -> dict[str, tuple[type[Said], Act]]:
        """Verb to its shape and handler."""
        return {
            "say-stand-off": (_SayStandOff, self._say),
            "answer-prompt": (_AnswerPrompt, self._answer),
        }

    async def _say(self, screen: Screen, caller: Caller, said: _SayStandOff) -> None:
        await self.intake.submit(
            StandOffSaid(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.clock.now(),
                incident=said.incident, callsign=said.callsign, state=said.state,
                where=said.where or None, by=caller.name,
            )
        )  # fmt: skip
        known = self.projection.state.incidents.get(said.incident)
        if known is None or said.callsign not in known.resources:
            self._tell(screen, "refused", "that crew is not on that incident any more")
            return
        now = standing_off(self.projection.state, known, said.callsign)
        wanted = said.state in (StandOffState.STANDING_OFF, StandOffState.AT_RVP)
        if (now is not None) is not wanted:
            self._tell(screen, "refused", f"{said.callsign} is not on its way to that incident")
            return
        words = f"{HOLDING[now.holding]}; you are asked again" if now else "not standing off"
        self._tell(screen, "done", f"On record: {said.callsign} is {words}.")

    async def _answer(self, screen: Screen, caller: Caller, said: _AnswerPrompt) -> None:
        await self.intake.submit(
            PromptAnswered(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.clock.now(),
                stand_off=said.stand_off, prompt=said.prompt, by=caller.name,
            )
        )  # fmt: skip
        one = self.projection.state.stand_offs.get(said.stand_off)
        if one is None or one.ended_at is not None:
            self._tell(screen, "refused", "that crew does not stand off any more")
        elif one.waits_since is not None:
            self._tell(screen, "refused", "it was asked again meanwhile: look, and answer anew")
        elif one.answered_by != caller.name:
            self._tell(screen, "refused", f"{one.answered_by} has answered it already")
        else:
            self._tell(screen, "done", f"On record: you have seen to {one.callsign}.")

    def _tell(self, screen: Screen, say: str, words: str) -> None:
        self.hub.tell(screen, {"say": say, "words": words})
