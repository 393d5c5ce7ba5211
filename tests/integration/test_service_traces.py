"""Traces of a real service at a real OTLP receiver (O1), and that nobody stands in them (E1)."""

from pathlib import Path

from middleware.ops.access import Role
from simulators.cad_messages import resource
from tests.brokers import until
from tests.integration.test_service_canary import (
    DEVICE,
    GARBAGE,
    IN_CAD,
    MARKERS,
    NATURE,
    PERSON,
    PLACE,
    found_in,
)
from tests.otlp import Collector, about, collecting
from tests.service import ControlRoom
from tests.service_process import choose_ports
from tests.service_screen import screen

STEPS = {
    "take in", "wait in the lane", "check, decide, make durable", "send", "until displayed",
    "rung", "until acknowledged",
}  # fmt: skip


async def test_o1_one_trace_goes_from_the_cads_wire_to_the_crews_acknowledgement_and_names_nobody(
    tmp_path: Path,
) -> None:
    async with collecting() as collector:
        room = ControlRoom(tmp_path, choose_ports())
        room.configure(f'[traces]\nendpoint = "{collector.address}"\n')
        room.prepare()
        async with room.serving():
            await room.import_markers(MARKERS, 1)
            await _everybody_speaks(room)
            await until(lambda: {span.name for span in collector.spans} >= STEPS)
    _is_one_trace(collector)
    assert {found for body in collector.bodies for found in found_in(body)} == set()
    assert DEVICE.encode() not in b"".join(collector.bodies), "no call sign either"
    assert collector.resources[0]["service.name"] == "forewarn"
    assert collector.resources[0]["forewarn.room"] == "eoc1"


async def _everybody_speaks(room: ControlRoom) -> None:
    """With names, numbers and places wherever something can be said."""
    async with room.device(DEVICE) as _, room.cad() as cad, screen(room, Role.SUPERVISOR):
        place = PLACE | {"person": PERSON, "phone": IN_CAD}
        cad.open_incident("000001", place, nature=NATURE, resources=[resource(DEVICE)])
        await room.until_figure(1, "forewarn_answered_total", channel="mdt")
        async with room.program(Role.MARKING_TEAM) as anybody:
            await anybody.post(f"{room.cad_url}", data=GARBAGE["http"])


def _is_one_trace(collector: Collector) -> None:
    spans = collector.trace_of("until acknowledged")
    assert {span.name for span in spans} == STEPS
    (root,) = [span for span in spans if not span.parent_span_id]
    assert root.name == "take in"
    told = about(root)
    assert told["forewarn.source"] == "cad"
    assert told["forewarn.kind"] == "incident.opened"
    assert told["forewarn.outcome"] == "found"
    ids = {span.span_id for span in spans}
    assert all(span.parent_span_id in ids for span in spans if span is not root)
    for span in spans:
        assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
    (answered,) = [span for span in spans if span.name == "until acknowledged"]
    assert about(answered) == {"forewarn.channel": "mdt"}
    (kinds,) = [{about(span).get("forewarn.kind") for span in spans if span.name == "take in"}]
    assert kinds == {"incident.opened", "note.displayed", "note.acknowledged"}
