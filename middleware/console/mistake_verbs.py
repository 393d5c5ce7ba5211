"""What people do at a screen about a match that is not right; on record before it is answered (M2,
N6, E1)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from middleware.console.acts import SOURCE, Acts
from middleware.console.guard import Caller
from middleware.console.hub import Hub, Screen
from middleware.console.mistakes import open_mistake
from middleware.console.projection import Projection
from middleware.domain.calendar import london_day
from middleware.engine.mistakes import Phase
from middleware.engine.on_mistake import named, pair_of
from schemas.base import Code, Name, Said
from schemas.mistake import (
    LONGEST_REASON,
    MistakeDecided,
    Mistaken,
    MistakeReported,
    Verdict,
)

Act = Callable[[Screen, Caller, Any], Awaitable[None]]
_DONE = {
    Verdict.SUPPRESS: "Decided: the marker is not shown at this address, and every answer says so.",
    Verdict.KEEP: "Decided: the match is right and stays.",
    Verdict.LIFT: "Decided: the marker is shown at this address again.",
}
_NOW = {Verdict.SUPPRESS: Phase.SUPPRESSED, Verdict.KEEP: Phase.KEPT, Verdict.LIFT: Phase.LIFTED}


class _Report(Said):
    do: Name
    subject: Name
    marker: Code
    says: Mistaken


class _Open(Said):
    do: Name
    mistake: Code


class _Decide(_Open):
    verdict: Verdict
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


@dataclass(frozen=True, slots=True)
class MistakeVerbs:
    """Each verb: an event in the journal, then the answer for who asked."""

    hub: Hub
    projection: Projection
    acts: Acts

    def table(self) -> dict[str, tuple[type[Said], Act]]:
        """Verb to its shape and handler."""
        return {
            "report-mistake": (_Report, self._report),
            "open-mistake": (_Open, self._open),
            "decide-mistake": (_Decide, self._decide),
        }

    async def _report(self, screen: Screen, caller: Caller, said: _Report) -> None:
        if not self._is_named(said):
            self._tell(screen, "refused", "the answer has changed: it no longer names that marker")
            return
        await self.acts.intake.submit(
            MistakeReported(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.acts.clock.now(),
                subject=said.subject, marker=said.marker, says=said.says,
                by=caller.name, role=caller.role,
            )
        )  # fmt: skip
        if self._is_on_record(caller, said):
            words = "On record: the marking team decides. Until then the note stays as it is."
            self._tell(screen, "done", words)
        else:
            self._tell(screen, "refused", "the answer has changed: it no longer names that marker")

    def _is_named(self, said: _Report) -> bool:
        state = self.projection.state
        known = state.incidents.get(said.subject) or state.calls.get(said.subject)
        return known is not None and named(state, known, said.marker) is not None

    def _is_on_record(self, caller: Caller, said: _Report) -> bool:
        state = self.projection.state
        known = state.incidents.get(said.subject) or state.calls.get(said.subject)
        pair = pair_of(state, known, said.marker) if known else None
        return pair is not None and any(voice.by == caller.name for voice in pair.said)

    async def _open(self, screen: Screen, caller: Caller, said: _Open) -> None:
        """Who looked at the two addresses is on record before they are shown (E1)."""
        if said.mistake in self.projection.state.mistakes.pairs:
            await self.acts.open_note(caller, said.mistake)
        today = london_day(self.acts.clock.now())
        opened = open_mistake(self.projection.state, said.mistake, today)
        if opened is None:
            self._tell(screen, "refused", "that has left the list")
        else:
            self.hub.tell(screen, {"say": "mistake", "mistake": opened, "subject": said.mistake})

    async def _decide(self, screen: Screen, caller: Caller, said: _Decide) -> None:
        pair = self.projection.state.mistakes.pairs.get(said.mistake)
        before = len(pair.rulings) if pair else 0
        await self.acts.intake.submit(
            MistakeDecided(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.acts.clock.now(),
                mistake=said.mistake, verdict=said.verdict, reason=said.reason,
                decided_by=caller.name,
            )
        )  # fmt: skip
        pair = self.projection.state.mistakes.pairs.get(said.mistake)
        last = pair.rulings[-1] if pair and pair.rulings else None
        if pair is None or last is None:
            self._tell(screen, "refused", "that cannot be decided now")
        elif len(pair.rulings) > before and pair.phase is _NOW[said.verdict]:
            self._tell(screen, "done", _DONE[said.verdict])
        else:
            self._tell(screen, "refused", f"that cannot be decided now: last decided by {last.by}")

    def _tell(self, screen: Screen, say: str, words: str) -> None:
        self.hub.tell(screen, {"say": say, "words": words})
