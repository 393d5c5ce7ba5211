"""`make demo`: the main job in sight, on a machine with nothing running (O3, O1)."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.timeout(300)
DEMO = (sys.executable, "-m", "simulators.demo")
ROWS = (
    "incidents", "calls", "checked", "found", "possibly: ask", "none found", "not checked",
    "notes", "displayed", "acknowledged", "withdrawn", "in the hands of a person", "still open",
    "escalated", "refused, in quarantine",
)  # fmt: skip
ROW = re.compile(r"│ +(\D+?) +│ +(\d+)")


def test_o3_the_demo_ends_by_itself_with_a_summary_and_every_note_ended(tmp_path: Path) -> None:
    done = subprocess.run(
        [*DEMO, "--for", "12s"], cwd=tmp_path, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "console http://127.0.0.1:" in done.stdout
    figures = {name: int(number) for name, number in ROW.findall(done.stdout)}
    assert tuple(figures) == ROWS
    assert re.search(r"CAD to display +│ p50 [\d.]+ ms, p99 [\d.]+ ms", done.stdout)
    for name in ("incidents", "calls", "found", "none found", "not checked", "displayed"):
        assert figures[name] > 0, name
    assert figures["still open"] == 0
    ends = ("acknowledged", "withdrawn", "in the hands of a person")
    assert sum(figures[name] for name in ends) == figures["notes"]


def test_o3_a_demo_that_is_interrupted_sums_up_and_leaves_nothing_running(tmp_path: Path) -> None:
    with subprocess.Popen(
        DEMO, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    ) as demo:  # fmt: skip
        assert demo.stdout
        try:
            assert any("Ctrl-C ends it" in line for line in demo.stdout)
            children = psutil.Process(demo.pid).children(recursive=True)
            assert "nats-server" in {child.name() for child in children}
            demo.send_signal(signal.SIGINT)
            assert "every note ended: acknowledged, withdrawn" in demo.stdout.read()
        finally:
            demo.kill()
    assert demo.returncode == 0
    assert [child for child in children if child.is_running()] == []
