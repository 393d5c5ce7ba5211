"""Both EIDO sources over real WebSockets: what goes wrong, and who is let in (C1, O4, E2)."""

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import ClientSession, WSServerHandshakeError, web

from adapters.codecs import eido_conveyance as conveyance
from adapters.sources.eido_client import EidoClient, EidoClientSettings
from adapters.sources.eido_server import EidoServer, EidoServerSettings
from middleware.ops.clock import SystemClock
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ports import Source
from schemas.call import CallRang
from schemas.incident import IncidentClosed, IncidentOpened, ResourceAtScene, ResourceMobile
from schemas.service import SourceConnected, SourceLost
from simulators.eido_notifier import PATH, SUBPROTOCOL, Notifier
from tests import eido
from tests.brokers import until
from tests.eido_rigs import BEARER, EidoClientRig, EidoServerRig, eido_client, eido_server
from tests.fakes import CAD_TOKEN, DEVICE_TOKEN, FakeIntake, fake_world
from tests.http_rigs import ANY

CIVIC = ["--civic", "HNO=14", "RD=Marram Street", "A3=Saltby"]
QUICK: dict[str, Any] = {
    "retry_first": timedelta(milliseconds=10), "retry_most": timedelta(milliseconds=50),
    "retry_refused": timedelta(milliseconds=50), "ping_every": timedelta(milliseconds=200),
}  # fmt: skip


