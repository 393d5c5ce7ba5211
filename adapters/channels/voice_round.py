"""One round of telling a crew by telephone: the notes of one call, and what is reported of each."""

from dataclasses import dataclass, field

import structlog

from adapters.channels.voice_call import Call, Ended, Limits, Script
from adapters.channels.voice_line import RATE, WIDTH, Line, Sound
from adapters.channels.voice_speech import NoVoice, Speech
from middleware.ports import Intake, World
from schemas.delivery import Delivery, DeliveryReported, NoteAcknowledged, NoteDisplayed
from schemas.told import SpokenNote

NAME = "voice"
BY = "hands-free call"
"""Who acknowledged, as far as a telephone knows."""

REPEATED = "Repeated call. You may have heard this before."
ONE_MORE = "Next message."
KEYS = "Press one to acknowledge. Press two to hear it again."
WRONG_KEY = "That key has no meaning here."
THANKS = "Acknowledged. Thank you."
GOODBYE = "No key was pressed. Control is told. Goodbye."
PROMPTS = (KEYS, WRONG_KEY, THANKS, GOODBYE)
LEAD_IN: Sound = bytes(RATE * WIDTH)
"""A second of silence: a telephone takes its time from the answer to the ear."""

log = structlog.get_logger()


@dataclass(slots=True)
class Round:
    """Notes may join until somebody answers."""

    number: str
    intake: Intake
    world: World
    speech: Speech
    probe: bool = False
    """For nobody, and in no figure (O1): it ends when a call needs its line."""
    _notes: dict[str, tuple[SpokenNote, int]] = field(default_factory=dict)
    _closed: bool = False

    def join(self, note: SpokenNote, times: int) -> bool:
        """Whether it still could: it is said in this call. A later revision takes the place of an
        earlier one."""
        if self._closed:
            return False
        self._notes[note.note] = note, times
        return True

    async def prepare(self) -> None:
        """Render all that is known so far; raises NoVoice."""
        await self._script()

    async def hold(self, line: Line, limits: Limits) -> None:
        """The call, and then on record what became of it."""
        call = Call(line, limits, self._compose, self._told, self._acknowledged)
        try:
            ended = await call.hold()
        except NoVoice:
            ended = Ended(Delivery.FAILED, "no voice")
        self._closed = True  # one that never was answered, too: what comes now is another call
        state = ended.state.value if ended.state else "acknowledged"
        log.info("call_ended", adapter=NAME, state=state, code=ended.code)
        if not self.probe:
            self.world.meters.counter("forewarn_spoken_calls_total", outcome=state).inc()
        await self._report(ended)

    async def _compose(self) -> Script:
        self._closed = True
        return await self._script()

    async def _script(self) -> Script:
        say = self.speech.say
        notes = LEAD_IN
        for n, (note, times) in enumerate(self._notes.values()):
            sentences = (ONE_MORE,) * bool(n) + (REPEATED,) * bool(times) + note.sentences
            notes += await say(" ".join(sentences))
        return Script(
            notes=notes,
            keys=await say(KEYS),
            wrong_key=await say(WRONG_KEY),
            thanks=await say(THANKS),
            goodbye=await say(GOODBYE),
        )

    async def _told(self) -> None:
        for note, _ in self._notes.values():
            await self.intake.submit(
                NoteDisplayed(
                    source=NAME, channel=NAME, device=self.number,
                    id=f"displayed/{note.note}/{note.revision}",
                    occurred_at=self.world.clock.now(),
                    note=note.note, note_revision=note.revision,
                )
            )  # fmt: skip

    async def _acknowledged(self) -> None:
        for note, _ in self._notes.values():
            if note.withdrawn:  # it was taken away, which `_told` has said
                continue
            await self.intake.submit(
                NoteAcknowledged(
                    source=NAME, channel=NAME, device=self.number,
                    id=f"acknowledged/{note.note}/{note.revision}",
                    occurred_at=self.world.clock.now(),
                    note=note.note, note_revision=note.revision, by=BY,
                )
            )  # fmt: skip

    async def _report(self, ended: Ended) -> None:
        """Never for a call that was acknowledged: that is on record."""
        if ended.state is None:
            return
        for note, times in self._notes.values():
            await self.intake.submit(
                DeliveryReported(
                    source=NAME, channel=NAME, device=self.number,
                    id=f"reported/{note.note}/{note.revision}/{times}",
                    occurred_at=self.world.clock.now(),
                    note=note.note, note_revision=note.revision, times=times,
                    state=ended.state, code=ended.code,
                )
            )  # fmt: skip
