"""CAD over HTTP on real sockets (C1, O4, E2)."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import ClientSession

from adapters.sources.cad_http import PATH, CadHttp, CadHttpSettings
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from schemas.incident import AddressChanged, IncidentOpened
from schemas.service import SourceConnected, SourceLost
from tests.cad import CANARY, message
from tests.fakes import CAD_TOKEN, DEVICE_TOKEN, FakeClock, FakeIntake, fake_world

SIGNED_IN = {"Authorization": f"Bearer {CAD_TOKEN}"}
Posting = Callable[..., Any]


@asynccontextmanager
async def running(
    tmp_path: Path, intake: FakeIntake, clock: FakeClock | None = None, **settings: Any
) -> AsyncIterator[CadHttp]:
    chosen = CadHttpSettings(listen=HostPort("127.0.0.1", 0), **settings)
    source = CadHttp(chosen, fake_world(tmp_path, clock))
    task = asyncio.create_task(source.run(intake))
    await source.listening.wait()
    try:
        yield source
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def url(source: CadHttp, scheme: str = "http") -> str:
    return f"{scheme}://{source.address}{PATH}"


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession(headers=SIGNED_IN) as session:
        yield session


@pytest.fixture
async def source(tmp_path: Path, intake: FakeIntake) -> AsyncIterator[CadHttp]:
    async with running(tmp_path, intake) as source:
        yield source


async def post(http: ClientSession, source: CadHttp, body: bytes, **headers: str) -> Any:
    async with http.post(url(source), data=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_c1_a_message_is_answered_202_with_its_position(
    source: CadHttp, intake: FakeIntake, http: ClientSession
) -> None:
    status, answer = await post(http, source, message(n=5))
    (event,) = intake.of(IncidentOpened)
    assert status == 202
    assert answer["id"] == event.id == "2026-11-22/000005"
    assert answer["standing"] == "taken"
    assert answer["position"] >= 1
    assert event.source == "cad"


async def test_o4_no_answer_comes_before_the_journal_has_the_message(
    source: CadHttp, intake: FakeIntake, http: ClientSession
) -> None:
    intake.hold()
    asked = asyncio.create_task(post(http, source, message()))
    await intake.until(arrived=2)  # the message, and that the source is connected
    assert not asked.done()
    assert intake.events == []
    intake.release()
    assert (await asked)[0] == 202


async def test_o4_the_same_again_is_200_and_other_content_409(
    source: CadHttp, intake: FakeIntake, http: ClientSession
) -> None:
    assert (await post(http, source, message()))[0] == 202
    status, answer = await post(http, source, message())
    assert (status, answer["standing"]) == (200, "known")
    status, answer = await post(http, source, message(nature="other words"))
    assert (status, answer["standing"]) == (409, "conflict")
    assert answer["error"]["field"] == "revision"


async def test_o4_an_older_revision_is_200_superseded(
    source: CadHttp, intake: FakeIntake, http: ClientSession
) -> None:
    await post(http, source, message(revision=4))
    status, answer = await post(http, source, message("incident.address_changed", revision=3))
    assert (status, answer["standing"]) == (200, "superseded")
    assert len(intake.of(AddressChanged)) == 1, "it is on record all the same"


async def test_c1_what_is_refused_is_400_with_field_and_reason_and_in_quarantine(
    source: CadHttp, intake: FakeIntake, http: ClientSession
) -> None:
    raw = message(place={"address": CANARY, "postcode": 7})
    status, answer = await post(http, source, raw)
    ((name, problem, kept),) = intake.refused
    assert status == 400
    assert answer["error"] == {"field": "place.postcode", "reason": problem.reason}
    assert (name, kept) == ("cad_http", raw)
    assert CANARY not in json.dumps(answer)


@pytest.mark.parametrize(
    ("header", "status"),
    [("", 401), ("Bearer nobody's", 401), ("Basic abc", 401), (f"Bearer {DEVICE_TOKEN}", 403)],
)
async def test_e2_only_a_system_with_its_token_may_post(
    source: CadHttp, intake: FakeIntake, header: str, status: int
) -> None:
    async with ClientSession() as http:
        answer = await post(http, source, message(), Authorization=header)
    assert answer[0] == status
    assert answer[1]["error"]["field"] == "Authorization"
    assert intake.arrived == 0, "who may not speak fills no quarantine"


async def test_o4_a_message_that_is_too_long_is_413_and_its_start_is_kept(
    source: CadHttp, intake: FakeIntake, http: ClientSession
) -> None:
    status, answer = await post(http, source, message(nature="x" * 200_000))
    assert status == 413
    assert answer["error"]["field"] == "message"
    assert len(intake.refused[0][2]) == 65_536


@pytest.mark.parametrize(("key", "status"), [("2026-11-22/000001;1", 202), ("something else", 400)])
async def test_o4_an_idempotency_key_is_the_id_and_the_revision(
    source: CadHttp, intake: FakeIntake, http: ClientSession, key: str, status: int
) -> None:
    assert (await post(http, source, message(), **{"Idempotency-Key": key}))[0] == status
    assert len(intake.refused) == (status == 400)


async def test_o4_when_the_journal_takes_too_long_the_cad_is_told_to_come_back(
    tmp_path: Path, intake: FakeIntake, http: ClientSession
) -> None:
    intake.hold()
    async with running(tmp_path, intake, patience=timedelta(milliseconds=20)) as source:
        async with http.post(url(source), data=message()) as answer:
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) >= 1
        intake.release()
        await intake.until(events=2)
        status, told = await post(http, source, message())
    assert (status, told["standing"]) == (200, "known"), "what was read was not thrown away"


async def test_o4_more_than_the_bound_at_once_is_429(
    tmp_path: Path, intake: FakeIntake, http: ClientSession
) -> None:
    intake.hold()
    async with running(tmp_path, intake, at_once=2) as source:
        waiting = [asyncio.create_task(post(http, source, message(n=n))) for n in (1, 2)]
        await intake.until(arrived=3)
        async with http.post(url(source), data=message(n=3)) as answer:
            assert answer.status == 429
            assert "Retry-After" in answer.headers
        intake.release()
        assert [status for status, _ in await asyncio.gather(*waiting)] == [202, 202]


async def test_o4_a_fault_of_the_intake_is_no_acknowledgement_and_reaches_the_supervisor(
    tmp_path: Path, intake: FakeIntake, http: ClientSession
) -> None:
    source = CadHttp(CadHttpSettings(listen=HostPort("127.0.0.1", 0)), fake_world(tmp_path))
    task = asyncio.create_task(source.run(intake))
    await source.listening.wait()
    intake.fail(OSError("disk"))
    assert (await post(http, source, message()))[0] == 503
    with pytest.raises(ExceptionGroup):
        await task


async def test_o1_the_source_is_connected_with_the_first_message_and_lost_when_silent(
    tmp_path: Path, intake: FakeIntake, http: ClientSession
) -> None:
    clock = FakeClock()
    async with running(tmp_path, intake, clock, silent_after=timedelta(minutes=10)) as source:
        await post(http, source, message())
        await intake.until(events=2)
        await clock.advance(timedelta(minutes=9))
        assert intake.of(SourceLost) == []
        await clock.advance(timedelta(minutes=1))
        await intake.until(events=3)
    (lost,) = intake.of(SourceLost)
    assert isinstance(lost, SourceLost)
    assert (lost.gap, lost.reason) == (False, "silent")
    assert len(intake.of(SourceConnected)) == 1


async def test_e2_a_certificate_makes_it_tls(
    tmp_path: Path, intake: FakeIntake, http: ClientSession
) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    files = {"certificate": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}
    async with running(tmp_path, intake, **files) as source:
        where = url(source, "https")
        async with http.post(where, data=message(), ssl=trusting) as answer:
            assert answer.status == 202


async def test_o1_an_address_that_is_taken_is_said_with_what_to_do(
    source: CadHttp, tmp_path: Path, intake: FakeIntake
) -> None:
    second = CadHttp(CadHttpSettings(listen=source.address), fake_world(tmp_path))
    with pytest.raises(Trouble, match="set listen in"):
        await second.run(intake)


def test_e2_half_of_the_tls_files_stops_the_start() -> None:
    with pytest.raises(ValueError, match="give both files, or neither"):
        CadHttpSettings(certificate=Path("cert.pem"))


async def test_o1_a_door_that_nobody_uses_is_no_fault(tmp_path: Path, intake: FakeIntake) -> None:
    """The CAD may come by another way."""
    clock = FakeClock()
    async with running(tmp_path, intake, clock, silent_after=timedelta(minutes=10)):
        for _ in range(5):
            await clock.advance(timedelta(minutes=10))
    assert intake.events == []
