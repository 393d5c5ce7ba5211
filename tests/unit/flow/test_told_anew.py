"""Another service, which keeps nothing between two connections, is told again what is in force (N2,
N7, D1, O4)."""

from middleware.ports import By, ToDevice, Way
from schemas.delivery import NoteDisplayed
from schemas.service import SourceConnected
from schemas.told import CadNote, UnitEmergency
from tests.alarms import MAN_DOWN, ended, pressed
from tests.flowing import Radio, Running, start
from tests.room import LADDER, RULES
from tests.said import HIGH_STREET, MILL_LANE, START, Cad, Team, marker
from tests.virtual import VirtualClock, virtual

PEER = "neighbour"


def rules(*, anew: bool) -> object:
    ways = {"mdt": Way(), PEER: Way(by=By.PEER, anew=anew)}
    return RULES.model_copy(update={"ladder": LADDER, "ways": ways, "man_down": MAN_DOWN})


async def told_once(*, anew: bool) -> tuple[Running, Radio, Cad]:
    """A caution and a man-down, both received."""
    peer = Radio(VirtualClock())
    peer.name = PEER
    running = await start(rules=rules(anew=anew), channels=(peer,))  # type: ignore[arg-type]
    core, cad = running.service.core, Cad()
    await running.wait(5)
    await core.submit(Team().put(marker()))
    await running.wait(5)
    await core.submit(cad.opened(HIGH_STREET))
    await core.submit(pressed())
    await running.wait(1)
    for _, message in tuple(peer.sent):
        await core.submit(receipt(message))
    assert sorted(kinds(peer)) == ["CadNote", "UnitEmergency"]
    peer.sent.clear()
    return running, peer, cad


def receipt(message: ToDevice) -> NoteDisplayed:
    body = message.body
    assert isinstance(body, CadNote | UnitEmergency)
    return NoteDisplayed(
        source=PEER, id=f"{body.note}/{body.revision}", occurred_at=START, device=message.device,
        channel=PEER, note=body.note, note_revision=body.revision,
    )  # fmt: skip


def kinds(peer: Radio) -> list[str]:
    return [type(message.body).__name__ for _, message in peer.sent]


async def connects_again(running: Running) -> None:
    again = SourceConnected(source=PEER, id=PEER, revision=2, occurred_at=START)
    await running.service.core.submit(again)
    await running.wait(1)


@virtual
async def test_n2_d1_what_is_in_force_is_told_again_at_each_connection() -> None:
    running, peer, _ = await told_once(anew=True)
    await connects_again(running)
    assert sorted(kinds(peer)) == ["CadNote", "UnitEmergency"]


@virtual
async def test_n7_what_was_withdrawn_is_not() -> None:
    running, peer, cad = await told_once(anew=True)
    await running.service.core.submit(cad.address_changed(MILL_LANE))
    await running.wait(1)
    ((_, withdrawal),) = peer.sent
    assert isinstance(withdrawal.body, CadNote)
    assert withdrawal.body.withdrawn
    await running.service.core.submit(receipt(withdrawal))
    peer.sent.clear()
    await connects_again(running)
    assert kinds(peer) == ["UnitEmergency"]


@virtual
async def test_d2_what_is_over_is_not() -> None:
    running, peer, cad = await told_once(anew=True)
    (alarm,) = running.state.alarms
    await running.service.core.submit(cad.closed())
    await running.service.core.submit(ended(alarm))
    await running.wait(1)
    ((_, end),) = peer.sent
    assert isinstance(end.body, UnitEmergency)
    assert end.body.stopped_at
    await running.service.core.submit(receipt(end))
    peer.sent.clear()
    await connects_again(running)
    assert peer.sent == []


@virtual
async def test_o4_who_keeps_what_was_told_is_told_nothing_twice() -> None:
    running, peer, _ = await told_once(anew=False)
    await connects_again(running)
    assert peer.sent == []
