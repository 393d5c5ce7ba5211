"""Metrics, health and the timeline (O1, E3)."""

from aiohttp import ClientSession

from middleware.flow.timeline import TimelineLine
from middleware.ops.access import Role
from schemas.delivery import NoteOpened
from tests.console_clients import program, text_of
from tests.consoles import ConsoleRoom


async def test_o1_readiness_says_which_part_is_missing(served: ConsoleRoom) -> None:
    async with ClientSession(served.address) as anybody:
        assert (await text_of(anybody.get("/healthz"))).startswith("200")
        assert (await text_of(anybody.get("/readyz"))).startswith("503")
        for part in ("journal", "state", "index", "adapters"):
            served.health.ready(part)
        assert (await text_of(anybody.get("/readyz"))).startswith("200")


async def test_o1_metrics_hold_figures_and_no_person(served: ConsoleRoom, flagged: str) -> None:
    async with ClientSession(served.address) as anybody:
        text = await text_of(anybody.get("/metrics"))
    assert "forewarn_console_screens" in text
    assert "High Street" not in text


async def test_e3_e1_the_timeline_of_an_incident_is_given_and_who_looked_is_on_record(
    served: ConsoleRoom, flagged: str
) -> None:
    async with program(served, Role.AUDITOR) as auditor:
        async with auditor.get("/api/timeline/1") as answer:
            lines = [TimelineLine(**line) for line in await answer.json()]
        assert (await text_of(auditor.get("/api/timeline/none"))).startswith("404")
    assert any("MARKER FOUND" in line.words for line in lines)
    assert [event.by for event in served.intake.of(NoteOpened)] == ["Aud", "Aud"]  # type: ignore[attr-defined]