async def played(*given: str) -> tuple[int, str]:
    """The simulated service as a program of its own: its exit code, and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", "eido", *given,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


@asynccontextmanager
async def at_work(source: Source, intake: FakeIntake) -> AsyncIterator[None]:
    task = asyncio.create_task(source.run(intake))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def a_client(state: Path, url: str, **settings: Any) -> EidoClient:
    world = replace(fake_world(state), clock=SystemClock())
    return EidoClient(EidoClientSettings(url=url, **(QUICK | settings)), world)


@asynccontextmanager
async def a_service(fault: str = "", tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """One that conveys nothing but what its fault is; its address."""

    async def on_subscriber(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=[SUBPROTOCOL])
        await socket.prepare(request)
        await Notifier(socket, list, fault).run()
        return socket

    app = web.Application()
    app.router.add_get(PATH, on_subscriber)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield f"{'wss' if tls else 'ws'}://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()


# --- as a program from outside ----------------------------------------------------------


async def test_c1_an_incident_is_conveyed_to_us_with_its_call_and_unit_and_closed(
    tmp_path: Path,
) -> None:
    token = tmp_path / "token.txt"
    token.write_text(CAD_TOKEN)
    async with eido_server(tmp_path) as rig:
        url = f"ws://{rig.source.address}{PATH}"
        given = ["--unit", "A101=En Route", "--number", "01632960114", "--then", "close"]
        code, printed = await played(
            "connect", "--url", url, "--token-file", str(token), *CIVIC, *given
        )
    assert code == 0, printed
    (opened,), (closed,) = rig.intake.of(IncidentOpened), rig.intake.of(IncidentClosed)
    assert isinstance(opened, IncidentOpened)
    assert isinstance(closed, IncidentClosed)
    assert opened.place.address == "14 Marram Street, Saltby"
    assert (opened.number, opened.service_day) == (closed.number, closed.service_day)
    assert [one.kind for one in rig.intake.of(ResourceMobile)] == ["resource.mobile"]
    (rang,) = rig.intake.of(CallRang)
    assert isinstance(rang, CallRang)
    assert rang.number == "01632960114"


async def test_o4_what_did_not_change_is_not_said_again_and_what_did_is(tmp_path: Path) -> None:
    async with eido_server(tmp_path) as rig:
        first = eido.eido()
        later = eido.eido(
            at="2026-11-23T04:45:00Z", emergencyResource=[eido.unit("A101", "On Scene")]
        )
        for one in (first, first, later):
            assert (await rig.notifier.notify(one))["statusCode"] == 200
    assert len(rig.intake.of(IncidentOpened)) == 1
    assert len(rig.intake.of(ResourceMobile)) == len(rig.intake.of(ResourceAtScene)) == 1


async def test_o4_what_is_wrong_is_told_and_kept_and_what_stands_beside_it_is_taken(
    tmp_path: Path,
) -> None:
    async with eido_server(tmp_path) as rig:
        wrong = eido.eido(call=[eido.call(direction=7)])
        answer = await rig.notifier.notify(wrong, eido.simple(2))
    assert (answer["statusCode"], rig.heard()) == (400, [2])
    assert answer["statusText"].startswith("callComponent.0.direction: ")
    ((source, problem, raw),) = rig.intake.refused
    assert (source, problem.field) == ("eido_server", "callComponent.0.direction")
    assert json.loads(raw) == wrong


async def test_o4_other_content_at_the_same_time_is_refused_and_kept(tmp_path: Path) -> None:
    async with eido_server(tmp_path) as rig:
        await rig.notifier.notify(eido.eido())
        changed = eido.eido(incident=eido.incident(incidentPriorityInternalText="C1"))
        answer = await rig.notifier.notify(changed)
    assert answer["statusCode"] == 400
    assert json.loads(rig.intake.conflicts[0]) == changed


async def test_a_message_longer_than_the_limit_is_answered_so_and_one_far_longer_ends_it(
    tmp_path: Path,
) -> None:
    async with eido_server(tmp_path) as rig:
        await rig.notifier.send(b" " * (conveyance.LIMIT + 1))
        assert (await rig.notifier.unreadable.get())["statusCode"] == 413
        await rig.notifier.send(b" " * (conveyance.LIMIT * 5))
        await until(lambda: bool(rig.intake.of(SourceLost)))
        (lost,) = rig.intake.of(SourceLost)
    assert isinstance(lost, SourceLost)
    assert (lost.reason, lost.gap) == ("garbled", True)


async def test_c1_after_a_restart_an_incident_is_the_same_one_on_another_day(
    tmp_path: Path,
) -> None:
    """Its messages do not say its service day, and one that goes on after midnight is one."""
    intake = FakeIntake()
    source = EidoServer(EidoServerSettings(listen=ANY), fake_world(tmp_path))
    source.believe_open([(eido.KEY, date(2026, 11, 20))])
    async with at_work(source, intake), ClientSession(headers=BEARER) as http:
        await source.listening.wait()
        rig = EidoServerRig(intake, tmp_path, http)
        rig.source = source
        await rig.connect()
        await rig.notifier.notify(eido.eido())
    (opened,) = intake.of(IncidentOpened)
    assert isinstance(opened, IncidentOpened)
    assert opened.service_day == date(2026, 11, 20)


async def test_c1_we_connect_to_a_service_and_it_conveys_what_changes(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", "eido", "serve", "--port", "0", "--once",
        *CIVIC, "--unit", "A101=En Route", "--caution", "dog", "--then", "update",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr
    url = (await process.stderr.readline()).decode().split()[-1]
    intake = FakeIntake()
    async with at_work(a_client(tmp_path, url), intake):
        printed, _ = await process.communicate()
    assert process.returncode == 0, printed
    (opened, *_) = intake.of(IncidentOpened)
    assert isinstance(opened, IncidentOpened)
    assert opened.nature == "CAUTION, as the sender says: dog, Safety (high) · Medical"
    assert len(intake.of(ResourceMobile)) == len(intake.of(ResourceAtScene)) == 1


# --- who is let in ----------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "nobody's", DEVICE_TOKEN])
async def test_e2_nobody_conveys_without_the_token_of_a_system(token: str, tmp_path: Path) -> None:
    async with eido_server(tmp_path) as rig, ClientSession() as http:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with pytest.raises(WSServerHandshakeError) as turned_away:
            await http.ws_connect(f"ws://{rig.source.address}{PATH}", headers=headers)
    assert turned_away.value.status == 401


async def test_more_connections_than_there_may_be_are_turned_away(tmp_path: Path) -> None:
    intake = FakeIntake()
    source = EidoServer(EidoServerSettings(listen=ANY, peers=1), fake_world(tmp_path))
    async with at_work(source, intake), ClientSession(headers=BEARER) as http:
        await source.listening.wait()
        rig = EidoServerRig(intake, tmp_path, http)
        rig.source = source
        await rig.connect()
        with pytest.raises(WSServerHandshakeError) as turned_away:
            await http.ws_connect(f"ws://{source.address}{PATH}")
    assert turned_away.value.status == 503


async def test_a_plain_request_is_told_what_to_do(tmp_path: Path) -> None:
    async with eido_server(tmp_path) as rig:
        url = f"http://{rig.source.address}{PATH}"
        async with ClientSession(headers=BEARER) as http, http.get(url) as answer:
            assert (answer.status, SUBPROTOCOL in await answer.text()) == (400, True)


async def test_e2_over_tls_each_side_shows_its_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    theirs, ours = authority.issue_cert("127.0.0.1"), authority.issue_cert("forewarn.example")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.verify_mode = ssl.CERT_REQUIRED
    theirs.configure_cert(tls)
    authority.configure_trust(tls)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    ours.cert_chain_pems[0].write_to_path(tmp_path / "our.pem")
    ours.private_key_pem.write_to_path(tmp_path / "our.key")
    files = {"ca_file": tmp_path / "ca.pem"}
    mine = files | {"certificate": tmp_path / "our.pem", "key": tmp_path / "our.key"}
    async with a_service(tls=tls) as url:
        for trusted, settings in ((False, {}), (False, files), (True, mine)):
            intake = FakeIntake()
            async with at_work(a_client(tmp_path, url, **settings), intake):
                kind = SourceConnected if trusted else SourceLost
                await until(lambda intake=intake, kind=kind: bool(intake.of(kind)))


def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    url = "wss://other.example/IncidentData/ent"
    with pytest.raises(Trouble, match=r"ca_file.*cannot be used"):
        a_client(tmp_path, url, ca_file=tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("settings", "why"),
    [({"url": "ws://other.example/x"}, "in clear"), ({"url": "http://127.0.0.1/x"}, "no address"),
     ({"certificate": Path("our.pem")}, "needs its key")],
)  # fmt: skip
def test_settings_that_cannot_be_right_are_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        EidoClientSettings(**settings)


# --- when the other side is not well ----------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "settings", "why"),
    [("refuse", {}, "refused"), ("terminate", {}, "terminated"),
     ("no-subscription-answer", {"answer_within": timedelta(milliseconds=200)}, "unanswered"),
     ("deaf", {"sign_of_life": timedelta(seconds=1)}, "silent")],
)  # fmt: skip
async def test_o4_a_conversation_that_conveys_nothing_is_over_and_begins_again(
    fault: str, settings: dict[str, Any], why: str, tmp_path: Path
) -> None:
    """A silent link is a dead link, though its connection stands and answers pings."""
    intake = FakeIntake()
    async with a_service(fault) as url, at_work(a_client(tmp_path, url, **settings), intake):
        await until(lambda: bool(intake.of(SourceLost)))
    lost = intake.of(SourceLost)[0]
    assert isinstance(lost, SourceLost)
    assert (lost.reason, lost.source) == (why, "eido_client")


async def test_o4_a_service_that_has_gone_is_found_again_and_tells_what_is_live(
    tmp_path: Path,
) -> None:
    async with eido_client(tmp_path) as rig:
        before = rig.notifier
        await rig.say(1)
        assert rig._request.transport
        rig._request.transport.close()
        await rig.begun(before)
        await rig.say(1)
        await rig.say(2)
        assert isinstance(rig, EidoClientRig)
    assert rig.heard() == [1, 2]
    assert len(rig.intake.of(SourceConnected)) == 2


async def test_nobody_there_and_something_else_there_are_told_apart(tmp_path: Path) -> None:
    async with eido_server(tmp_path) as rig:
        at = HostPort("127.0.0.1", rig.source.address.port)
        reasons = []
        for url in (f"ws://{at}/other", f"ws://{at}{PATH}", "ws://127.0.0.1:9/IncidentData/ent"):
            intake = FakeIntake()
            async with at_work(a_client(tmp_path, url), intake):
                await until(lambda intake=intake: bool(intake.of(SourceLost)))
            reasons += [one.reason for one in intake.of(SourceLost) if isinstance(one, SourceLost)]
    assert list(dict.fromkeys(reasons)) == ["not_eido", "not_let_in", "unreachable"]


async def test_a_subscription_is_renewed_before_it_is_over(tmp_path: Path) -> None:
    """With its id, and without beginning anew."""
    asked: list[dict[str, Any]] = []

    async def on_subscriber(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=[SUBPROTOCOL])
        await socket.prepare(request)
        async for message in socket:
            said = json.loads(message.data)["subscribe"]
            asked.append(said)
            answer = {"requestId": said["requestId"], "subscriptionId": "s1", "expires": 1,
                      "statusCode": 200, "statusText": "OK"}  # fmt: skip
            await socket.send_str(json.dumps({"subscribeResponse": answer}))
        return socket

    app = web.Application()
    app.router.add_get(PATH, on_subscriber)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    intake = FakeIntake()
    url = f"ws://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    async with at_work(a_client(tmp_path, url), intake):
        await until(lambda: len(asked) >= 3)
    await runner.cleanup()
    assert [one.get("subscriptionId") for one in asked[:3]] == [None, "s1", "s1"]
    assert len(intake.of(SourceConnected)) == 1
    assert intake.of(SourceLost) == []
