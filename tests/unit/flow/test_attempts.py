"""Where sending twice is not harmless: on record, sent, reported; again only marked (N4, N5)."""

import asyncio
from dataclasses import dataclass
from typing import Any

from adapters.stores.memory import Disk, MemoryJournal
from middleware.domain.rules import Rules
from middleware.engine.state import Note, Phase
from middleware.flow.couriers import COMES_UP, SEND_LIMIT
from middleware.flow.service import Limits
from middleware.flow.timeline import build
from middleware.ports import LinesBusy, ToDevice
from schemas.delivery import Delivery, DeliveryReported, NoteAttempted
from schemas.incident import ResourceStoodDown
from schemas.marker import Severity
from schemas.service import SourceConnected
from schemas.told import RadioAnswer, RadioText, SpokenNote
from tests import said
from tests.flowing import Radio, Running, records, start
from tests.said import HIGH_STREET, MILL_LANE, START, Cad, Team, marker
from tests.telling import (
    NOW,
    PHONE,
    RADIO,
    SEVERAL,
    WAYS,
    asked_by_radio,
    crew,
    pressed,
    reported,
    rungs,
)
from tests.virtual import VirtualClock, virtual


@dataclass
class Scene:
    """A service with three channels, and who speaks to it."""

    running: Running
    channels: dict[str, Radio]
    cad: Cad
    team: Team

    def sent(self, channel: str) -> list[ToDevice]:
        return [message for _, message in self.channels[channel].sent]

    def note(self, callsign: str = "A1") -> Note:
        (found,) = (n for n in self.running.state.notes.values() if n.callsign == callsign)
        return found

    async def happens(self, event: Any) -> None:
        await self.running.service.core.submit(event)
        await self.running.wait(0.01)

    def attempts(self) -> list[NoteAttempted]:
        """What the journal has."""
        events = (entry.event for entry in records(self.running.disk))
        return [event for event in events if isinstance(event, NoteAttempted)]


class Full:
    """A disk that can be full."""

    def __init__(self) -> None:
        self.is_so = False

    def __call__(self, stage: str) -> None:
        if self.is_so:
            raise OSError("no space left")


async def scene(
    disk: Disk | None = None,
    cad: Cad | None = None,
    full: Full | None = None,
    starting: tuple[str, ...] = (),
    rules: Rules = SEVERAL,
) -> Scene:
    """`starting` channels have not come up yet."""
    channels = {name: Radio(VirtualClock()) for name in ("mdt", "radio", "voice")}
    for name, channel in channels.items():
        channel.name = name
        if name in starting:
            channel.up = False
            channel.came_up.clear()
    journal = MemoryJournal(disk, fault=full) if full else None
    running = await start(disk, journal=journal, rules=rules, channels=tuple(channels.values()))
    return Scene(running, channels, cad or Cad(), Team())


async def told(single: bool = True) -> Scene:
    """A crew with radio and phone was just told about the marker at 14 High Street."""
    here = await scene()
    await here.happens(here.team.put(marker("M1", HIGH_STREET)))
    await here.running.wait(1)
    await here.happens(here.cad.opened(HIGH_STREET, (crew(single_responder=single),)))
    return here


@virtual
async def test_n4_radio_call_and_mdt_are_told_each_in_its_own_words() -> None:
    here = await told()

    ((radio,), (voice,), (mdt,)) = (here.sent(name) for name in ("radio", "voice", "mdt"))
    assert (radio.device, voice.device, mdt.device) == (RADIO, PHONE, "A1")
    assert isinstance(radio.body, RadioText)
    assert isinstance(voice.body, SpokenNote)
    assert radio.body.text.startswith("VIOLENCE")


@virtual
async def test_n4_an_attempt_is_in_the_journal_before_it_is_made() -> None:
    here = await told()
    at = {}
    for channel in ("radio", "voice"):
        (attempt,) = (one for one in here.attempts() if one.channel == channel)
        at[channel] = (attempt.attempt, attempt.note_revision)

    assert at == {"radio": (1, 1), "voice": (1, 1)}


async def waits_for_the_disk(full: Full) -> Scene:
    """A crew is to be rung, and the disk is full."""
    here = await scene(Disk(), full=full)
    await here.happens(here.team.put(marker("M1", HIGH_STREET)))
    await here.running.wait(1)
    here.channels["voice"].up = here.channels["radio"].up = False
    await here.happens(here.cad.opened(HIGH_STREET, (crew(single_responder=True),)))
    full.is_so = True
    for channel in ("voice", "radio"):
        here.channels[channel].up = True
        here.running.service.couriers.came_back(channel)
    return here


@virtual
async def test_n4_until_the_journal_has_missed_its_limit_nobody_is_rung() -> None:
    full = Full()
    here = await waits_for_the_disk(full)
    await here.running.wait(Limits().journal.total_seconds() / 2)
    assert here.sent("voice") == here.sent("radio") == []
    full.is_so = False
    await here.running.wait(5)

    assert (len(here.sent("voice")), len(here.sent("radio"))) == (1, 1)


