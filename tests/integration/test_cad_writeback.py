"""The note in the incident of the CAD, over real sockets to a CAD that goes wrong (N2, N7, O4)."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import ValidationError
from structlog.testing import capture_logs

from adapters.channels.cad_writeback import SPEC, CadWritebackSettings
from middleware.domain.rules import Rules
from middleware.ops.metrics import Metrics
from middleware.ports import ChannelDown, ToDevice
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.told import CadNote
from simulators.cad_receiver import PATH, Receiver
from simulators.receiving import Faults, serving
from tests.brokers import real_world, until
from tests.cad import CANARY
from tests.cad_rig import CadRig
from tests.channels import Line
from tests.flowing import Running, start
from tests.said import HIGH_STREET, MILL_LANE, Cad, Team, marker

INCIDENT = "i4711"


def note(folder: Path, name: str = "w1", revision: int = 1, **more: Any) -> CadNote:
    body = CadRig(folder).note(name, revision, **more)
    assert isinstance(body, CadNote)
    return body


@asynccontextmanager
async def line(receiver: Receiver, folder: Path, **settings: Any) -> AsyncIterator[Line]:
    """The channel, connected to this CAD."""
    async with (
        serving(receiver, "127.0.0.1", 0) as port,
        channel(folder, url=f"http://127.0.0.1:{port}{PATH}", **settings) as made,
    ):
        yield made


@asynccontextmanager
async def channel(folder: Path, **settings: Any) -> AsyncIterator[Line]:
    """The channel as the service makes it."""
    world = real_world(folder / "service")
    assert isinstance(world.meters, Metrics)
    row = SPEC.make(CadWritebackSettings(**{"look_every": "100ms"} | settings), world)
    made = Line(row, world.meters)
    task = asyncio.create_task(made.channel.run(made.intake, made.back.release))
    try:
        yield made
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def insist(made: Line, body: CadNote) -> int:
    """As a courier does, only quicker; how often it had to."""
    for times in range(1, 500):
        try:
            await made.channel.send(ToDevice(INCIDENT, body))
        except ChannelDown:
            await asyncio.sleep(0.02)
        else:
            return times
    raise AssertionError("it never got through")


# --- faults ----------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["lost", "doubled", "busy", "silent", "dies"])
async def test_n2_whatever_goes_wrong_the_note_stands_there_once(
    fault: str, tmp_path: Path
) -> None:
    receiver = Receiver(Faults(**{fault: 0.5}))
    async with line(receiver, tmp_path, answer_within="500ms") as made:
        await made.connected()
        for n in range(6):
            await insist(made, note(tmp_path, f"w{n}"))
        shown = await made.hears(NoteDisplayed, times=6)
    assert [one["id"] for one in receiver.notes("2026-11-22", "000042")] == [
        f"w{n}" for n in range(6)
    ]
    assert {(one.device, one.channel) for one in shown} == {(INCIDENT, "cad_writeback")}


async def test_n2_a_late_answer_is_waited_for(tmp_path: Path) -> None:
    async with line(Receiver(Faults(late=0.3)), tmp_path) as made:
        await made.connected()
        assert await insist(made, note(tmp_path)) == 1


async def test_n7_a_withdrawal_takes_it_out_and_an_older_revision_brings_it_not_back(
    tmp_path: Path,
) -> None:
    receiver = Receiver()
    async with line(receiver, tmp_path) as made:
        await made.connected()
        await insist(made, note(tmp_path))
        await insist(made, note(tmp_path, revision=2, withdrawn=True, reason="address_changed"))
        await insist(made, note(tmp_path))
    assert receiver.notes("2026-11-22", "000042") == []
    assert receiver.answered == {"taken": 2, "superseded": 1}


async def test_n8_a_withdrawal_says_nothing_of_what_was_withdrawn(tmp_path: Path) -> None:
    receiver = Receiver()
    async with line(receiver, tmp_path) as made:
        await made.connected()
        await insist(made, note(tmp_path, withdrawn=True, reason="closed", headline=CANARY))
    assert CANARY not in str(receiver.incidents)


async def test_n2_what_the_cad_will_never_take_is_on_record_with_its_code(tmp_path: Path) -> None:
    async with line(Receiver(), tmp_path) as made:
        await made.connected()
        await insist(made, note(tmp_path))
        for _ in range(2):
            with pytest.raises(ChannelDown):
                await made.channel.send(ToDevice(INCIDENT, note(tmp_path, headline="other")))
        (refused,) = await made.hears(DeliveryReported)
    assert (refused.state, refused.code) == (Delivery.REFUSED, "409")


async def test_e2_without_the_token_nothing_is_sent_and_it_is_said(tmp_path: Path) -> None:
    with capture_logs() as said:
        async with line(Receiver(token="another"), tmp_path) as made:
            await until(lambda: _reasons(said) == {"not_let_in"})
            with pytest.raises(ChannelDown):
                await made.channel.send(ToDevice(INCIDENT, note(tmp_path)))


def _reasons(said: Sequence[Any]) -> set[str]:
    return {str(one["reason"]) for one in said if one["event"] == "nobody_to_post_to"}


async def test_e2_over_tls_a_trusted_cad_is_written_to(tmp_path: Path) -> None:
    authority, receiver = trustme.CA(), Receiver()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    async with serving(receiver, "127.0.0.1", 0, certified(authority)) as port:
        url = f"https://127.0.0.1:{port}{PATH}"
        async with channel(tmp_path, url=url, ca_file=tmp_path / "ca.pem") as made:
            await made.connected()
            await insist(made, note(tmp_path))
    assert len(receiver.notes("2026-11-22", "000042")) == 1


async def test_e2_over_tls_nobody_else_is_written_to(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    with capture_logs() as said:
        async with serving(Receiver(), "127.0.0.1", 0, certified(trustme.CA())) as port:
            url = f"https://127.0.0.1:{port}{PATH}"
            async with channel(tmp_path, url=url, ca_file=tmp_path / "ca.pem") as made:
                await until(lambda: _reasons(said) == {"untrusted"})
                with pytest.raises(ChannelDown):
                    await made.channel.send(ToDevice(INCIDENT, note(tmp_path)))


def certified(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://cad.example/notes", "in clear"),
        ("ftp://127.0.0.1/notes", "is no address"),
        ("https://me:secret@cad.example/notes", "is no address"),
    ],
)
def test_e2_an_address_that_would_betray_something_is_refused(url: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        CadWritebackSettings(url=url)


# --- with the engine -------------------------------------------------------------------


async def happening(running: Running, event: Any, true: Callable[[], bool]) -> None:
    await running.service.core.submit(event)
    await until(true)


async def test_n2_n7_what_is_known_stands_in_the_incident_as_long_as_it_is_true(
    tmp_path: Path,
) -> None:
    """Whoever is sent: here nobody is. The crew's own duty is another thing."""
    async with serving(receiver := Receiver(), "127.0.0.1", 0) as port:
        settings = CadWritebackSettings(url=f"http://127.0.0.1:{port}{PATH}")
        made = SPEC.make(settings, real_world(tmp_path))
        running = await start(rules=Rules(ways={SPEC.name: SPEC.way}), channels=(made,))
        await _through_an_incident(running, receiver)
        await running.stop()


async def _through_an_incident(running: Running, receiver: Receiver) -> None:
    def stands() -> list[str]:
        return [str(one["what"]) for one in receiver.notes("2026-11-22", "1")]

    cad, team = Cad(), Team()
    await running.service.core.submit(team.put(marker("M1", HIGH_STREET, what="chair thrown")))
    await until(lambda: bool(running.index.position))
    await happening(running, cad.opened(HIGH_STREET), lambda: stands() == ["chair thrown"])
    put = team.put(marker("M1", HIGH_STREET, what="knife seen"))
    await happening(running, put, lambda: stands() == ["knife seen"])
    await happening(running, cad.address_changed(MILL_LANE), lambda: stands() == [])
    (writing,) = running.state.writings.values()
    await until(lambda: writing.shown == {SPEC.name: 3})
    assert not running.state.notes
