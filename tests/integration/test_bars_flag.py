"""A flag for a hand-on, over real sockets to a service that goes wrong (N2, N7, C4, O4, E2)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.channels.bars_flag import SPEC, BarsFlagSettings
from middleware.domain.rules import Rules
from middleware.ops.metrics import Metrics
from middleware.ports import ChannelDown, ToDevice
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.hand_on import HandOnCase, HandOnEnded, IncidentHandedOn, SafetyFlag, SceneFlags
from simulators.bars_receiver import PATH, BarsReceiver
from simulators.receiving import Faults, serving
from tests.bars_rig import flags
from tests.brokers import real_world, until
from tests.channels import Line
from tests.flowing import Running, start
from tests.said import HIGH_STREET, MILL_LANE, Cad, Team, marker

WHERE = "Neighbour"


@asynccontextmanager
async def line(receiver: BarsReceiver, folder: Path, **settings: Any) -> AsyncIterator[Line]:
    """The channel as the service makes it, connected to this service."""
    async with serving(receiver, "127.0.0.1", 0) as port:
        url = f"http://127.0.0.1:{port}{PATH}"
        world = real_world(folder / "service")
        assert isinstance(world.meters, Metrics)
        asked = BarsFlagSettings(**{"url": url, "look_every": "100ms"} | settings)
        made = Line(SPEC.make(asked, world), world.meters)
        task = asyncio.create_task(made.channel.run(made.intake, made.back.release))
        try:
            await made.connected()
            yield made
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def insist(made: Line, body: SceneFlags) -> None:
    """As a courier does, only quicker."""
    for _ in range(500):
        with contextlib.suppress(ChannelDown):
            await made.channel.send(ToDevice(WHERE, body))
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never got through")


@pytest.mark.parametrize("fault", ["lost", "doubled", "busy", "silent", "dies"])
async def test_n2_whatever_goes_wrong_the_flag_stands_there_once(
    fault: str, tmp_path: Path
) -> None:
    receiver = BarsReceiver(Faults(**{fault: 0.5}))
    async with line(receiver, tmp_path, answer_within="500ms") as made:
        bodies = [flags(f"h{n}", headline=f"risk {n}") for n in range(6)]
        for body in bodies:
            await insist(made, body)
        shown = await made.hears(NoteDisplayed, times=6)
    assert receiver.active() == [f"risk {n}" for n in range(6)]
    assert {(one.device, one.channel) for one in shown} == {(WHERE, "bars_flag")}
    assert "conflict" not in receiver.answered


async def test_n7_a_withdrawal_takes_it_out_and_an_older_revision_brings_it_not_back(
    tmp_path: Path,
) -> None:
    receiver = BarsReceiver()
    gone = (SafetyFlag(name="M1", active=False, text="No longer known."),)
    async with line(receiver, tmp_path) as made:
        first = flags()
        await insist(made, first)
        await insist(made, flags(revision=2, withdrawn=True, flags=gone))
        await insist(made, first)
    assert receiver.active() == []
    assert receiver.answered == {"taken": 2, "superseded": 1}


async def test_o4_what_they_will_never_take_is_on_record_with_its_code(tmp_path: Path) -> None:
    async with line(BarsReceiver(), tmp_path) as made:
        await insist(made, flags())
        with pytest.raises(ChannelDown):
            await made.channel.send(ToDevice(WHERE, flags(headline="other words")))
        (refused,) = await made.hears(DeliveryReported)
    assert (refused.state, refused.code) == (Delivery.REFUSED, "409")


async def test_e2_what_is_for_another_service_is_not_taken(tmp_path: Path) -> None:
    receiver = BarsReceiver(service="99")
    async with line(receiver, tmp_path) as made:
        with pytest.raises(ChannelDown):
            await made.channel.send(ToDevice(WHERE, flags()))
    assert receiver.hand_ons == {}


# --- with the engine -------------------------------------------------------------------


async def test_n2_n7_what_is_known_of_the_scene_stands_there_as_long_as_it_is_true(
    tmp_path: Path,
) -> None:
    receiver = BarsReceiver()
    async with serving(receiver, "127.0.0.1", 0) as port:
        settings = BarsFlagSettings(url=f"http://127.0.0.1:{port}{PATH}")
        made = SPEC.make(settings, real_world(tmp_path))
        rules = Rules(ways={SPEC.name: SPEC.way}, services={WHERE: "1122334455"})
        running = await start(rules=rules, channels=(made,))
        await _through_a_hand_on(running, receiver)
        await running.stop()


async def _through_a_hand_on(running: Running, receiver: BarsReceiver) -> None:
    def stands(*words: str) -> Callable[[], bool]:
        return lambda: (
            len(receiver.active()) == len(words)
            and all(one in text for one, text in zip(words, receiver.active(), strict=True))
        )

    async def happening(event: Any, true: Callable[[], bool]) -> None:
        await running.service.core.submit(event)
        await until(true)

    cad, team = Cad(), Team()
    await running.service.core.submit(team.put(marker("M1", HIGH_STREET, what="chair thrown")))
    await until(lambda: bool(running.index.position))
    await running.service.core.submit(cad.opened(HIGH_STREET))
    (known,) = running.state.incidents.values()
    assert receiver.hand_ons == {}, "nothing goes before a person hands it on"
    about: dict[str, Any] = {"source": "console", "occurred_at": running.state.at, "by": "Dee",
                             "role": "dispatcher"}  # fmt: skip
    handed = IncidentHandedOn(
        id="1", subject=known.id, service=WHERE, case=HandOnCase.MUTUAL_AID, **about
    )
    await happening(handed, stands("chair thrown"))
    put = team.put(marker("M1", HIGH_STREET, what="knife seen"))
    await happening(put, stands("knife seen"))
    await happening(cad.address_changed(MILL_LANE), stands())
    await happening(cad.address_changed(HIGH_STREET), stands("knife seen"))
    (one,) = running.state.hand_ons.values()
    ended = HandOnEnded(id="2", hand_on=one.id, reason="our crew was nearer", **about)
    await happening(ended, stands())
    await until(lambda: one.shown == {SPEC.name: one.revision})
    (scene,) = (said["scene"] for said in receiver.hand_ons.values())
    assert (scene["status"], scene["number"], scene["case"]) == ("revoked", "1", "mutual-aid")
