"""Drafts out of a journal on disk, by the command line (R1, E2)."""

import asyncio
import csv
import io
import json
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteJournal
from middleware.__main__ import main
from middleware.cli.common import FINE
from middleware.engine.entry import Entry
from middleware.flow.records import Writer
from middleware.ops.keys import FileKeys
from tests.reporting import HIT, Reporting, dropped, reported

ROOM = "eoc1"


async def keep(state: Path, entries: Sequence[Entry]) -> None:
    """What happened in the room, as a service would have written it."""
    keys = FileKeys.prepare(state / "keys")
    journal = SqliteJournal(state / "journal.sqlite")
    token = await journal.acquire()
    writer = Writer(ROOM, token, keys)
    for entry in entries:
        await journal.append(entry.position - 1, token, [writer.seal(entry)])
    await journal.close()


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """A configuration whose journal holds an assault and a draft that was taken back."""
    room = Reporting()
    room.assault(HIT.model_copy(update={"offender": "@SUM(1)"}))
    room.happens(reported(HIT, None, room.now))
    taken_back = list(room.state.reports.drafts)[-1]
    room.happens(dropped(taken_back, room.now))
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    asyncio.run(keep(state, room.entries))
    config = tmp_path / "forewarn.toml"
    config.write_text(f'room = "{ROOM}"\nstate = "{state}"\n[source.cad_http]\n')
    return ["reports", "--config", str(config)]


def test_r1_drafts_come_out_of_the_journal_as_csv(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--csv"]) == FINE
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out, newline=""))
    assert (row["incident"], row["victims"], row["sub_category"]) == (
        "1",
        "S-1001",
        "physical_assault",
    )
    assert row["alleged_offender"] == "'@SUM(1)"


def test_r1_e2_as_json_into_a_file_that_its_owner_alone_can_read(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "drafts.json"
    assert main([*command, "--json", "--dropped", "--output", str(file)]) == FINE
    whole, taken_back = json.loads(file.read_text())
    assert (whole["type"], taken_back["type"]) == ("report.drafted", "report.withdrawn")
    assert taken_back["persons"] == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "names persons" in capsys.readouterr().err
