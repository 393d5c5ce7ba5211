"""Which notes a call says, and what comes on record of each of them (N4, N5)."""

import asyncio
from datetime import timedelta
from pathlib import Path

from adapters.channels.voice_call import Limits
from adapters.channels.voice_line import Answered, Heard, Over, Played, Pressed, Sound
from adapters.channels.voice_round import Round
from adapters.channels.voice_speech import Speech
from tests.brokers import real_world
from tests.fakes import FakeIntake
from tests.voice import NUMBER, spoken

LIMITS = Limits(ring=timedelta(minutes=1), key=timedelta(minutes=1), times=1)


class Telephone:
    """A line whose crew presses 1 at every sound, once it is let answer."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.sounds: list[Sound] = []

    async def play(self, play: int, sound: Sound) -> None:
        self.sounds.append(sound)
        self.heard.put_nowait(Pressed("1"))
        self.heard.put_nowait(Played(play))

    async def stop(self) -> None: ...

    async def hang_up(self) -> None: ...


def a_round(folder: Path) -> tuple[Round, FakeIntake]:
    world, intake = real_world(folder), FakeIntake()
    return Round(NUMBER, intake, world, Speech(["nanotts"], world)), intake


def told(intake: FakeIntake) -> list[tuple[str, str, int]]:
    return [(e.kind, e.note, e.note_revision) for e in intake.events]  # type: ignore[attr-defined]


async def test_n4_until_somebody_answers_notes_join_and_a_later_revision_replaces(
    tmp_path: Path,
) -> None:
    talk, intake = a_round(tmp_path)
    line = Telephone()
    assert talk.join(spoken("n1", 1), 0)
    call = asyncio.create_task(talk.hold(line, LIMITS))
    assert talk.join(spoken("n1", 2), 0)
    assert talk.join(spoken("n2"), 0)
    line.heard.put_nowait(Answered())
    await call
    assert not talk.join(spoken("n3"), 0)
    assert told(intake) == [
        ("note.displayed", "n1", 2), ("note.displayed", "n2", 1),
        ("note.acknowledged", "n1", 2), ("note.acknowledged", "n2", 1),
    ]  # fmt: skip


async def test_n5_no_note_joins_a_call_that_is_being_put_on_record(tmp_path: Path) -> None:
    """It would be lost: it is for another call."""
    talk, intake = a_round(tmp_path)
    line = Telephone()
    talk.join(spoken("n1"), 3)
    intake.hold()
    call = asyncio.create_task(talk.hold(line, LIMITS))
    line.heard.put_nowait(Over("486"))
    await intake.until(arrived=1)
    assert not talk.join(spoken("n2"), 0)
    intake.release()
    await call
    ((kind, note, _),) = told(intake)
    assert (kind, note) == ("delivery.reported", "n1")
    assert intake.events[0].times == 3  # type: ignore[attr-defined]


async def test_n5_what_cannot_be_said_is_a_failure_and_no_silent_call(tmp_path: Path) -> None:
    talk, intake = a_round(tmp_path)
    line = Telephone()
    unsayable = spoken("n1").model_copy(update={"sentences": ("...",)})
    talk.join(unsayable, 0)
    line.heard.put_nowait(Answered())
    await talk.hold(line, LIMITS)
    assert line.sounds == []
    (reported,) = intake.events
    assert (reported.state, reported.code) == ("failed", "no voice")  # type: ignore[attr-defined]
