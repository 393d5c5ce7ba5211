"""A request at a desk of the police, over real sockets to one that goes wrong; what it says comes
back through its door (P2, O3, O4)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.channels.police_desk import SPEC, PoliceDeskSettings
from adapters.codecs.police import BACK_UP
from adapters.sources.police_answers import PoliceAnswers, PoliceAnswersSettings
from middleware.domain.rules import BackUpRules, BackUpStep, Rules
from middleware.engine.back_up import BackUpPhase
from middleware.ops.metrics import Metrics
from middleware.ports import ChannelDown, Problem, ToDevice
from schemas.delivery import NoteDisplayed
from schemas.police import Answer, BackUpAnswered
from simulators.cad_links import HttpLink
from simulators.police_desk import PATH, Conduct, PoliceDesk
from simulators.receiving import Faults, serving
from tests import police
from tests.brokers import real_world, until
from tests.channels import Line
from tests.fakes import CAD_TOKEN, FakeIntake, fake_world
from tests.flowing import Running, start
from tests.http_rigs import ANY
from tests.police import DESK, STEPS
from tests.police_rig import PoliceRig
from tests.said import HIGH_STREET, Cad


@asynccontextmanager
async def line(desk: PoliceDesk, folder: Path, **settings: Any) -> AsyncIterator[Line]:
    """The channel, connected to this desk."""
    async with serving(desk, "127.0.0.1", 0) as port:
        world = real_world(folder / "service")
        assert isinstance(world.meters, Metrics)
        url = f"http://127.0.0.1:{port}{PATH}"
        asked = PoliceDeskSettings(url=url, look_every="100ms", **settings)
        made = Line(SPEC.make(asked, world), world.meters)
        task = asyncio.create_task(made.channel.run(made.intake, made.back.release))
        try:
            await made.connected()
            yield made
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def insist(made: Line, message: ToDevice) -> None:
    """As a courier does, only quicker."""
    for _ in range(500):
        try:
            await made.channel.send(message)
        except ChannelDown:
            await asyncio.sleep(0.02)
        else:
            return
    raise AssertionError("it never got through")


@pytest.mark.parametrize("fault", ["lost", "doubled", "busy", "silent", "dies"])
async def test_p2_whatever_goes_wrong_each_request_is_there_once(
    fault: str, tmp_path: Path
) -> None:
    desk, rig = PoliceDesk(Faults(**{fault: 0.5}), conduct=Conduct(mute=True)), PoliceRig(tmp_path)
    async with line(desk, tmp_path, answer_within="500ms") as made:
        for n in range(6):
            await insist(made, ToDevice(f"b{n}", rig.note(f"b{n}")))
        received = await made.hears(NoteDisplayed, times=6)
    assert list(desk.requests) == [one.note for one in received] == [f"b{n}" for n in range(6)]
    assert made.sent == 6


async def test_p2_a_late_answer_is_waited_for_and_a_standing_down_says_nothing_more(
    tmp_path: Path,
) -> None:
    desk, rig = PoliceDesk(Faults(late=0.2), conduct=Conduct(mute=True)), PoliceRig(tmp_path)
    async with line(desk, tmp_path) as made:
        await made.channel.send(ToDevice("b1", rig.note("b1")))
        await made.channel.send(ToDevice("b1", rig.note("b1", 2, withdrawn=True)))
    assert desk.requests["b1"] == {
        "contract": "forewarn.back-up/1", "type": "back_up.stood_down", "id": "b1", "revision": 2,
    }  # fmt: skip


async def test_p2_what_the_played_desk_says_is_read_with_nothing_unknown(tmp_path: Path) -> None:
    intake = FakeIntake()
    source = PoliceAnswers(PoliceAnswersSettings(listen=ANY), fake_world(tmp_path))
    running = asyncio.create_task(source.run(intake))
    await source.listening.wait()
    desk = PoliceDesk()
    link = HttpLink(f"http://{source.address}/back-up/v1/messages", CAD_TOKEN)
    carrying = asyncio.create_task(desk.run(link))
    said = {"id": "b1", "revision": 3, "asked_of": "police control room"}
    desk.answer(said, "refused", reason="no units")
    desk.answer(said, "arrived")
    await until(lambda: len(intake.of(BackUpAnswered)) == 2)
    refused, arrived = intake.of(BackUpAnswered)
    assert (refused.says, refused.of, refused.reason) == (Answer.REFUSED, 3, "no units")
    assert (arrived.crn, arrived.oic, arrived.source) == ("42/b1/26", "PS 12", "police")
    for task in (running, carrying):
        task.cancel()
    await asyncio.gather(running, carrying, return_exceptions=True)


async def test_p2_who_logged_it_is_never_the_desks_to_say() -> None:
    """A desk cannot put words into a person's mouth."""
    read = BACK_UP.read(police.message(logged_by="Dee", source="console"), "police")
    assert not isinstance(read, Problem)
    assert isinstance(read.event, BackUpAnswered)
    assert (read.event.logged_by, read.event.source) == (None, "police")


async def test_p2_an_answer_by_voice_takes_it_from_the_way_to_a_desk_that_is_down(
    tmp_path: Path,
) -> None:
    """Who has answered is not asked once more when the line is back."""
    desk = PoliceDesk(conduct=Conduct(mute=True))
    async with serving(desk, "127.0.0.1", 0) as port:
        url = f"http://127.0.0.1:{port}{PATH}"
        made = SPEC.make(PoliceDeskSettings(url=url, look_every="100ms"), real_world(tmp_path))
        running = await start(
            rules=Rules(ways={DESK: SPEC.way}, back_up=BackUpRules(police=STEPS)), channels=(made,)
        )
        await _asked_and_answered(running, desk)
        await running.stop()


async def _asked_and_answered(running: Running, desk: PoliceDesk) -> None:
    submit, state = running.service.core.submit, running.state
    waiting = running.service.couriers._depth
    await submit(Cad().opened(HIGH_STREET))
    (incident,) = state.incidents
    desk.faults = Faults(busy=1.0)
    await submit(police.requested(incident))
    await until(lambda: waiting() == 1)
    (request,) = state.back_ups
    desk.faults = Faults()
    await submit(police.answered(request, Answer.ACCEPTED, source="console", logged_by="Dee"))
    await until(lambda: waiting() == 0)
    assert state.back_ups[request].phase is BackUpPhase.ACCEPTED
    assert desk.requests == {}


def test_p2_a_step_that_asks_nobody_is_not_made_up() -> None:
    """Without any step there is a person."""
    (step,) = BackUpRules(police=()).steps(police.Wanted.POLICE)
    assert step == BackUpStep(of="EOC supervisor", channel="console", wait=step.wait)
