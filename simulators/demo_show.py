"""Keeps the demo's screen true while it plays."""

import asyncio
import contextlib
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession
from rich.live import Live

from simulators.demo_figures import Figures
from simulators.demo_rig import Rig
from simulators.demo_screen import LiveScreen
from simulators.demo_stage import Stage


async def read_figures(session: ClientSession, rig: Rig) -> Figures:
    """What the service says of itself."""
    async with session.get(f"{rig.console}/metrics") as answer:
        return Figures.read(await answer.text())


@dataclass(slots=True)
class Show:
    """Refreshes the screen until cancelled; without a terminal, a line every few seconds."""

    stage: Stage
    session: ClientSession
    live: Live | None
    screen: LiveScreen
    seconds: float | None
    is_over: bool = False

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + self.seconds if self.seconds is not None else None
        while True:
            left = f"{max(0.0, end - loop.time()):.0f} s to go" if end else "Ctrl-C ends it"
            if self.is_over:
                left = "the play is over; until what was begun has ended (Ctrl-C: at once)"
            with contextlib.suppress(ClientError):
                self.draw(await read_figures(self.session, self.stage.rig), left)
            await asyncio.sleep(0.5 if self.live is not None else 5)

    def draw(self, figures: Figures, left: str) -> None:
        if self.live is not None:
            self.live.update(self.screen.draw(figures, left))
            return
        notes, stage = dict(figures.by("forewarn_notes", "state")), self.stage
        print(f"{left}: {len(stage.incidents)} incidents, {stage.rang} calls, notes {notes}",
              flush=True)  # fmt: skip
