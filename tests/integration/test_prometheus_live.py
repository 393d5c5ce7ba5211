"""From /metrics over a real Prometheus and a real Alertmanager to whoever is told (O1)."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.brokers import until
from tests.consoles import ConsoleRoom
from tests.dashboards.boards import BOARDS
from tests.dashboards.shift import answers
from tests.needs import require
from tests.promql import FOLDER
from tests.service_process import choose_ports


@contextmanager
def _running(log: Path, program: str, *words: str) -> Iterator[None]:
    with log.open("wb") as said:
        process = subprocess.Popen([require(program), *words], stdout=said, stderr=said)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _written(name: str, folder: Path, replaced: dict[str, str]) -> str:
    """The file as it is delivered, with the addresses and the pace of the test."""
    text = (FOLDER / name).read_text()
    for old, new in replaced.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / name).write_text(text)
    return f"--config.file={folder / name}"


@pytest.fixture
async def told() -> AsyncIterator[tuple[TestServer, list[dict[str, Any]]]]:
    """The supervisor's address, and what came there."""
    came: list[dict[str, Any]] = []

    async def on_told(request: web.Request) -> web.Response:
        came.append(await request.json())
        return web.Response()

    async def on_heartbeat(request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_post("/supervisor", on_told)
    app.router.add_post("/heartbeat", on_heartbeat)
    server = TestServer(app)
    async with server:
        yield server, came


async def test_o1_d2_a_man_down_that_nobody_accepts_reaches_the_supervisor_until_somebody_does(
    tmp_path: Path, told: tuple[TestServer, list[dict[str, Any]]]
) -> None:
    gateway, came = told
    prometheus, alertmanager, *_ = (f"127.0.0.1:{port}" for port in choose_ports().values())
    room = ConsoleRoom(tmp_path)
    unaccepted = room.metrics.gauge("forewarn_alarm_unaccepted_seconds")
    unaccepted.set(65)
    async with room.serving():
        alerting = _written("alertmanager.yml", tmp_path, {
            "http://alert-gateway:9099": f"http://{gateway.host}:{gateway.port}",
            "group_interval: 1m": "group_interval: 1s",
        })  # fmt: skip
        watching = _written("prometheus.yml", tmp_path, {
            "interval: 5s": "interval: 1s", "rules/*.yml": f"{FOLDER}/rules/*.yml",
            "alertmanager:9093": alertmanager,
            "scheme: https\n    tls_config:\n      ca_file: /run/certs/ca.pem": "scheme: http",
            "forewarn:8100": room.address.removeprefix("http://"),
        })  # fmt: skip
        with (
            _running(
                tmp_path / "alertmanager.log", "alertmanager", alerting,
                f"--storage.path={tmp_path / 'alertmanager'}", "--cluster.listen-address=",
                f"--web.listen-address={alertmanager}",
            ),
            _running(
                tmp_path / "prometheus.log", "prometheus", watching,
                f"--storage.tsdb.path={tmp_path / 'prometheus'}",
                f"--web.listen-address={prometheus}",
            ),
        ):  # fmt: skip
            await until(lambda: _says(came, "firing"))
            await _see_every_panel(prometheus)
            unaccepted.set(0)
            await until(lambda: _says(came, "resolved"))


async def _see_every_panel(prometheus: str) -> None:
    """Each question of the dashboards is answered; what fires stands on the first one."""
    now = time.time()
    shown = {
        panel.title: await asyncio.to_thread(answers, prometheus, panel, "eoc1", (now - 20, now))
        for board in BOARDS
        for panel in board.panels()
    }
    assert shown["Man-down that nobody has accepted"][0].last == 65
    assert "ManDownUnaccepted" in {series.name for series in shown["Alerts that fire"]}
    assert shown["Does Forewarn run?"][0].last == 1
    assert shown["Memory"][0].last > 0


def _says(came: list[dict[str, Any]], status: str) -> bool:
    each = [alert for body in came for alert in body["alerts"] if alert["status"] == status]
    return any(
        alert["annotations"]["summary"].startswith("Man-down in eoc1: nobody has accepted it")
        for alert in each
    )
