"""`make demo`: the main job and every way out, on a machine with nothing running (O3, O1)."""

import os
import re
import signal
import subprocess
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from simulators.demo import how_crews_are_rung
from simulators.demo_phones import telephones
from simulators.shift import load

pytestmark = pytest.mark.timeout(300)
DEMO = (sys.executable, "-m", "simulators.demo")
ROWS = (
    "incidents", "calls", "checked", "found", "possibly: ask", "none found", "not checked",
    "notes", "acknowledged", "withdrawn", "in the hands of a person", "still open", "by MDT",
    "by radio", "by spoken call", "by a person", "in the CAD", "man-down",
    "refused, in quarantine",
)  # fmt: skip
ROW = re.compile(r"│ +(\D+?) +│ +(\d+)")
CALL = "forewarn-state/demo/calls/R201-1.wav"


@dataclass(frozen=True)
class Played:
    """What one demo of twelve seconds printed, and what it left."""

    printed: str
    folder: Path

    @property
    def figures(self) -> dict[str, int]:
        return {name: int(number) for name, number in ROW.findall(self.summary)}

    @property
    def summary(self) -> str:
        return self.printed.partition("Summary")[2]

    def way(self, callsign: str) -> str:
        """How the crew was told, and how that stands."""
        (row,) = (
            line for line in self.printed.splitlines() if re.match(rf"│ 0\d+ +│ {callsign}", line)
        )
        return re.sub(r" +│ +", ": ", row.split(callsign)[1].strip(" │"))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """It goes on until what was begun has ended: the longest is a note said on the telephone."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [*DEMO, "--for", "12s"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False, env=os.environ | {"COLUMNS": "160"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Played(done.stdout, folder)


def test_o3_the_demo_ends_by_itself_with_a_summary_and_every_note_ended(played: Played) -> None:
    assert "console http://127.0.0.1:" in played.printed
    figures = played.figures
    assert tuple(figures) == ROWS
    assert re.search(r"CAD to display +│ p50 [\d.]+ ms, p99 [\d.]+ ms", played.summary)
    for name in set(ROWS) - {"possibly: ask", "withdrawn", "still open"}:
        assert figures[name] > 0, name
    assert figures["still open"] == 0
    ends = ("acknowledged", "withdrawn", "in the hands of a person")
    assert sum(figures[name] for name in ends) == figures["notes"]
    assert "every note ended" in played.summary


def test_n5_a_crew_that_never_answers_is_told_by_mdt_radio_and_call_and_then_a_person_has_it(
    played: Played,
) -> None:
    told = "MDT shown → radio shown → call cut off → A PERSON has it: in hands"
    assert played.way("A105") == told
    assert "dispatcher takes it on and will reach A105" in played.printed


def test_n4_who_drives_alone_is_told_by_radio_and_a_spoken_call_first_with_the_mdt_as_well(
    played: Played,
) -> None:
    assert played.way("R201") == "radio shown → call ACKNOWLEDGED → MDT shown: acknowledged"
    engaged = "radio ACKNOWLEDGED → call engaged → MDT shown: acknowledged"
    # where the telephone's program has no processor for the ten seconds that the demo lets it ring
    late = engaged.replace("engaged", "no answer")
    assert played.way("R202") in (engaged, late)
    assert "speak real SIP" in played.printed
    with wave.open(str(played.folder / CALL)) as heard:
        assert heard.getnframes() / heard.getframerate() > 25.0, "the note was said to its end"


def test_d1_d2_a_man_down_is_repeated_until_a_named_person_accepts_it(played: Played) -> None:
    said = [line for line in played.printed.splitlines() if "A102" in line]
    story = (
        "MAN-DOWN  A102 pressed the button: incident 000003",
        "MAN-DOWN  A102: nobody has accepted, told 2 times",
        "console   supervisor accepts MAN-DOWN: A102",
    )
    places = [next(n for n, line in enumerate(said) if line.startswith(words)) for words in story]
    assert places == sorted(places)
    assert "1, accepted by a named person after " in played.summary


def test_n2_the_note_stands_in_the_incident_of_the_cad(played: Played) -> None:
    assert "CAD       note in incident 000002: VIOLENCE" in played.printed


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGHUP], ids=["Ctrl-C", "terminal closed"])
def test_o3_a_demo_that_is_interrupted_sums_up_and_leaves_nothing_running(
    tmp_path: Path, sign: signal.Signals
) -> None:
    with subprocess.Popen(
        DEMO, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    ) as demo:  # fmt: skip
        assert demo.stdout
        try:
            assert any("Ctrl-C ends it" in line for line in demo.stdout)
            children = psutil.Process(demo.pid).children(recursive=True)
            assert "nats-server" in {child.name() for child in children}
            demo.send_signal(sign)
            assert "every note ended: acknowledged, withdrawn" in demo.stdout.read()
        finally:
            demo.kill()
    assert demo.returncode == 0
    assert [child for child in children if child.is_running()] == []


async def test_o3_where_there_is_no_sip_stack_nobody_is_rung_and_the_demo_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "baresip.py").write_text('raise ImportError("no SIP stack for this machine")')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    async with telephones(load().fleet, tmp_path) as phones:
        assert phones.port == 0
        said = how_crews_are_rung(phones)
    assert "no SIP stack for this machine" in said
    assert "nobody is rung" in said
