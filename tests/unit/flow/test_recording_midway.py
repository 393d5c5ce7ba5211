"""A recording begun while much is going on: replayed, it decides as the service did (O2, D2, P2,
P3, M2)."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from middleware.domain.matching import MarkerIndex
from middleware.domain.rules import BackUpRules, Rules
from middleware.engine.mistakes import Phase
from middleware.engine.state import State
from middleware.flow.recording.file import Header, Recording, RecordingWriter
from middleware.flow.recording.frames import OPENING, pack
from middleware.flow.recording.overhear import OverheardChannel, OverheardIntake
from middleware.flow.recording.recorder import Bounds, Recorder
from middleware.flow.replay.compare import Difference, compare, read_run
from middleware.flow.replay.play import Player, Stage
from middleware.ops.metrics import Metrics
from middleware.ops.virtual_time import run_virtually
from schemas.event import Event
from schemas.incident import Resource
from schemas.mistake import Verdict
from schemas.police import Answer
from schemas.stand_off import StandOffState
from tests import alarms, mistaken, police, said
from tests.flowing import OneKey, Radio, Running, parts_of, start
from tests.mistaken import HERE
from tests.room import LADDER
from tests.stand_offs import PROMPTS, WAYS, answered, dispatcher_says
from tests.virtual import VirtualClock, virtual

RULES = Rules(ladder=LADDER, man_down=alarms.MAN_DOWN, stand_off=PROMPTS, ways=WAYS,
              back_up=BackUpRules(police=police.STEPS))  # fmt: skip
THERE = "3 Mill Lane, Anytown, CT97 1AB"
LONG = Bounds(timedelta(days=1), 50_000_000)


@dataclass
class Shift:
    """A service, and its recorder."""

    live: Running
    recorder: Recorder

    @property
    def state(self) -> State:
        return self.live.state

    @property
    def alarm(self) -> str:
        return next(iter(self.state.alarms))

    def prompt_answered(self) -> Event:
        """Of the crew that holds, the last one."""
        held = next(iter(self.state.stand_offs.values()))
        assert held.waits_since
        return answered(held.id, held.prompt)

    async def happens(self, event: Event) -> None:
        core = self.live.service.core
        await OverheardIntake("test", core, self.recorder).submit(event)

    def incident(self, number: str) -> str:
        return next(one.id for one in self.state.incidents.values() if one.number == number)

    def note_of(self, callsign: str) -> Any:
        return next(one for one in self.state.notes.values() if one.callsign == callsign)


async def a_shift() -> Shift:
    """With the recorder between, as the service has it."""
    clock, metrics = VirtualClock(), Metrics()
    recorder = Recorder(clock, OneKey(), metrics, {})
    radio = OverheardChannel(Radio(clock), recorder)
    index: Any = MarkerIndex()
    told = recorder.on_committed
    return Shift(await start(rules=RULES, index=index, channels=(radio,), told=told), recorder)


async def markers(shift: Shift) -> None:
    team, index = said.Team(), shift.live.service.parts.index
    await shift.happens(team.staged("b", said.marker("M1", HERE), said.marker("M2", THERE)))
    await shift.happens(team.activated("b"))
    await asyncio.sleep(5)
    assert index.position == shift.state.markers.position


async def before(shift: Shift) -> None:
    """Long ago M2 was found to be another address; then a crew that answered and holds, one that
    did not answer, an alarm out of which the police are asked for, and something said of M1."""
    cad = said.Cad()
    await shift.happens(cad.opened(THERE, (), "9"))
    await shift.happens(mistaken.says(shift.incident("9"), "M2"))
    await shift.happens(mistaken.decides(next(iter(shift.state.mistakes.pairs)), Verdict.SUPPRESS))
    await shift.happens(cad.closed("9"))
    await asyncio.sleep(4_000)
    crews = [Resource(callsign="A1", radio=alarms.RADIO), Resource(callsign="A2")]
    await shift.happens(cad.opened(HERE, (crews[0],), "1"))
    await asyncio.sleep(20)
    await shift.happens(said.displayed("A1", shift.note_of("A1").id, 1))
    await asyncio.sleep(5)
    await shift.happens(said.acknowledged("A1", shift.note_of("A1").id, 1))
    await shift.happens(dispatcher_says(shift.incident("1"), StandOffState.STANDING_OFF))
    await asyncio.sleep(30)
    await shift.happens(cad.opened(HERE, (crews[1],), "2"))
    await asyncio.sleep(610)
    await shift.happens(shift.prompt_answered())
    await shift.happens(alarms.pressed(radio="2"))
    await asyncio.sleep(8)
    await shift.happens(alarms.pressed(radio="2"))
    await shift.happens(police.requested(alarm=shift.alarm))
    await shift.happens(alarms.positioned(radio="77"))
    await asyncio.sleep(10)
    await shift.happens(mistaken.says(shift.incident("2"), "M1"))
    await asyncio.sleep(3)


async def meanwhile(shift: Shift) -> None:
    """What follows has to do with all of it."""
    cad = said.Cad()
    pair = next(one for one in shift.state.mistakes.pairs.values() if one.phase is Phase.OPEN)
    await asyncio.sleep(20)
    await shift.happens(alarms.accepted(shift.alarm))
    await asyncio.sleep(70)
    request = next(iter(shift.state.back_ups))
    await shift.happens(police.answered(request, Answer.REFUSED))
    await shift.happens(mistaken.decides(pair.id, Verdict.SUPPRESS))
    await shift.happens(cad.opened(THERE, (Resource(callsign="A3"),), "3"))
    await shift.happens(cad.opened(HERE, (Resource(callsign="A4"),), "4"))
    await asyncio.sleep(1_300)
    await shift.happens(shift.prompt_answered())
    await asyncio.sleep(2_500)


async def recorded(folder: Path) -> Path:
    shift = await a_shift()
    writing = asyncio.ensure_future(shift.recorder.run())
    await markers(shift)
    await before(shift)
    parts = parts_of(shift.live.clock, Metrics())
    parts.rules = RULES
    running = shift.recorder.begin(folder / "night.jsonl", parts, shift.state, LONG)
    await meanwhile(shift)
    shift.recorder.stop("of a test")
    await running.over.wait()
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await shift.live.stop()
    return running.path


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: list[Path] = []

    @virtual
    async def it() -> None:
        made.append(await recorded(tmp_path_factory.mktemp("night")))

    it()
    return made[0]


def replayed(path: Path, out: Path) -> Path:
    recording = Recording(path, OneKey())
    header = Header.model_validate(recording.header.model_copy(update={"holds": "outcome"}))
    writer = RecordingWriter(out, header, None)
    stage = Stage("test", RULES, ["mdt"], {}, MarkerIndex())
    kept: list[bytes] = []
    player = Player(recording, stage, lambda frame: kept.append(pack(frame)), lambda *_: None)
    run_virtually(player.run())
    writer.add(kept)
    writer.close("played to the end")
    return out


def differences(night: Path, out: Path) -> list[Difference]:
    """But for messages: how often one is repeated that nobody answers is left to chance."""
    runs = read_run(Recording(night, OneKey())), read_run(Recording(out))
    return [one for one in compare(*runs, timedelta(seconds=1)) if one.of != "message"]


def test_o2_the_replay_of_it_decides_as_the_service_did(night: Path, tmp_path: Path) -> None:
    run = read_run(Recording(night, OneKey()))
    kinds = {kind for came in run.came.values() for kind, _, _ in came.made}
    expected = {"alarm_taken", "back_up_stepped", "stand_off_prompted", "mistake_settled",
                "task_raised", "note_withdrawn", "back_up_heard", "stand_off_answered"}  # fmt: skip
    assert expected <= kinds, "all of it is in the recording"
    assert differences(night, replayed(night, tmp_path / "out.jsonl")) == []


def test_o2_twice_it_is_the_same(night: Path, tmp_path: Path) -> None:
    first, second = (replayed(night, tmp_path / name) for name in ("1.jsonl", "2.jsonl"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "lacking", ["alarm", "back_up", "stand_off", "mistake", "incident", "note"]
)
def test_o2_what_the_opening_lacked_would_be_seen(
    night: Path, tmp_path: Path, lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is begun without it decides otherwise: so each part of the opening is needed."""
    begins = {"alarm": "man_down.signalled", "incident": "incident.opened", "note": "note.ack"}
    wanted = begins.get(lacking, lacking)
    whole = Recording.frames

    def frames(self: Recording, *about: Any) -> Any:
        for frame in whole(self, *about):
            if frame["f"] != OPENING or not frame["event"][0].startswith(wanted):
                yield frame

    out = tmp_path / "out.jsonl"
    monkeypatch.setattr(Recording, "frames", frames)
    replayed(night, out)
    monkeypatch.undo()
    assert differences(night, out)


def test_the_alarm_was_open_and_on_its_second_step(night: Path) -> None:
    frames = [one for one in Recording(night, OneKey()).frames() if one["f"] == OPENING]
    times = [one["t"] for one in frames if one["event"][0] == "man_down.signalled"]
    assert len(times) == 2
    assert times == sorted(times)
    assert times[0] < times[1] < 0
    since = [one["t"] for one in frames[2:]]
    assert since == sorted(since)
    assert since[0] < -4_000
