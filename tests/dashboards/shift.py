"""The pictures in docs/dashboards: the demo's shift with all its simulators, a real Prometheus with
our own rules that scrapes it, every panel's question asked of it, the answers drawn.

`python -m tests.dashboards.shift` takes some three minutes.
"""

import asyncio
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.brokers import until
from tests.dashboards.boards import BOARDS
from tests.dashboards.drawing import Series, drawn
from tests.dashboards.panels import Panel, Query
from tests.dashboards.questions import runnable
from tests.needs import require
from tests.promql import FOLDER
from tests.service_process import choose_ports

PICTURES = FOLDER.parents[1] / "docs" / "dashboards"
ROOM, STEP_S, PLAYS = "demo", 2, "90s"
LAST_UP = 'max_over_time(timestamp(up{job="forewarn"} == 1)[10m:1s])'
PLAY = (sys.executable, "-m", "simulators.demo", "--for", PLAYS)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_watch(Path(folder)))


async def _watch(folder: Path) -> None:
    address = f"127.0.0.1:{choose_ports()['console']}"
    print(f"the demo's shift is played ({PLAYS}, and until everything has ended) …", flush=True)
    demo = subprocess.Popen(PLAY, cwd=folder)  # noqa: ASYNC220
    try:
        config = folder / "forewarn-state" / "demo" / "forewarn.toml"
        await until(config.exists)
        with prometheus(folder, address, _console(config)):
            await until(lambda: _is_up(address))
            begun = time.time()
            assert await asyncio.to_thread(demo.wait) == 0, "the demo ended badly"
            draw(address, begun, _ended(address))
    finally:
        demo.kill()


def _console(config: Path) -> str:
    found = re.search(r'\[console\]\nlisten = "([^"]+)"', config.read_text(encoding="utf-8"))
    assert found, "the demo's configuration names its console"
    return found[1]


@contextmanager
def prometheus(folder: Path, address: str, target: str) -> Iterator[None]:
    """A real one with docker/prometheus, quicker, that asks `target`."""
    text = (FOLDER / "prometheus.yml").read_text(encoding="utf-8")
    for old, new in {
        "interval: 5s": "interval: 1s", "rules/*.yml": f"{FOLDER}/rules/*.yml",
        "scheme: https\n    tls_config:\n      ca_file: /run/certs/ca.pem": "scheme: http",
        "forewarn:8100": target, "room: eoc1": f"room: {ROOM}",
    }.items():  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    (folder / "prometheus.yml").write_text(text, encoding="utf-8")
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                require("prometheus"), f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'prometheus'}", f"--web.listen-address={address}",
            ],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def draw(address: str, begun: float, ended: float) -> None:
    """Ask for every panel, and write the pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for board in BOARDS:
        data = [answers(address, panel, ROOM, (begun, ended)) for panel in board.panels()]
        path = PICTURES / f"{board.uid}.svg"
        path.write_text(drawn(board, data, ended - begun), encoding="utf-8")
        empty = sum(not series for series in data)
        print(
            f"drawn: docs/dashboards/{path.name}, {len(data)} panels, {empty} with nothing to show"
        )


def answers(address: str, panel: Panel, room: str, times: tuple[float, float]) -> list[Series]:
    """What Prometheus answers to all its questions, from one time to the other."""
    return [one for query in panel.queries for one in _asked(address, query, room, times)]


def _asked(address: str, query: Query, room: str, times: tuple[float, float]) -> Iterator[Series]:
    begun, ended = times
    words = {"query": runnable(query.expr, room), "start": begun, "end": ended, "step": STEP_S}
    for one in _told(address, "query_range", words):
        points = [(at - begun, float(number)) for at, number in one["values"]]
        real = [(at, number) for at, number in points if math.isfinite(number)]
        if real:
            yield Series(_named(query.legend, one["metric"]), real)


def _told(address: str, what: str, words: dict[str, Any]) -> list[dict[str, Any]]:
    with urlopen(f"http://{address}/api/v1/{what}?{urlencode(words)}", timeout=30) as answer:
        said: list[dict[str, Any]] = json.load(answer)["data"]["result"]
    return said


def _is_up(address: str) -> bool:
    """Whether Prometheus has asked the service once."""
    try:
        return bool(_told(address, "query", {"query": 'up{job="forewarn"} == 1'}))
    except OSError:
        return False


def _ended(address: str) -> float:
    """When Prometheus heard the service for the last time: it stops with the play."""
    (last,) = _told(address, "query", {"query": LAST_UP})
    return float(last["value"][1])


def _named(legend: str, labels: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), legend)


if __name__ == "__main__":
    main()
