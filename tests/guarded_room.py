"""A control room with a door for gateways of man-down (D1)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.channels.broker import free_port
from simulators.cad_links import BEAT_S, HttpLink
from simulators.man_down import GatewaySimulator
from tests.service import ControlRoom
from tests.service_process import choose_ports

PATH = "/man-down/v1/messages"
RADIO = "1234567"
HERE = {"latitude": 51.3, "longitude": -0.5, "error_m": 20.0, "age_s": 5.0}
SECTION = """
[source.man_down_http]
listen = "127.0.0.1:{port}"
[man_down]
window = "2m"
[[man_down.step]]
to = "supervisors"
wait = "2s"
[[man_down.step]]
to = "dispatchers"
wait = "2s"
[[man_down.step]]
to = "everybody"
wait = "2s"
[[man_down.radio]]
number = "{radio}"
callsign = "A101"
listening = true
"""


class GuardedRoom(ControlRoom):
    """A control room with a door for a gateway."""

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['man_down']}{PATH}"

    def gateway(self, beat_s: float = BEAT_S, **options: Any) -> GatewaySimulator:
        link = HttpLink(self.gateway_url, self.cad_token, beat_s=beat_s)
        return GatewaySimulator(link, **options)

    @asynccontextmanager
    async def carrying(self, **options: Any) -> AsyncIterator[GatewaySimulator]:
        gateway = self.gateway(**options)
        task = asyncio.create_task(gateway.run())
        try:
            yield gateway
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def restart(self) -> None:
        self.start()
        await self.ready()


@asynccontextmanager
async def guarded_room(folder: Path) -> AsyncIterator[GuardedRoom]:
    """One whose service is ready; it is stopped at the end unless that was done before."""
    room = GuardedRoom(folder, choose_ports() | {"man_down": free_port("127.0.0.1")})
    room.configure(SECTION.format(port=room.ports["man_down"], radio=RADIO))
    room.prepare()
    async with room.serving():
        yield room
