"""Stand-offs in the running service: crews are asked on their channels, and what happened is told
(P3, E3, O1)."""

import pytest

from middleware.flow.timeline import build
from schemas.incident import IncidentUpdated, ResourceGoneIn, ResourceStandingOff
from schemas.mdt import DevicePrompt
from schemas.stand_off import StandOffState
from schemas.told import RadioAnswer
from tests import said
from tests.flowing import Disk, Radio, Running, start
from tests.said import Cad, seen
from tests.stand_offs import RADIO, RULES, Held, crew, crew_says, dispatcher_says
from tests.virtual import VirtualClock, virtual


class Holds:
    """A running service with an MDT and a radio, and one crew on an incident."""

    def __init__(self, running: Running, radio: Radio) -> None:
        self.running, self.radio = running, radio
        self.cad = Cad()

    @classmethod
    async def begin(cls, disk: Disk | None = None) -> "Holds":
        mdt, radio = Radio(VirtualClock()), Radio(VirtualClock())
        radio.name = "radio"
        running = await start(disk, rules=RULES, channels=(mdt, radio))
        running.radio = mdt
        return cls(running, radio)

    async def say(self, event: object) -> None:
        await self.running.service.core.submit(event)  # type: ignore[arg-type]

    async def opened(self) -> None:
        await self.say(self.cad.opened(None, (crew(),), "000417"))

    async def stands_off(self) -> None:
        about = self.cad.about("000417", "A1", said.START)
        await self.say(ResourceStandingOff(callsign="A1", **about))

    async def goes_in(self) -> None:
        await self.say(self.cad.stage(ResourceGoneIn, "A1", "000417"))

    def on_screen(self) -> list[tuple[int, int, str, bool]]:
        """(revision, minutes, why, ended) of what the MDT was sent, in order."""
        bodies = [message.body for _, message in self.running.radio.sent]
        prompts = [body for body in bodies if isinstance(body, DevicePrompt)]
        return [(one.revision, one.minutes, one.why, one.ended) for one in prompts]

    def on_radio(self) -> list[str]:
        bodies = [message.body for _, message in self.radio.sent if message.device == RADIO]
        return [text for body in bodies if isinstance(body, RadioAnswer) for text in body.texts]


@virtual
async def test_p3_the_crew_is_asked_on_its_mdt_and_its_radio() -> None:
    holds = await Holds.begin()
    await holds.opened()
    await holds.stands_off()
    await holds.running.wait(1201)
    assert holds.on_screen() == [(1, 10, "time", False), (2, 20, "time", False)]
    assert holds.on_radio() == [
        "STAND-OFF inc 000417: standing off 10 min, still so? tell EOC",
        "STAND-OFF inc 000417: standing off 20 min, still so? tell EOC",
    ]


@virtual
async def test_p3_n8_a_change_of_the_patients_state_is_told_at_once_but_not_on_the_air() -> None:
    holds = await Holds.begin()
    await holds.opened()
    await holds.stands_off()
    await holds.running.wait(60)
    about = holds.cad.about("000417", None, said.START)
    await holds.say(IncidentUpdated(condition="unconscious", **about))
    await holds.running.wait(1)
    assert holds.on_screen() == [(1, 1, "patient", False)]
    assert holds.on_radio() == ["PATIENT CHANGED inc 000417: ask EOC, standing off 1 min"]


@virtual
async def test_p3_what_has_ended_is_taken_from_the_screen_and_never_asked_again() -> None:
    holds = await Holds.begin()
    await holds.opened()
    await holds.stands_off()
    await holds.running.wait(601)
    await holds.goes_in()
    await holds.running.wait(3600)
    assert [(revision, ended) for revision, _, _, ended in holds.on_screen()] == [
        (1, False),
        (2, True),
    ]
    assert len(holds.on_radio()) == 1


