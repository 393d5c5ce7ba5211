"""Where a caller is, on the real service: Asterisk over ARI, a directory, and a telephone's own
position, to the handler's screen (C2, C3, C4, N1)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from middleware.ops.access import Role
from simulators.asterisk_ari import AriExchange
from simulators.directory import DirectorySimulator
from tests import aml
from tests.service import AMI_SECRET, ControlRoom
from tests.service_process import choose_ports
from tests.service_screen import Screen, screen

MARKED, ELSEWHERE = "01632960014", "01632960099"
PLACES = {
    MARKED: {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"},
    ELSEWHERE: {"address": "9 Ropewalk Terrace, Saltby", "postcode": "CT97 3TW"},
}
MARKERS = """\
id,address,postcode,scope,category,severity,what,happened_on,review_on,source,latitude,longitude
EOC-1,"14 Marram Street, Saltby",CT97 1AB,house,physical_assault,high,Threw a chair at the crew,\
2025-11-02,2099-01-01,EOC,51.325099,-0.1278
"""
SOURCES = """\
[source.asterisk_ari]
connect = "127.0.0.1:{ari}"
password_file = "ami.secret"
retry_first = "50ms"
retry_most = "200ms"
[source.caller_directory]
url = "{directory}"
answer_within = "30s"
[source.aml_http]
listen = "127.0.0.1:{aml}"
"""


class Callers:
    """A control room with an exchange over ARI, a directory and an AML gateway."""

    def __init__(self, room: ControlRoom, ari: int, aml_port: int) -> None:
        self.room, self.ari = room, ari
        self._url = f"http://127.0.0.1:{aml_port}/aml/v1/messages"

    async def located(self, number: str, **change: str) -> int:
        """The telephone says where it is; the status of the answer."""
        headers = {"Authorization": f"Bearer {self.room.cad_token}"}
        async with (
            ClientSession(headers=headers) as http,
            http.post(self._url, data=aml.sms(number, top=None, **change)) as answer,
        ):
            return answer.status


@pytest.fixture
async def directory() -> AsyncIterator[DirectorySimulator]:
    async with DirectorySimulator(PLACES) as running:
        yield running


@pytest.fixture
async def callers(tmp_path: Path, directory: DirectorySimulator) -> AsyncIterator[Callers]:
    room, more = ControlRoom(tmp_path, choose_ports()), choose_ports()
    sources = SOURCES.format(ari=more["ami"], aml=more["cad_http"], directory=directory.url)
    room.configure(sources)
    room.prepare()
    async with room.serving():
        assert "1 markers active" in (await room.import_markers(MARKERS, 1)).err
        yield Callers(room, more["ami"], more["cad_http"])


async def test_c2_c3_c4_n1_what_a_directory_and_a_telephone_say_reaches_the_handler(
    callers: Callers, directory: DirectorySimulator
) -> None:
    async with (
        screen(callers.room, Role.CALL_HANDLER) as handler,
        AriExchange(AMI_SECRET, port=callers.ari) as exchange,
    ):
        await exchange.signed_in()
        await the_address_of_the_number_raises_the_flag(exchange, handler)
        await a_look_up_that_failed_is_said(exchange, handler, directory)
        await a_telephones_position_is_advice(callers, exchange, handler)
        assert await callers.located("+447700900123", lt="-0.127800", lg="+51.325099") == 400
        for call in exchange.calls.values():
            call.hang_up()
        await handler.shows("calls", number=MARKED, stage="abandoned")


async def the_address_of_the_number_raises_the_flag(exchange: AriExchange, handler: Screen) -> None:
    exchange.ring(MARKED)
    row = await handler.shows("calls", number=MARKED, outcome="found")
    assert row["where"] == "the number belongs to 14 Marram Street, Saltby, CT97 1AB"
    exchange.ring(ELSEWHERE)
    belongs = "the number belongs to 9 Ropewalk Terrace, Saltby, CT97 3TW"
    await handler.shows("calls", number=ELSEWHERE, outcome="none_found", where=belongs)


async def a_look_up_that_failed_is_said(
    exchange: AriExchange, handler: Screen, directory: DirectorySimulator
) -> None:
    directory.fault = "faulty"
    exchange.ring("01632960077")
    failed = "place of the number not checked: the look-up failed"
    await handler.shows("calls", number="01632960077", where=failed)
    directory.fault = ""


async def a_telephones_position_is_advice(
    callers: Callers, exchange: AriExchange, handler: Screen
) -> None:
    """Also when it comes late; and never the flag."""
    exchange.ring("07700900123")
    await handler.shows("calls", number="07700900123", outcome="none_found")
    assert await callers.located("+447700900123") == 202
    row = await handler.shows("calls", number="07700900123", outcome="possible")
    assert row["where"].endswith("telephone within 20 m of 51.32510, -0.12780 (satellite)")
    assert [match["sure"] for match in row["matches"]] == [False]
