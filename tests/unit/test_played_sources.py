"""A source whose wire is recorded is built on it without its network and secrets (O2)."""

import asyncio
from pathlib import Path

import pytest

from adapters.table import ADAPTERS
from middleware.cli.replay_stage import sources_of
from middleware.ports import AdapterSpec, Kind, OnWire, WireFrame
from schemas.service import SourceConnected
from tests.fakes import FakeIntake, fake_world
from tests.unit.flow.test_recording_file import HEADER

SECRETS = {"password_file"}


def needs_more(spec: AdapterSpec) -> bool:
    """Something that no default is for and that is no secret: a mapping of the site's own."""
    fields = spec.settings.model_fields.items()
    return bool({name for name, field in fields if field.is_required()} - SECRETS)


PLAYED = [
    spec.name
    for spec in ADAPTERS.values()
    if spec.kind is Kind.SOURCE and spec.play and not needs_more(spec)
]


@pytest.mark.parametrize("name", PLAYED)
async def test_o2_it_is_played_without_its_network_and_secrets(name: str, tmp_path: Path) -> None:
    """It connects when the recording says so, and is midway what it would be after signing in."""
    header = HEADER.model_copy(update={"sources": {name: "wire"}})
    wire: asyncio.Queue[WireFrame] = asyncio.Queue()
    source = sources_of(header, {})[name](fake_world(tmp_path), wire)
    intake = FakeIntake()
    running = asyncio.ensure_future(source.run(intake))
    wire.put_nowait(WireFrame(OnWire.OPENED, 1, midway=True))
    try:
        async with asyncio.timeout(60):
            await intake.until(events=1)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    (event,) = intake.events
    assert isinstance(event, SourceConnected)
    assert (source.name, event.id) == (name, name)