@virtual
async def test_n4_a_crew_is_rung_though_nothing_can_be_written_and_not_again_later() -> None:
    """Safety before durability, once: there is no spool here, the attempt is in memory alone."""
    full = Full()
    here = await waits_for_the_disk(full)
    await here.running.wait(5)
    assert (len(here.sent("voice")), len(here.sent("radio"))) == (1, 1)
    full.is_so = False
    await here.running.wait(5)

    assert (len(here.sent("voice")), len(here.sent("radio"))) == (1, 1)
    made = [(one.channel, one.attempt) for one in here.attempts()]
    assert sorted(made) == [("radio", 1), ("radio", 2), ("voice", 1), ("voice", 2)]


@virtual
async def test_n4_nothing_sends_it_again_by_itself() -> None:
    """Not time, not the channel's return, not a sign of life."""
    here = await told()
    for _ in range(3):
        for channel in ("radio", "voice"):
            here.running.service.couriers.came_back(channel)
            await here.happens(
                SourceConnected(
                    source=channel, id=channel, revision=len(here.attempts()), occurred_at=START
                )
            )
        await here.running.wait(15)

    assert (len(here.sent("radio")), len(here.sent("voice"))) == (1, 1)
    assert len(here.sent("mdt")) > 1


@virtual
async def test_n5_a_channel_that_is_down_moves_the_ladder_and_is_told_when_it_returns() -> None:
    here = await scene()
    here.channels["radio"].up = False
    await here.happens(here.team.put(marker("M1", HIGH_STREET)))
    await here.running.wait(1)
    await here.happens(here.cad.opened(HIGH_STREET, (crew(),)))
    await here.running.wait(61)
    assert here.note().channels["radio"].state is Delivery.UNSENT
    assert len(here.sent("voice")) == 1, "the rung after the radio, at once"
    here.channels["radio"].up = True
    here.running.service.couriers.came_back("radio")
    await here.running.wait(1)

    assert [message.times for message in here.sent("radio")] == [0]


@virtual
async def test_n4_n5_with_no_line_free_the_ladder_goes_on_and_the_crew_is_rung_when_one_is() -> (
    None
):
    here = await scene()
    here.channels["voice"].fault = LinesBusy("all lines are in use")
    await here.happens(here.team.put(marker("M1", HIGH_STREET)))
    await here.running.wait(1)
    here.channels["radio"].up = False
    await here.happens(here.cad.opened(HIGH_STREET, (crew(),)))
    await here.running.wait(61)
    on = here.note().channels["voice"]
    assert (on.state, on.made) == (Delivery.LINES_BUSY, 0), "it does not count as an attempt"
    assert here.note().task_times == 1, "a person is told at once"
    here.running.service.couriers.came_back("voice")
    await here.running.wait(1)
    assert [message.times for message in here.sent("voice")] == [0]
    told = [line.words for line in build(here.running.entries, "1")]
    assert "A1: voice: no line free, tried again when one is" in told


@virtual
async def test_n5_a_person_who_was_asked_with_the_call_is_not_asked_again_for_each_try() -> None:
    together = rungs(("voice", NOW))
    here = await scene(rules=Rules(ladder=together, ways=WAYS))
    await here.happens(here.team.put(marker("M1", HIGH_STREET)))
    await here.running.wait(1)
    here.channels["voice"].fault = LinesBusy("all lines are in use")
    await here.happens(here.cad.opened(HIGH_STREET, (crew(),)))
    for _ in range(3):
        await here.running.wait(1)
        here.channels["voice"].fault = LinesBusy("all lines are in use")
        here.running.service.couriers.came_back("voice")
    await here.running.wait(1)
    assert here.note().task_times == 1


@virtual
async def test_n5_what_hangs_may_have_gone_out_and_is_not_sent_again() -> None:
    here = await scene()
    here.channels["voice"].hangs = True
    await here.happens(here.team.put(marker("M1", HIGH_STREET)))
    await here.running.wait(1)
    await here.happens(here.cad.opened(HIGH_STREET, (crew(single_responder=True),)))
    await here.running.wait(SEND_LIMIT + 1)
    here.channels["voice"].hangs = False
    here.running.service.couriers.came_back("voice")
    await here.running.wait(60)

    assert here.note().channels["voice"].state is Delivery.FAILED
    assert len(here.channels["voice"].tried) == 1


@virtual
async def test_n4_who_has_answered_is_not_rung_when_the_line_is_back() -> None:
    here = await scene()
    here.channels["voice"].up = False
    await here.happens(here.team.put(marker("M1", HIGH_STREET)))
    await here.running.wait(1)
    await here.happens(here.cad.opened(HIGH_STREET, (crew(single_responder=True),)))
    known = here.note()
    await here.happens(said.acknowledged("A1", known.id, known.revision))
    here.channels["voice"].up = True
    here.running.service.couriers.came_back("voice")
    await here.running.wait(600)

    assert here.sent("voice") == []
    assert here.note().phase is Phase.ANSWERED