@virtual
async def test_p3_what_waits_for_a_channel_is_not_sent_after_the_end() -> None:
    holds = await Holds.begin()
    holds.radio.up = holds.running.radio.up = False
    await holds.opened()
    await holds.stands_off()
    await holds.running.wait(601)
    await holds.goes_in()
    holds.radio.up = holds.running.radio.up = True
    await holds.running.wait(3600)
    assert holds.on_radio() == []
    assert [ended for *_, ended in holds.on_screen()] == [True]


@virtual
async def test_p3_a_device_that_comes_up_is_asked_what_is_open() -> None:
    holds = await Holds.begin()
    await holds.opened()
    await holds.stands_off()
    await holds.running.wait(601)
    await holds.say(seen("A1", "later"))
    await holds.running.wait(1)
    assert [revision for revision, *_ in holds.on_screen()] == [1, 1]


@virtual
async def test_p3_a_restart_asks_overdue_crews_once_and_at_once() -> None:
    disk = Disk()
    holds = await Holds.begin(disk)
    await holds.opened()
    await holds.stands_off()
    await holds.running.wait(1)
    await holds.running.stop()
    await holds.running.wait(3000)
    again = await Holds.begin(disk)
    await again.running.wait(5)
    assert [revision for revision, *_ in again.on_screen()] == [1]
    await again.running.wait(601)
    assert [revision for revision, *_ in again.on_screen()] == [1, 2]


WORDS = (
    "A1: standing off, says the CAD",
    "A1: prompt 1 to control and mdt and radio: it has lasted so long",
    "A1: still holds, says P1001",
    "A1: prompt 1 answered by Dee",
    "A1: at the RVP now, says Dee",
    "A1: prompt 2 to control and mdt and radio: what is known of the patient has changed",
    "A1: stand-off ended: gone in, says P1001",
)


def test_e3_p3_every_step_is_on_the_timeline_with_its_time() -> None:
    room = Held()
    room.stands_off(where="the corner of Mill Lane")
    room.wait(minutes=10)
    room.crew_says(StandOffState.STANDING_OFF)
    room.answered(1)
    room.dispatcher_says(StandOffState.AT_RVP, where="the fire station")
    room.updated(condition="unconscious")
    room.crew_says(StandOffState.GONE_IN)
    lines = build(room.entries, "1")
    told = [line.words for line in lines]
    assert [words for words in told if words in WORDS] == list(WORDS)
    assert not [words for words in told if "Mill Lane" in words]
    asked = next(line for line in lines if line.words == WORDS[1])
    assert (asked.received_at - room.one.begun_at).total_seconds() == 600


def test_e3_the_stand_off_of_another_incident_is_not_on_the_timeline() -> None:
    room = Held()
    room.incident_opened(None, "A1", number="2")
    room.stands_off()
    assert not [line for line in build(room.entries, "2") if "standing off" in line.words]


@virtual
async def test_o1_p3_how_many_hold_and_for_how_long_is_measured() -> None:
    holds = await Holds.begin()

    def value(name: str, **labels: str) -> float | None:
        return holds.running.metrics.registry.get_sample_value(name, labels)

    await holds.opened()
    await holds.stands_off()
    await holds.running.wait(660)
    assert value("forewarn_standing_off", state="standing_off") == 1
    assert value("forewarn_stand_off_longest_seconds") == pytest.approx(660, abs=3)
    assert value("forewarn_stand_off_prompt_unanswered_seconds") == pytest.approx(60, abs=3)
    assert value("forewarn_stand_off_prompts_total", why="time") == 1
    known = next(iter(holds.running.state.incidents))
    await holds.say(dispatcher_says(known, StandOffState.AT_RVP))
    await holds.running.wait(2)
    assert value("forewarn_standing_off", state="at_rvp") == 1
    await holds.say(crew_says(StandOffState.GONE_IN))
    await holds.running.wait(2)
    assert value("forewarn_standing_off", state="at_rvp") == 0
    assert value("forewarn_stand_off_longest_seconds") == 0
