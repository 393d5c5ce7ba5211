"""Where gateways hand in man-down: what cannot be read is shown all the same (D1)."""

from adapters.codecs import contract
from adapters.codecs.man_down import MAN_DOWN, may_be_emergency, radio_in
from adapters.sources.cad_desk import Answer, Desk
from middleware.ports import Intake, Problem, World
from schemas.safety import RAW_SHOWN, UnreadableEmergency


class ManDownDesk(Desk):
    """A desk of the man-down contract."""

    spoken = MAN_DOWN

    def __init__(self, adapter: str, said_by: str, world: World, intake: Intake) -> None:
        super().__init__(adapter, said_by, world, intake)
        self._clock, self._random = world.clock, world.random

    async def _refuse(self, problem: Problem, raw: bytes) -> Answer:
        """The alarm first, then quarantine with the reason."""
        shown = may_be_emergency(raw)
        if shown:
            await self._intake.submit(self._unreadable(problem, raw))
        submitted = await self._intake.refuse(self._adapter, problem, raw)
        return Answer(submitted.standing, contract.refusal(problem, submitted, shown=shown))

    def _unreadable(self, problem: Problem, raw: bytes) -> UnreadableEmergency:
        """Each is a signal of its own: nobody can say that two are the same."""
        return UnreadableEmergency(
            source=self._said_by,
            id=f"unreadable/{self._random.getrandbits(64):016x}",
            occurred_at=self._clock.now(),
            radio=radio_in(raw),
            raw=raw[:RAW_SHOWN],
            reason=f"{problem.field}: {problem.reason}"[:2000],
        )