@virtual
async def test_n4_after_a_restart_what_has_no_end_is_made_again_and_says_repeated() -> None:
    here = await told()
    await here.happens(reported(here.note(), "radio", Delivery.RECEIVED))
    await here.running.stop()
    after = await scene(here.running.disk, here.cad)
    await after.running.wait(1)

    assert [message.times for message in after.sent("voice")] == [1]
    assert after.sent("radio") == [], "its end is known"
    assert [one.again for one in after.attempts() if one.channel == "voice"] == [False, True]
    await after.running.stop()
    last = await scene(here.running.disk, here.cad)
    await last.running.wait(1)
    assert last.sent("voice") == [], "once more, not at each restart"


@virtual
async def test_n4_what_was_not_yet_attempted_goes_out_after_a_restart_as_new() -> None:
    here = await scene()
    here.channels["voice"].up = False
    await here.happens(here.team.put(marker("M1", HIGH_STREET)))
    await here.running.wait(1)
    await here.happens(here.cad.opened(HIGH_STREET, (crew(single_responder=True),)))
    await here.running.stop()
    after = await scene(here.running.disk, here.cad)
    await after.running.wait(1)

    assert [message.times for message in after.sent("voice")] == [0]


@virtual
async def test_n4_a_channel_that_is_still_coming_up_after_a_start_moves_no_ladder_on() -> None:
    here = await told()
    await here.running.stop()
    after = await scene(here.running.disk, here.cad, starting=("voice",))
    await after.running.wait(COMES_UP - 1)
    assert [one.again for one in after.attempts() if one.channel == "voice"] == [False]
    voice = after.channels["voice"]
    voice.up = True
    voice.came_up.set()
    await after.running.wait(0.1)

    assert [message.times for message in after.sent("voice")] == [1]


@virtual
async def test_n5_a_channel_that_never_comes_up_is_tried_in_vain_and_the_ladder_goes_on() -> None:
    here = await told()
    await here.running.stop()
    after = await scene(here.running.disk, here.cad, starting=("voice",))
    await after.running.wait(COMES_UP + 1)

    assert len(after.channels["voice"].tried) == 1
    assert after.note().channels["voice"].state is Delivery.UNSENT


@virtual
async def test_n5_a_second_rung_of_the_same_channel_says_repeated() -> None:
    here = await told()
    radio = RadioText.model_validate(here.sent("radio")[0].body)

    assert radio.said(0) == radio.text
    assert radio.said(1).startswith("RPT VIOLENCE")
    assert len(radio.said(1)) <= 80


@virtual
async def test_n7_the_radio_hears_that_it_is_withdrawn_and_nobody_is_rung() -> None:
    here = await told()
    known = here.note()
    await here.happens(pressed(known, "voice"))
    await here.happens(here.cad.stage(ResourceStoodDown, "A1"))

    bodies = [message.body for message in here.sent("radio")]
    assert [isinstance(body, RadioText) and body.withdrawn for body in bodies] == [False, True]
    assert len(here.sent("voice")) == 1


@virtual
async def test_c5_a_crew_that_asks_by_radio_is_answered_in_lines_for_a_radio() -> None:
    here = await told()
    await here.happens(asked_by_radio())

    answer = here.sent("radio")[-1].body
    assert isinstance(answer, RadioAnswer)
    assert "MARKER FOUND" in answer.texts[0]
    assert answer.texts[1].startswith("VIOLENCE")


@virtual
async def test_n5_overdue_steps_fire_at_once_after_a_restart_the_most_dangerous_first() -> None:
    here = await scene()
    low = marker("M1", HIGH_STREET, severity=Severity.LOW)
    await here.happens(here.team.put(low))
    await here.happens(here.team.put(marker("M2", MILL_LANE, severity=Severity.HIGH)))
    await here.running.wait(1)
    await here.happens(here.cad.opened(HIGH_STREET, (crew("A1"),)))
    await here.running.wait(1)
    await here.happens(here.cad.opened(MILL_LANE, (crew("A2"),), number="2"))
    await here.running.stop()
    await asyncio.sleep(600)
    after = await scene(here.running.disk, here.cad)
    await after.running.wait(1)

    first, second = (message.body for message in after.sent("radio"))
    assert isinstance(first, RadioText)
    assert isinstance(second, RadioText)
    assert (": high" in first.text, ": low" in second.text) == (True, True)


@virtual
async def test_e1_what_became_of_every_attempt_is_in_the_journal() -> None:
    here = await told()
    await here.happens(reported(here.note(), "voice", Delivery.BUSY))

    events = [entry.event for entry in records(here.running.disk)]
    (busy,) = (event for event in events if isinstance(event, DeliveryReported))
    assert (busy.state, busy.channel) == (Delivery.BUSY, "voice")
