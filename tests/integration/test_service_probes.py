"""The real service probes its MDTs by itself, at its own broker, and nobody notices (O1, N8)."""

import asyncio
from pathlib import Path

from middleware.ops.access import Role
from schemas.delivery import DeviceEvent
from simulators.cad_messages import resource
from tests.service import ControlRoom, control_room
from tests.service_process import LOOK_S
from tests.service_screen import screen

PLACE = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
QUICKLY = """
[probes]
every = "1s"
overdue = "110s"
"""


async def test_o1_probes_of_the_embedded_broker_come_back_and_leave_no_other_trace(
    tmp_path: Path,
) -> None:
    async with control_room(tmp_path) as room:
        await room.stop()
        room.config.write_text(room.config.read_text() + QUICKLY)
        room.start()
        await room.ready()
        async with screen(room, Role.SUPERVISOR) as desk, room.cad() as cad:
            await until_returned(room, 3)
            cad.open_incident("000001", PLACE, resources=[resource("A101")])
            await desk.shows("incidents", number="000001")
            await until_returned(room, 3)
        figures = await room.figures()
        for name in ("forewarn_sent_total", "forewarn_send_failures_total"):
            assert figures.total(name, channel="mdt") == 0
        assert figures.total("forewarn_adapter_received_total", adapter="mdt") == 0
        assert figures.total("forewarn_notes") == 0
        assert figures.total("forewarn_probe_overdue") == 0
    events = [entry.event for entry in await room.journal()]
    assert not [event for event in events if isinstance(event, DeviceEvent)]
    assert "probe" not in " ".join(type(event).__name__ for event in events).lower()


async def until_returned(room: ControlRoom, more: int) -> None:
    """Wait for so many probes that come back from now on."""
    name = "forewarn_probe_returned_total"
    begun = (await room.figures()).total(name, channel="mdt")
    async with room.patience(f"{more} probes to come back"):
        while (await room.figures()).total(name, channel="mdt") < begun + more:
            room.demand_alive()
            await asyncio.sleep(LOOK_S)
