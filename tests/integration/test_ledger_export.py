"""The abusive-call ledger out of a journal on disk, by the command line (A1, A2)."""

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from middleware.__main__ import main
from middleware.cli.common import FINE
from tests import said
from tests.integration.test_report_export import ROOM, keep
from tests.reporting import terminated
from tests.room import Room


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """A configuration whose journal holds two calls that were ended."""
    room = Room()
    for name, number in (("1", "07700 900123"), ("2", "07700 900999")):
        room.happens(said.rang(number, name, room.now))
        room.happens(terminated(name, category="verbal_abuse", handler="4711", at=room.now))
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    asyncio.run(keep(state, room.entries))
    config = tmp_path / "forewarn.toml"
    config.write_text(f'room = "{ROOM}"\nstate = "{state}"\n[source.cad_http]\n')
    return ["abuse", "--config", str(config)]


def test_a2_the_ledger_is_searched(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--json", "--sought", "900 123"]) == FINE
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["number"], line["handler"]) == ("07700 900123", "4711")


def test_a2_figures_are_counted(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--figures"]) == FINE
    (figure,) = csv.DictReader(io.StringIO(capsys.readouterr().out, newline=""))
    assert (figure["category"], figure["calls"], figure["ended"]) == (
        "Directed verbal abuse: general",
        "2",
        "2",
    )
