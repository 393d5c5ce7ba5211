"""The rows of the view Now: figures of the last minutes, held against their limits (O1, E2)."""

from datetime import timedelta

import pytest

from middleware.console.measured import PACE, WINDOW, Measured, Spread
from middleware.console.now import NOW, SHOWN, WAITING, Limits, Now, waiting_row
from middleware.console.streams import view_of
from middleware.domain.rules import Rules
from middleware.engine.state import State
from middleware.ops.access import Role
from middleware.ops.metrics import Metrics
from middleware.ports import By, Way
from tests import said
from tests.fakes import FakeClock
from tests.room import Room

TODAY = said.START.date()


class Watched:
    """Metrics that are read at the pace of the page, while nothing else happens."""

    def __init__(self) -> None:
        self.meters, self.clock = Metrics(), FakeClock()
        self.measured = Measured(self.meters.registry, self.clock)
        self.now = Now(self.measured, Limits())
        self.state = State()

    async def passes(self, time: timedelta) -> None:
        for _ in range(time // PACE):
            self.measured.keep(self.measured.read())
            await self.clock.advance(PACE)

    def latency(self, what: str) -> dict[str, float]:
        rows = self.now.row(self.state)["latency"]
        return next(row for row in rows if row["what"] == what)


async def test_o1_latency_is_that_of_the_last_minutes_beside_its_limit() -> None:
    watched = Watched()
    check = watched.meters.histogram("forewarn_check_seconds")
    for _ in range(1_000):
        check.observe(0.9)
    await watched.passes(2 * WINDOW)
    for _ in range(99):
        check.observe(0.0015)
    check.observe(0.08)
    row = watched.latency("check against the markers")
    assert row["count"] == 100
    assert 0.001 < row["p50"] <= 0.002
    assert row["p99"] <= 0.002
    assert row["limit"] == 0.05
    check.observe(0.08)
    assert watched.latency("check against the markers")["p99"] > row["limit"]


@pytest.mark.parametrize(
    ("buckets", "share", "wanted"),
    [
        (((1.0, 0.0), (2.0, 10.0), (float("inf"), 10.0)), 0.5, 1.5),
        (((1.0, 10.0), (2.0, 10.0), (float("inf"), 10.0)), 0.99, 0.99),
        (((1.0, 0.0), (2.0, 1.0), (float("inf"), 100.0)), 0.99, 2.0),
        (((1.0, 0.0), (float("inf"), 0.0)), 0.5, None),
        ((), 0.5, None),
    ],
)
def test_o1_a_quantile_is_reckoned_as_prometheus_does(
    buckets: tuple[tuple[float, float], ...], share: float, wanted: float | None
) -> None:
    found = Spread(buckets).quantile(share)
    assert found == (None if wanted is None else pytest.approx(wanted))


async def test_c4_the_share_that_could_not_be_checked_is_of_the_last_minutes_with_its_reasons() -> (
    None
):
    watched = Watched()
    count = watched.meters.counter
    found = {"subject": "incident", "outcome": "found", "reason": ""}
    missed = {"subject": "call", "outcome": "not_checked", "reason": "limit_missed"}
    count("forewarn_checks_total", **missed).inc(50)
    await watched.passes(2 * WINDOW)
    count("forewarn_checks_total", **found).inc(9)
    count("forewarn_checks_total", **missed).inc(1)
    row = watched.now.row(watched.state)["checks"]
    assert row == {"all": 10, "not_checked": 1, "reasons": {"limit_missed": 1}}


async def test_o1_an_adapter_that_is_connected_and_says_nothing_is_told_by_its_silence() -> None:
    watched = Watched()
    for name in ("cad_tcp", "mdt"):
        watched.meters.gauge("forewarn_adapter_connected", adapter=name).set(1)
    received = watched.meters.counter("forewarn_adapter_received_total", adapter="cad_tcp")
    received.inc()
    await watched.passes(PACE)
    await watched.passes(timedelta(minutes=2))
    rows = watched.now.row(watched.state)["adapters"]
    silent = {row["name"]: row["silent"] for row in rows}
    assert silent == {"cad_tcp": 130, "mdt": None}
    received.inc()
    assert watched.now.row(watched.state)["adapters"][0]["silent"] == 0


async def test_o1_queues_come_fullest_first_by_share_of_their_bound() -> None:
    watched = Watched()
    for name, depth, bound in (("live", 500, 10_000), ("radio outgoing", 90, 100), ("bulk", 0, 5)):
        watched.meters.gauge("forewarn_queue_bound", queue=name).set(bound)
        watched.meters.gauge("forewarn_queue_depth", queue=name).set(depth)
    rows = watched.now.row(watched.state)["queues"]
    assert [row["name"] for row in rows] == ["radio outgoing", "live", "bulk"]


async def test_o1_a_channel_without_a_probe_is_said_to_have_none() -> None:
    watched = Watched()
    watched.state.rules = Rules(ways={"mdt": Way(), "voice": Way(by=By.PHONE, repeatable=False)})
    watched.meters.gauge("forewarn_probe_since_return_seconds", channel="mdt").set(12.4)
    watched.meters.gauge("forewarn_probe_overdue", channel="mdt").set(0)
    assert watched.now.row(watched.state)["probes"] == [
        {"channel": "mdt", "since": 12, "overdue": False},
        {"channel": "voice", "since": None, "overdue": False},
    ]


async def test_o4_the_journal_says_where_records_lie_and_how_full_it_is() -> None:
    watched = Watched()
    for name, value in (("away", 2), ("position", 4711)):
        watched.meters.gauge(f"forewarn_journal_{name}").set(value)
    for name, value in (("records", 3), ("bytes", 25), ("bound_bytes", 100)):
        watched.meters.gauge(f"forewarn_spool_{name}").set(value)
    watched.meters.gauge("forewarn_index_behind_seconds").set(7)
    assert watched.now.row(watched.state)["journal"] == {
        "away": 2, "position": 4711, "beside": 3, "spool": 0.25, "index_behind": 7,
    }  # fmt: skip


def test_n5_those_that_wait_for_longest_come_first_and_all_are_counted() -> None:
    room = Room()
    room.marker_put(said.marker())
    for number in range(SHOWN + 3):
        room.incident_opened(said.HIGH_STREET, f"A{number}", number=f"{number}")
        room.wait(seconds=1)
    row = waiting_row(room.state, WAITING, TODAY)
    assert row is not None
    assert row["count"] == SHOWN + 3
    assert [one["callsign"] for one in row["first"]] == [f"A{number}" for number in range(SHOWN)]
    note = next(iter(room.state.notes.values()))
    room.acknowledged(note, by="S1")
    again = waiting_row(room.state, WAITING, TODAY)
    assert again is not None
    assert (again["count"], again["first"][0]["callsign"]) == (SHOWN + 2, "A1")


@pytest.mark.parametrize("role", Role)
def test_e2_who_has_not_answered_is_the_supervisors_and_the_machine_the_administrators_too(
    role: Role,
) -> None:
    assert (WAITING in view_of(role)) is (role is Role.SUPERVISOR)
    assert (NOW in view_of(role)) is (role in (Role.SUPERVISOR, Role.ADMINISTRATOR))
