"""What people do at a screen about police and further resources; answered only when the journal has
it (P1, P2, D4)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from middleware.console.back_up_known import known_of
from middleware.console.guard import Caller
from middleware.console.hub import Hub, Screen
from middleware.console.projection import Projection
from middleware.domain.back_up_wording import Composed, compose, draft
from middleware.domain.calendar import london_day
from middleware.domain.wording_back_up import ANSWERS, WANTED
from middleware.engine.back_up import BackUp, BackUpPhase
from middleware.engine.back_ups import open_for
from middleware.ports import Clock, Intake
from schemas.base import Code, Name, Said
from schemas.police import (
    Answer,
    BackUpAct,
    BackUpAnswered,
    BackUpReadOut,
    BackUpRequested,
    BackUpStillNeeded,
    BackUpStoodDown,
    BackUpTaken,
    Few,
    Threat,
    Wanted,
)

SOURCE = "console"
Act = Callable[[Screen, Caller, Any], Awaitable[None]]
GONE = "the incident or alarm has left the list"


class _Compose(Said):
    do: Name
    wanted: Wanted
    incident: Code | None = None
    alarm: Code | None = None
    threat: Threat | None = None


class _OfRequest(Said):
    do: Name
    request: Code


class _ReadOut(_OfRequest):
    to: Annotated[str, Field(min_length=1, max_length=200)]


class _StandDown(_OfRequest):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class _Answer(_OfRequest):
    says: Answer
    said_by: Few = ""
    reference: Name | None = None
    crn: Name | None = None
    oic: Name | None = None
    unit: Few = ""
    reason: Annotated[str, Field(max_length=500)] = ""


@dataclass(frozen=True, slots=True)
class BackUpVerbs:
    """Each verb: an event in the journal, then the words for who asked."""

    hub: Hub
    projection: Projection
    intake: Intake
    clock: Clock

    def table(self) -> dict[str, tuple[type[Said], Act]]:
        """Verb to its shape and handler."""
        return {
            "compose-back-up": (_Compose, self._compose),
            "request-back-up": (_Compose, self._request),
            "read-out-back-up": (_ReadOut, self._read_out),
            "answer-back-up": (_Answer, self._answer),
            "escalate-back-up": (_OfRequest, self._escalate),
            "take-back-up": (_OfRequest, self._take),
            "stand-down-back-up": (_StandDown, self._stand_down),
        }

    async def _compose(self, screen: Screen, caller: Caller, said: _Compose) -> None:
        """What would be said; nothing is asked of anybody yet."""
        made = self._composed(said)
        if made is None:
            self._tell(screen, "refused", GONE)
            return
        threat, composed, before = made
        shown = {
            "wanted": said.wanted, "incident": said.incident, "alarm": said.alarm,
            "request": before.id if before else None,
            "threat": threat.model_dump(mode="json"), "words": composed.words,
            "likelihood": composed.likelihood, "severity": composed.severity,
            "missing": composed.missing,
        }  # fmt: skip
        self.hub.tell(screen, {"say": "back-up", "draft": shown})

    def _composed(self, said: _Compose) -> tuple[Threat, Composed, BackUp | None] | None:
        state, today = self.projection.state, london_day(self.clock.now())
        known = known_of(state, said.wanted, said.incident, said.alarm, today)
        if known is None:
            return None
        before = open_for(state, said.wanted, said.incident, said.alarm)
        threat = said.threat or (before.threat if before else draft(known))
        return threat, compose(threat, known), before

    async def _request(self, screen: Screen, caller: Caller, said: _Compose) -> None:
        made = self._composed(said)
        if made is None:
            self._tell(screen, "refused", GONE)
            return
        threat, composed, before = made
        await self.intake.submit(
            BackUpRequested(
                **self._about(), wanted=said.wanted, incident=said.incident, alarm=said.alarm,
                threat=threat, words=composed.words, by=caller.name,
            )
        )  # fmt: skip
        asked = open_for(self.projection.state, said.wanted, said.incident, said.alarm)
        if asked is None:
            self._tell(screen, "refused", GONE)
        elif before is not None:
            self._tell(screen, "done", "On record: the request says so now.")
        else:
            words = f"{WANTED[said.wanted]} requested: asked of the {asked.of}."
            self._tell(screen, "done", words)

    async def _read_out(self, screen: Screen, caller: Caller, said: _ReadOut) -> None:
        await self._act(screen, caller, said, BackUpReadOut, "On record: read out.", to=said.to)

    async def _escalate(self, screen: Screen, caller: Caller, said: _OfRequest) -> None:
        words = "On record: still necessary. The next ones are asked."
        await self._act(screen, caller, said, BackUpStillNeeded, words)

    async def _stand_down(self, screen: Screen, caller: Caller, said: _StandDown) -> None:
        words = "Stood down."
        await self._act(screen, caller, said, BackUpStoodDown, words, reason=said.reason)

    async def _take(self, screen: Screen, caller: Caller, said: _OfRequest) -> None:
        await self.intake.submit(BackUpTaken(**self._about(), request=said.request, by=caller.name))
        known = self.projection.state.back_ups.get(said.request)
        if known is not None and known.taken_by == caller.name:
            self._tell(screen, "done", "It is in your hands: reach somebody who decides.")
        elif known is not None and known.taken_by:
            self._tell(screen, "refused", f"{known.taken_by} has taken it already")
        else:
            self._tell(screen, "refused", "others are asked first, or it is over")

    async def _answer(self, screen: Screen, caller: Caller, said: _Answer) -> None:
        """What the other side said by voice."""
        given = said.model_dump(exclude={"do"})
        await self.intake.submit(BackUpAnswered(**self._about(), **given, logged_by=caller.name))
        known = self.projection.state.back_ups.get(said.request)
        if known is None:
            self._tell(screen, "refused", "no such request is known")
        elif known.phase is BackUpPhase(said.says):
            self._tell(screen, "done", f"On record: {ANSWERS[said.says]}.")
        else:
            self._tell(screen, "done", f"On record; it stands as {known.phase} all the same.")

    async def _act(
        self, screen: Screen, caller: Caller, said: _OfRequest, kind: type[BackUpAct], done: str,
        **more: Any,
    ) -> None:  # fmt: skip
        before = self.projection.state.back_ups.get(said.request)
        if before is None or before.is_over:
            self._tell(screen, "refused", "the request is over")
            return
        await self.intake.submit(
            kind(**self._about(), request=said.request, by=caller.name, **more)
        )
        self._tell(screen, "done", done)

    def _about(self) -> dict[str, Any]:
        return {"source": SOURCE, "id": secrets.token_hex(8), "occurred_at": self.clock.now()}

    def _tell(self, screen: Screen, say: str, words: str) -> None:
        self.hub.tell(screen, {"say": say, "words": words})
