"""Where sending twice is not harmless: on record first, then sent, then what became of it (N4)."""

from middleware.engine.state import Note, OnChannel, Phase
from middleware.flow.parcels import Destination, Parcel
from middleware.ports import Clock, Intake
from schemas.delivery import Delivery, DeliveryReported, NoteAttempted
from schemas.telling import AttemptMade

SELF = "self"


class Attempts:
    """Asks the engine before each attempt: between decision and turn the duty may have ended."""

    def __init__(self, intake: Intake, clock: Clock) -> None:
        self._intake, self._clock = intake, clock
        self._agreed: set[tuple[str, int, str, int]] = set()

    def on_made(self, made: AttemptMade) -> None:
        """The journal has it."""
        self._agreed.add((made.note, made.revision, made.channel, made.attempt))

    async def agreed(self, channel: str, parcel: Parcel) -> bool:
        """Put the attempt on record; whether it may be made."""
        parcel.attempt = (parcel.attempt or 0) + 1
        key = (parcel.key, parcel.revision, channel, parcel.attempt)
        await self._intake.submit(
            NoteAttempted(
                source=SELF,
                id=f"attempt/{parcel.key}/{channel}",
                occurred_at=self._clock.now(),
                note=parcel.key,
                note_revision=parcel.revision,
                channel=channel,
                attempt=parcel.attempt,
                again=parcel.again,
            )
        )
        if key not in self._agreed:
            return False
        self._agreed.remove(key)
        return True

    async def report(self, destination: Destination, parcel: Parcel, state: Delivery) -> None:
        """What the courier itself knows: nothing went out, or nobody can say."""
        await self._intake.submit(
            DeliveryReported(
                source=destination.channel,
                id=f"{parcel.key}/{parcel.revision}/{parcel.attempt}/{state}",
                occurred_at=self._clock.now(),
                channel=destination.channel,
                device=destination.device,
                note=parcel.key,
                note_revision=parcel.revision,
                times=parcel.message.times,
                state=state,
            )
        )


def is_wanted(note: Note, on: OnChannel, *, again: bool) -> bool:
    """Whether the channel is still to tell this revision."""
    if not on.address or note.phase not in (Phase.OPEN, Phase.WITHDRAWN):
        return False
    return on.is_open if again else on.is_due
