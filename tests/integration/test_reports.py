"""Drafts and notices over real sockets, to a reporting system that goes wrong, as an engine makes
them (R1, R3, O4)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.channels import incident_reports, mdt_mqtt, security_notice
from middleware.domain.rules import Rules
from middleware.engine.reports import Hands
from middleware.ports import Channel
from schemas.marker import Category
from schemas.report import CrewReportedViolence
from simulators.datix import DRAFTS, NOTICES, Datix
from simulators.receiving import Faults, serving
from tests.brokers import real_world, until
from tests.channels import MdtDevice, MdtRig, running
from tests.flowing import Running, start
from tests.reporting import HIT, amended, assault_taken, dropped, reported, terminated
from tests.room import LADDER
from tests.said import HIGH_STREET, Cad

ROWS = {incident_reports.SPEC: DRAFTS, security_notice.SPEC: NOTICES}
RULES = Rules(ladder=LADDER, ways={row.name: row.way for row in ROWS})


def channels(folder: Path, port: int) -> tuple[Channel, ...]:
    """Both ways out, as the service makes them."""
    made = []
    for row, path in ROWS.items():
        url = f"http://127.0.0.1:{port}{path}"
        settings = row.settings(url=url, look_every="100ms", answer_within="500ms")
        made.append(row.make(settings, real_world(folder / row.name)))
    return tuple(made)


async def happening(running: Running, event: Any, true: Callable[[], bool]) -> None:
    await running.service.core.submit(event)
    await until(true)


def is_settled(running: Running) -> bool:
    """Everything is with the other side, at its present revision."""
    filings = running.state.filings.values()
    return bool(filings) and not any(one.is_unconfirmed for one in filings)


@pytest.mark.parametrize("fault", ["lost", "doubled", "busy", "dies"])
async def test_r1_o4_whatever_goes_wrong_each_draft_is_there_once(
    fault: str, tmp_path: Path
) -> None:
    datix = Datix(Faults(**{fault: 0.5}))
    async with serving(datix, "127.0.0.1", 0) as port:
        running = await start(rules=RULES, channels=channels(tmp_path, port))
        for n in range(4):
            await running.service.core.submit(terminated(str(n), category="verbal_abuse"))
        await until(lambda: is_settled(running))
        await running.stop()
    assert len(datix.drafts()) == 4
    drafts = running.state.reports.drafts
    assert {one["id"] for one in datix.drafts()} == set(drafts)
    assert {one.reference for one in drafts.values()} == set(datix.numbers.values())


async def test_r1_r3_an_assault_is_drafted_completed_told_taken_and_taken_back(
    tmp_path: Path,
) -> None:
    async with serving(datix := Datix(), "127.0.0.1", 0) as port:
        running = await start(rules=RULES, channels=channels(tmp_path, port))
        await running.service.core.submit(Cad().opened(HIGH_STREET))
        (incident,) = running.state.incidents
        await _through_a_report(running, datix, incident)
        await running.stop()


async def _through_a_report(running: Running, datix: Datix, incident: str) -> None:
    def is_told() -> bool:
        return is_settled(running) and len(datix.notices()) == 1

    unsaid = HIT.model_copy(update={"police": None})
    await happening(running, reported(unsaid, incident), is_told)
    ((name, report),) = running.state.reports.drafts.items()
    (draft,), (notice,) = datix.drafts(), datix.notices()
    assert (draft["incident"], draft["missing"]) == ("1", ["police"])
    assert draft["sub_category"] == Category.PHYSICAL_ASSAULT
    assert [p["name"] for p in draft["persons"] if p["role"].startswith("victim")] == ["S-1001"]
    assert (notice["incident"], notice["taken_by"]) == ("1", None)
    assert "S-1001" not in str(notice)

    say = amended(name, police="CRN 00/1234/26")
    await happening(running, say, lambda: datix.drafts()[0]["missing"] == [])
    taken = assault_taken(name)
    await happening(running, taken, lambda: datix.notices()[0]["taken_by"] == "Sec")
    assert report.hands is Hands.TAKEN

    await happening(running, dropped(name), lambda: is_settled(running) and not datix.drafts())
    assert datix.notices() == []
    assert HIT.what not in str(datix.records)


async def test_r1_what_the_reporting_system_will_never_take_is_on_record(tmp_path: Path) -> None:
    datix = Datix()
    datix.records["rc1"] = {"id": "rc1", "revision": 1, "other": "content"}
    async with serving(datix, "127.0.0.1", 0) as port:
        running = await start(rules=RULES, channels=channels(tmp_path, port))
        await running.service.core.submit(terminated("1"))
        (report,) = running.state.reports.drafts.values()
        datix.records[report.id] = datix.records.pop("rc1") | {"id": report.id}
        await until(lambda: report.refused is not None)
        await running.stop()
    assert report.refused == "409"


async def test_r1_e2_a_crew_reports_over_the_real_broker_as_the_device_that_signed_in(
    tmp_path: Path,
) -> None:
    rig = MdtRig(tmp_path)
    await rig.start()
    try:
        async with running(mdt_mqtt.SPEC, rig, tmp_path / "service") as line:
            await line.connected()
            async with rig.signed_in() as device:
                assert isinstance(device, MdtDevice)
                await device._say("violence", said="v1", by="P1001", category="verbal_abuse")
                (event,) = await line.hears(CrewReportedViolence)
    finally:
        await rig.kill()
    assert (event.device, event.by) == (rig.device, "P1001")
    assert event.facts.category is Category.VERBAL_ABUSE
