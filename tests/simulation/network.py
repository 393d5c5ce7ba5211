"""The network between the service and everybody else: slow, forgetful, and out of order."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from tests.simulation.plan import Weather


class Network:
    """Carries what is posted, some time later, or twice, or never. What it carries belongs to
    nobody: a sender that was killed does not take it along."""

    def __init__(self, weather: Weather) -> None:
        self._weather = weather
        self._chance = weather.plan.random("network")
        self.context = copy_context()
        self._loop = asyncio.get_running_loop()

    def post(self, deliver: Callable[..., None], *what: Any) -> None:
        plan, strikes = self._weather.plan, self._weather.strikes
        if strikes("loss", plan.loss):
            return
        self._carry(deliver, what)
        if strikes("doubling", plan.doubling):
            self._carry(deliver, what)

    def _carry(self, deliver: Callable[..., None], what: tuple[Any, ...]) -> None:
        delay = self._chance.uniform(0.005, 0.05)
        if self._weather.strikes("late", self._weather.plan.late):
            delay = self._chance.uniform(0.1, 12)
        self._loop.call_later(delay, deliver, *what, context=self.context)
