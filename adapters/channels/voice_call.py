"""One spoken call from the ringing to the key (N4, N5): what was heard, told apart.

Only the key 1 acknowledges, and only what was said to its end: pressed before, it counts when the
end is reached. Everything else ends as what it was, never as an acknowledgement.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from adapters.channels.voice_line import (
    BUSY,
    DECLINED,
    NO_ANSWER,
    OURS,
    Answered,
    Heard,
    Line,
    Over,
    Played,
    Pressed,
    Sound,
    seconds,
)
from schemas.delivery import Delivery

YES, AGAIN = "1", "2"
MOST_TIMES = 5
"""So often one call says its notes, however often they are asked for."""
STUCK_AFTER = timedelta(seconds=30)
"""More than its own length: sound that has not ended by then never will."""


@dataclass(frozen=True, slots=True)
class Script:
    """The sounds of one call, rendered before it rings."""

    notes: Sound
    keys: Sound
    wrong_key: Sound
    thanks: Sound
    goodbye: Sound


@dataclass(frozen=True, slots=True)
class Limits:
    """`ring`: until somebody answers; `key`: for a key after the question; `times`: so often the
    notes are said to somebody who presses nothing."""

    ring: timedelta
    key: timedelta
    times: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended; without a state: acknowledged."""

    state: Delivery | None
    code: str | None = None


class _CallOver(Exception):
    def __init__(self, ended: Ended) -> None:
        self.ended = ended


@dataclass
class Call:
    """`compose` gives the script once somebody has answered; `told` is called when it is sure
    that a person has heard it all, then `acknowledged` if that person says so."""

    line: Line
    limits: Limits
    compose: Callable[[], Awaitable[Script]]
    told: Callable[[], Awaitable[None]]
    acknowledged: Callable[[], Awaitable[None]]
    _plays: int = 0
    _said: bool = False
    _told: bool = False
    _early: list[str] = field(default_factory=list)

    async def hold(self) -> Ended:
        """The whole call; the line is free afterwards."""
        try:
            await self._ring()
            script = await self.compose()
            return await self._talk(script)
        except _CallOver as over:
            return over.ended
        finally:
            await self.line.hang_up()

    async def _ring(self) -> None:
        heard = await self._hear(self.limits.ring)
        if heard is None:
            raise _CallOver(Ended(Delivery.NO_ANSWER))
        if isinstance(heard, Over):
            raise _CallOver(Ended(_before_an_answer(heard.code), heard.code))

    async def _talk(self, script: Script) -> Ended:
        silent = 0
        for _ in range(MOST_TIMES):
            key = await self._say_notes(script)
            for _ in range(MOST_TIMES):
                if key in {YES, AGAIN, None}:
                    break
                key = await self._ask(script.wrong_key + script.keys)
            if key == YES:
                await self.acknowledged()
                await self._say_to_the_end(script.thanks)
                return Ended(None)
            silent += key is None
            if silent >= self.limits.times:
                break
        await self._say_to_the_end(script.goodbye)
        return Ended(Delivery.SILENCE)

    async def _say_notes(self, script: Script) -> str | None:
        """The key that answers the notes; 2 while they are said begins them anew at once."""
        key = await self._play(script.notes, until={AGAIN})
        if key == AGAIN:
            return key
        self._said = True
        if YES in self._early:
            await self._person()
            return YES
        return await self._ask(script.keys)

    async def _ask(self, question: Sound) -> str | None:
        """The first key, from the beginning of the question; None when there was none in time."""
        key = await self._play(question, until=set("0123456789ABCD*#"))
        if key is None:
            heard = await self._hear(self.limits.key)
            key = heard.key if isinstance(heard, Pressed) else None
        if key is not None:
            await self._person()
        return key

    async def _person(self) -> None:
        if self._said and not self._told:
            self._told = True
            await self.told()

    async def _play(self, sound: Sound, until: set[str]) -> str | None:
        """To its end (None), or to one of these keys; others are remembered."""
        self._plays += 1
        self._early.clear()
        await self.line.play(self._plays, sound)
        limit = timedelta(seconds=seconds(sound)) + STUCK_AFTER
        try:
            async with asyncio.timeout(limit.total_seconds()):
                return await self._heard_while_playing(until)
        except TimeoutError:
            raise _CallOver(Ended(Delivery.FAILED, "stuck")) from None

    async def _heard_while_playing(self, until: set[str]) -> str | None:
        while True:
            heard = await self.line.heard.get()
            if isinstance(heard, Over):
                raise _CallOver(self._cut_off(heard))
            if heard == Played(self._plays):
                return None
            if isinstance(heard, Pressed):
                if heard.key in until:
                    await self.line.stop()
                    return heard.key
                self._early.append(heard.key)

    async def _say_to_the_end(self, sound: Sound) -> None:
        """Whether they listen changes nothing any more."""
        try:
            await self._play(sound, until=set())
        except _CallOver:
            return

    async def _hear(self, within: timedelta) -> Answered | Pressed | Over | None:
        """The next that matters here; a call that ends after it was answered is cut off."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                while True:
                    heard: Heard = await self.line.heard.get()
                    if isinstance(heard, Over) and self._plays:
                        raise _CallOver(self._cut_off(heard))
                    if not isinstance(heard, Played):
                        return heard
        except TimeoutError:
            return None

    def _cut_off(self, over: Over) -> Ended:
        """Our own line failed, and nobody knows more; or it was all said and nobody pressed a key
        before the end; or they hung up half-way."""
        if over.code in OURS:
            return Ended(Delivery.FAILED, over.code)
        unanswered = self._said and not self._told
        return Ended(Delivery.SILENCE if unanswered else Delivery.CUT_OFF, over.code)


def _before_an_answer(
    code: str,
) -> Literal[Delivery.BUSY, Delivery.DECLINED, Delivery.NO_ANSWER, Delivery.FAILED]:
    if code in BUSY:
        return Delivery.BUSY
    if code in DECLINED:
        return Delivery.DECLINED
    return Delivery.NO_ANSWER if code in NO_ANSWER else Delivery.FAILED
