"""Our registration with the exchange: said at each change, asked for again after a refusal."""

import asyncio
from contextlib import suppress

import baresip

from adapters.channels.voice_sip_words import NO_CODE, code_of, say

AGAIN = 10.0
"""Seconds. A registration that holds is renewed by the stack."""


async def stay_registered(agent: baresip.UserAgent, *, wanted: bool) -> None:
    """Never returns, unless the exchange wants no registration."""
    if not wanted:
        say(said="ready")
        return
    state = Registration(agent)
    while True:
        if state.code is not None:
            with suppress(baresip.BaresipError):  # how it went was heard
                await agent.register()
        state.tell()
        await state.changes_or_time_passes()


class Registration:
    """`code`: why there is none; None while there is one."""

    def __init__(self, agent: baresip.UserAgent) -> None:
        self.code: str | None = NO_CODE
        self._told: str | None = ""
        self._changed = asyncio.Event()
        agent.on(self._heard)

    def tell(self) -> None:
        if self.code == self._told:
            return
        self._told = self.code
        if self.code is None:
            say(said="ready")
        else:
            say(said="lost", code=self.code)

    async def changes_or_time_passes(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN):
                await self._changed.wait()
        self._changed.clear()

    def _heard(self, event: baresip.StackEvent) -> None:
        if event.event is baresip.Event.REGISTER_OK:
            self.code = None
        elif event.event is baresip.Event.REGISTER_FAIL:
            self.code = code_of(event.text)
        else:
            return
        self._changed.set()
