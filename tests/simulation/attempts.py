"""What must never be where sending twice is not harmless (N4), and in the CAD (N2)."""

from collections import Counter
from collections.abc import Callable

from middleware.engine.checks import sure
from middleware.engine.state import Incident, Phase, State
from middleware.ports import ToDevice
from schemas import decision as d
from schemas.check import Outcome
from schemas.delivery import NOT_OUT
from schemas.telling import AttemptMade, AttemptReported
from schemas.told import RadioAnswer, RadioText, SpokenNote
from tests.simulation.several import ONCE, FarEnds

Key = tuple[str, int, str]


class Attempts:
    """Counts what is on record and what goes out; complains of what does not fit."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._on_record: Counter[Key] = Counter()
        self._asked: Counter[Key] = Counter()
        self._again: Counter[Key] = Counter()
        self._unsent: Counter[Key] = Counter()
        self.sent: Counter[Key] = Counter()

    def decided(self, made: d.Decision, state: State) -> None:
        """A decision that is committed; `state` after it."""
        if isinstance(made, AttemptMade):
            key = (made.note, made.revision, made.channel)
            self._on_record[key] += 1
            self._again[key] += made.again
        elif isinstance(made, AttemptReported):
            key = (made.note, made.revision, made.channel)
            self._unsent[key] += made.state in NOT_OUT
        elif isinstance(made, d.RungEntered):
            self._asked[made.note, state.notes[made.note].revision, made.channel] += 1
        elif isinstance(made, d.NoteWithdrawn):
            for channel in made.tell:
                self._asked[made.note, made.revision, channel] += 1

    def went(self, channel: str, message: ToDevice, state: State) -> None:
        """It goes out now."""
        body = message.body
        if channel not in ONCE or isinstance(body, RadioAnswer):
            return
        if not isinstance(body, RadioText | SpokenNote):
            self._complain(f"{channel} was given what it cannot say")
            return
        key, note = (body.note, body.revision, channel), state.notes.get(body.note)
        before, self.sent[key] = self.sent[key], self.sent[key] + 1
        if self.sent[key] > self._on_record[key]:
            self._complain(f"{key} was sent without its record")
        if before and not message.times:
            self._complain(f"{key} was sent again and does not say so")
        if self.sent[key] > self._asked[key] + self._again[key]:
            self._complain(f"{key} was sent more often than the ladder asks")
        if self._again[key] > self._asked[key]:
            self._complain(f"{key} is made again and again")
        if note is None or note.phase not in (Phase.OPEN, Phase.WITHDRAWN):
            self._complain(f"{key} was sent after a person had answered for it")
        if body.withdrawn and not self._told(body.note, channel, body.revision):
            self._complain(f"{key} takes back what was never told there")

    def _told(self, note: str, channel: str, revision: int) -> bool:
        return any(self._on_record[note, earlier, channel] for earlier in range(1, revision))

    def in_the_end(self, state: State) -> None:
        """Everything the ladder or a withdrawal asked for went out, or nobody needs it."""
        for note in state.notes.values():
            for channel in ONCE:
                on = note.channels.get(channel)
                if on and on.is_due and note.phase in (Phase.OPEN, Phase.WITHDRAWN):
                    self._complain(f"{note.id} was never told on {channel}")


def judge_cad(state: State, far: FarEnds, complain: Callable[[str], None]) -> None:
    """What stands in the CAD is what is known, and it was confirmed."""
    for writing in state.writings.values():
        stands = far.cad.get(writing.id)
        if stands is None or stands.revision != writing.revision:
            complain(f"the CAD lacks revision {writing.revision} of {writing.id}")
        elif stands.withdrawn is not (writing.phase is Phase.WITHDRAWN):
            complain(f"the CAD has {writing.id} otherwise")
        if any(writing.shown.get(name, 0) < writing.revision for name in writing.channels):
            complain(f"{writing.id} was never confirmed by the CAD")
    for known in state.incidents.values():
        written = {
            state.writings[name].matched.marker
            for name in known.writings
            if state.writings[name].phase is not Phase.WITHDRAWN
        }
        if known.finished_at is None and written != known_of(state, known):
            complain(f"{known.id}: what stands in the CAD is not what is known")


def known_of(state: State, known: Incident) -> set[str]:
    """The markers that surely apply there, as it was checked last."""
    checked = known.checked
    if checked is None or checked.outcome is not Outcome.FOUND:
        return set()
    return {match.marker for match in sure(state, checked.matches)}
