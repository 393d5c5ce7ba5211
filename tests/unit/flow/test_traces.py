"""What becomes a span (O1): of the flow on virtual time, with the spans kept in a list; off by
default, and then OpenTelemetry is not even imported."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.table import ADAPTERS
from middleware.building import build
from middleware.config import Config, load
from middleware.flow import traces as flow_traces
from middleware.flow.traces import TracedChannel, TracedIntake, Traces
from middleware.ops.errors import Trouble
from middleware.ops.otlp import QUEUE, OtlpSpans
from schemas.incident import ResourceStoodDown
from tests import said
from tests.flowing import Radio, Running, start
from tests.otlp import collecting
from tests.said import HIGH_STREET, START, Cad, Team, marker, resource
from tests.virtual import VirtualClock, virtual


@dataclass
class Kept:
    """A span; `within` the one that it belongs to."""

    name: str
    within: "Kept | None"
    begun: datetime
    ended: datetime
    about: Mapping[str, Any]

    def root(self) -> "Kept":
        return self.within.root() if self.within else self


@dataclass
class KeptSpans:
    """Spans in a list."""

    all: list[Kept] = field(default_factory=list)

    def add(
        self, name: str, within: Any, begun: datetime, ended: datetime, about: Mapping[str, Any]
    ) -> Kept:
        self.all.append(Kept(name, within, begun, ended, about))
        return self.all[-1]

    async def close(self) -> None:
        """Nothing goes anywhere."""

    def named(self, name: str) -> list[Kept]:
        return [span for span in self.all if span.name == name]


@dataclass
class Followed:
    """A service whose channel and intake are traced."""

    running: Running
    spans: KeptSpans
    traces: Traces
    intake: TracedIntake
    radio: Radio


async def followed() -> Followed:
    clock, spans = VirtualClock(), KeptSpans()
    traces, radio = Traces(spans, clock), Radio(clock)
    running = await start(channels=(TracedChannel(radio, traces),))
    running.service.core.listeners.append(traces.on_committed)
    return Followed(running, spans, traces, TracedIntake(running.service.core, traces), radio)


async def told(*, channel_is_up: bool = True) -> tuple[Followed, Cad]:
    """A crew (A1) is being told about the marker at 14 High Street."""
    one, cad = await followed(), Cad()
    one.radio.up = channel_is_up
    await one.intake.submit(Team().put(marker("M1", HIGH_STREET)))
    await one.running.wait(1)
    await one.intake.submit(cad.opened(HIGH_STREET, (resource("A1"),)))
    await one.running.wait(0.01)
    return one, cad


@virtual
async def test_o1_from_the_wire_to_the_answer_is_one_trace() -> None:
    one, _ = await told()
    (note,) = one.running.state.notes.values()
    await one.intake.submit(said.displayed("A1", note.id, note.revision))
    await one.intake.submit(said.acknowledged("A1", note.id, note.revision))

    (answered,) = one.spans.named("until acknowledged")
    root = answered.root()
    assert root.about["forewarn.kind"] == "incident.opened"
    within = {span.name for span in one.spans.all if span.root() is root}
    assert within == {
        "take in", "wait in the lane", "check, decide, make durable", "send", "until displayed",
        "rung", "until acknowledged",
    }  # fmt: skip


@virtual
async def test_o1_a_channel_that_is_down_is_a_send_that_was_not_accepted() -> None:
    one, _ = await told(channel_is_up=False)
    sends = one.spans.named("send")
    assert sends
    assert {span.about["forewarn.accepted"] for span in sends} == {False}


@virtual
async def test_n5_each_rung_is_a_span_and_a_person_ends_the_trace() -> None:
    one, _ = await told()
    await one.running.wait(3600)
    (note,) = one.running.state.notes.values()
    await one.running.service.core.submit(said.taken(f"t-{note.id}"))
    channels = [span.about["forewarn.channel"] for span in one.spans.named("rung")]
    assert channels[0] == "mdt"
    assert channels[-1] == "console"
    assert len(one.spans.named("until in the hands of a person")) == 1


@virtual
async def test_n7_a_note_that_is_taken_back_ends_its_trace() -> None:
    one, cad = await told()
    await one.intake.submit(cad.stage(ResourceStoodDown, "A1"))
    (ended,) = one.spans.named("until withdrawn")
    assert ended.about["forewarn.reason"]


@virtual
async def test_o1_what_was_said_before_begins_no_second_trace_and_nothing_is_left_behind() -> None:
    one, cad = await followed(), Cad()
    event = cad.opened(HIGH_STREET)
    await one.intake.submit(event)
    await one.intake.submit(event)
    assert len(one.spans.named("take in")) == 1
    assert not one.traces._handed  # what must not grow


@virtual
async def test_o1_no_more_duties_are_followed_than_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flow_traces, "OPEN", 2)
    one = await followed()
    await one.intake.submit(Team().put(marker("M1", HIGH_STREET)))
    await one.running.wait(1)
    crews = tuple(resource(f"A{number}") for number in range(1, 6))
    await one.intake.submit(Cad().opened(HIGH_STREET, crews))
    assert len(one.running.state.notes) == 5
    assert len(one.traces._duties) == 2


@pytest.mark.parametrize(("share", "wanted"), [(1.0, 2), (0.0, 0)])
async def test_o1_the_share_that_was_asked_for_is_sent(share: float, wanted: int) -> None:
    async with collecting() as collector:
        spans = OtlpSpans(collector.address, share, {"service.name": "forewarn"})
        trace = spans.add("take in", None, START, START, {"forewarn.position": 1})
        spans.add("send", trace, START, START - timedelta(seconds=1), {})
        await spans.close()
    assert len(collector.spans) == wanted
    assert all(s.start_time_unix_nano == s.end_time_unix_nano for s in collector.spans)


async def test_o1_a_collector_that_is_away_stops_nobody() -> None:
    spans = OtlpSpans("http://127.0.0.1:1/v1/traces", 1.0, {})
    for _ in range(QUEUE + 1):
        spans.add("take in", None, START, START, {})
    await spans.close()


OFF = """
import sys
from middleware import app
from adapters.table import ADAPTERS
from middleware.building import build
from middleware.config import load
from adapters.table import ADAPTERS
built = build(load(None, ADAPTERS, {"FOREWARN_STATE": sys.argv[1]}))
assert built.traces is None
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""


def test_o1_without_an_endpoint_opentelemetry_is_not_imported(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OFF, tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_o1_traces_without_their_packages_stop_the_start_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "middleware.ops.otlp", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.context", None)
    asked = {"FOREWARN_TRACES__ENDPOINT": "http://127.0.0.1:4318/v1/traces"}
    config = load(None, ADAPTERS, asked | {"FOREWARN_STATE": str(tmp_path)})
    with pytest.raises(Trouble) as trouble:
        build(config)
    assert "forewarn[traces]" in trouble.value.remedy


@pytest.mark.parametrize("endpoint", ["ftp://there", "http://name:word@there/v1", "there:4318"])
def test_o1_an_endpoint_that_is_none_is_refused(endpoint: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        Config.model_validate({"traces": {"endpoint": endpoint}})
