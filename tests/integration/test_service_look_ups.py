"""A look-up of a caller that is open when the service is killed: asked again, or on record as
without an answer, never silently nothing (C2, C4, O4)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from middleware.ops.access import Role
from schemas.caller import CallerLookedUp, LookedUp
from simulators.asterisk_ari import AriExchange
from simulators.directory import DirectorySimulator
from tests.service import AMI_SECRET, ControlRoom
from tests.service_process import choose_ports
from tests.service_screen import screen

FIRST, SECOND, DONE = "01632960014", "01632960015", "01632960016"
PLACES = {number: {"address": "14 Marram Street, Saltby"} for number in (FIRST, DONE)}
SOURCES = """\
[source.asterisk_ari]
connect = "127.0.0.1:{ari}"
password_file = "ami.secret"
retry_first = "50ms"
retry_most = "200ms"
[source.caller_directory]
url = "{directory}"
answer_within = "30s"
"""


@pytest.fixture
async def directory() -> AsyncIterator[DirectorySimulator]:
    async with DirectorySimulator(PLACES) as running:
        yield running


async def looked_up(room: ControlRoom) -> list[tuple[str, LookedUp]]:
    events = [entry.event for entry in await room.journal()]
    return [(one.number, one.result) for one in events if isinstance(one, CallerLookedUp)]


@pytest.mark.timeout(300)
async def test_c4_o4_what_was_open_at_a_kill_is_asked_again_once(
    tmp_path: Path, directory: DirectorySimulator
) -> None:
    room, ports = ControlRoom(tmp_path, choose_ports()), choose_ports()
    room.configure(SOURCES.format(ari=ports["ami"], directory=directory.url))
    room.prepare()
    async with room.serving(), AriExchange(AMI_SECRET, port=ports["ami"]) as exchange:
        await exchange.signed_in()
        async with screen(room, Role.CALL_HANDLER) as handler:
            exchange.ring(DONE)
            await handler.shows("calls", number=DONE, outcome="none_found")
            directory.fault = "silent"
            exchange.ring(FIRST)
            exchange.ring(SECOND)
            await room.until(lambda: {FIRST, SECOND} <= set(directory.asked), "both to be asked")
        room.kill()
        directory.fault = ""
        room.start()
        await room.ready()
        async with screen(room, Role.CALL_HANDLER) as handler:
            belongs = "the number belongs to 14 Marram Street, Saltby"
            await handler.shows("calls", number=FIRST, where=belongs)
            await handler.shows("calls", number=DONE, where=belongs)
            await room.until(lambda: directory.asked.count(SECOND) == 2, "the second to be asked")
        assert [directory.asked.count(n) for n in (DONE, FIRST, SECOND)] == [1, 2, 2]
    told = await looked_up(room)
    assert sorted(told) == [
        (FIRST, LookedUp.FOUND), (SECOND, LookedUp.NONE), (DONE, LookedUp.FOUND),
    ]  # fmt: skip
