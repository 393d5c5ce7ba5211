"""The channel `eido_notifier` over real sockets: who subscribes, and how, and what goes wrong (N2,
N7, D1, O4)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from pydantic import ValidationError

from adapters.channels.broker import free_port
from adapters.channels.eido_notifier import SPEC, EidoNotifierSettings
from middleware.ports import ChannelDown
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.service import SourceLost
from simulators.eido_notifier import PATH, SUBPROTOCOL
from simulators.eido_subscriber import Subscriber
from tests.brokers import until
from tests.channels import Line, running
from tests.eido_subscriber_rig import TOKEN, EidoSubscriberRig
from tests.rigs import PATIENCE

INCIDENT = "i4711"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NEW = {"requestId": "r1", "requestType": "EIDO", "requestSubType": "new"}
Json = dict[str, Any]


class _Here(EidoSubscriberRig):
    """With settings of the test; the subscriber is in the test itself."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder)
        self._more = settings
        self.at = f"127.0.0.1:{free_port('127.0.0.1')}"

    @property
    def settings(self) -> Json:
        return {"listen": self.at, "answer_within": "1m"} | self._more

    @property
    def url(self) -> str:
        return f"ws://{self.at}{PATH}"


@asynccontextmanager
async def line(folder: Path, **settings: Any) -> AsyncIterator[tuple[_Here, Line]]:
    rig = _Here(folder, **settings)
    async with running(SPEC, rig, folder / "service") as made:
        yield rig, made


@asynccontextmanager
async def connected(rig: _Here) -> AsyncIterator[ClientWebSocketResponse]:
    async with ClientSession(headers=BEARER) as http:
        for _ in range(PATIENCE * 20):
            try:
                socket = await http.ws_connect(rig.url, protocols=[SUBPROTOCOL])
                break
            except OSError:
                await asyncio.sleep(0.05)
        async with socket:
            yield socket


async def say(socket: ClientWebSocketResponse, name: str, **fields: Any) -> None:
    await socket.send_str(json.dumps({name: fields}))


async def hear(socket: ClientWebSocketResponse) -> tuple[str, Json]:
    async with asyncio.timeout(PATIENCE):
        message = await socket.receive()
    assert message.type is WSMsgType.TEXT, message
    ((name, said),) = json.loads(message.data).items()
    return name, said


async def subscribed(socket: ClientWebSocketResponse, **more: Any) -> Json:
    """The answer, after the notification that follows it."""
    await say(socket, "subscribe", **NEW | more)
    name, answer = await hear(socket)
    assert (name, answer["statusCode"]) == ("subscribeResponse", 200)
    name, first = await hear(socket)
    assert name == "event"
    return answer | {"first": first["notification"]}


async def accept(socket: ClientWebSocketResponse, status: int = 200) -> Json:
    """The next notification that is not empty, answered so."""
    while True:
        name, said = await hear(socket)
        assert name == "event"
        more = {"transactionId": said["transactionId"], "statusCode": status, "statusText": "."}
        await say(socket, "eventResponse", **more)
        if said["notification"]:
            (one,) = said["notification"]
            return dict(one)


async def send(made: Line, rig: _Here, name: str = "w1", revision: int = 1, **more: Any) -> None:
    await made.send(INCIDENT, rig.note(name, revision, **more))


# --- what it is told --------------------------------------------------------------------


async def test_n2_n7_each_object_holds_all_that_stands_of_its_incident(tmp_path: Path) -> None:
    async with line(tmp_path) as (rig, made), connected(rig) as socket:
        assert (await subscribed(socket))["first"] == []
        stood = []
        for name, revision, withdrawn in (("w1", 1, False), ("w2", 1, False), ("w1", 2, True),
                                          ("w2", 2, False)):  # fmt: skip
            sending = asyncio.create_task(send(made, rig, name, revision, withdrawn=withdrawn))
            one = await accept(socket)
            await sending
            cautions = [part["forewarn"] for part in one["cautionComponent"]]
            stood.append([(own["note"], own["revision"], own["withdrawn"]) for own in cautions])
    assert stood == [
        [("w1", 1, False)],
        [("w1", 1, False), ("w2", 1, False)],
        [("w1", 2, True), ("w2", 1, False)],
        [("w2", 2, False)],
    ]
    assert [(one.note, one.note_revision) for one in made.intake.of(NoteDisplayed)] == [
        ("w1", 1), ("w2", 1), ("w1", 2), ("w2", 2),
    ]  # fmt: skip


async def test_a_new_subscriber_is_told_at_once_what_stands(tmp_path: Path) -> None:
    """As the standard asks; what the service knows besides comes right after it."""
    async with line(tmp_path) as (rig, made):
        async with connected(rig) as socket:
            await subscribed(socket)
            sending = asyncio.create_task(send(made, rig))
            await accept(socket)
            await sending
        async with connected(rig) as socket:
            (one,) = (await subscribed(socket))["first"]
    assert one["cautionComponent"][0]["cautionTypeInternalText"] == "Risk"


async def test_who_subscribes_last_is_told_and_the_one_before_hears_that_it_is_not(
    tmp_path: Path,
) -> None:
    settings = {"ping_every": "100ms"}
    async with line(tmp_path, **settings) as (rig, made), connected(rig) as first:
        await subscribed(first)
        async with connected(rig) as second:
            await subscribed(second)
            names = [(await hear(first))[0]]
            sending = asyncio.create_task(send(made, rig))
            await accept(second)
            await sending
            assert made.intake.of(SourceLost) == [], "somebody was there all the time"
    assert names == ["terminate"]


async def test_a_subscription_that_is_not_renewed_is_over(tmp_path: Path) -> None:
    async with line(tmp_path, ping_every="100ms") as (rig, made), connected(rig) as socket:
        await subscribed(socket, expires=1)
        names = []
        while "terminate" not in names:
            names.append((await hear(socket))[0])
        await until(lambda: bool(made.intake.of(SourceLost)))
        with pytest.raises(ChannelDown):
            await send(made, rig)
    (lost,) = made.intake.of(SourceLost)
    assert isinstance(lost, SourceLost)
    assert lost.reason == "expired"


async def test_a_subscriber_that_renews_stays_and_hears_signs_of_life(tmp_path: Path) -> None:
    async with line(tmp_path, ping_every="100ms") as (rig, made), connected(rig) as socket:
        granted = await subscribed(socket, expires=2, minRate=1)
        assert (granted["expires"], granted["minRate"]) == (2, 1)
        empty = 0
        for n in range(4):
            name, said = await hear(socket)
            empty += name == "event" and said["notification"] == []
            await say(socket, "subscribe", requestId=f"again{n}",
                      subscriptionId=granted["subscriptionId"], expires=2)  # fmt: skip
            name, renewed = await hear(socket)
            assert (name, renewed["statusCode"]) == ("subscribeResponse", 200)
        assert empty == 4
        assert made.intake.of(SourceLost) == []


# --- what is refused --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "status"),
    [({"requestType": "LoST"}, 400), ({"requestSubType": "single", "incidentId": "x"}, 400),
     ({"expires": 0}, 200), ({"expires": -5}, 400), ({"subscriptionId": "nobody's"}, 481)],
)  # fmt: skip
async def test_what_is_not_done_here_is_refused_with_its_status(
    asked: Json, status: int, tmp_path: Path
) -> None:
    async with line(tmp_path) as (rig, _), connected(rig) as socket:
        await say(socket, "subscribe", **NEW | asked)
        name, answer = await hear(socket)
    assert (name, answer["statusCode"], answer["requestId"]) == ("subscribeResponse", status, "r1")


async def test_unsubscribing_and_things_that_nobody_knows_are_answered(tmp_path: Path) -> None:
    async with line(tmp_path) as (rig, made), connected(rig) as socket:
        granted = await subscribed(socket)
        await say(socket, "requestForService", requestId="r7")
        assert (await hear(socket))[1]["statusCode"] == 501
        await say(socket, "event", subscriptionId="x", transactionId="t1", notification=[])
        assert (await hear(socket))[1] == {
            "transactionId": "t1", "statusCode": 501, "statusText": "Not implemented",
        }  # fmt: skip
        await socket.send_str("no message")
        assert (await hear(socket))[0] == "response"
        named = {"requestId": "r8", "subscriptionId": granted["subscriptionId"]}
        await say(socket, "unsubscribe", **named)
        assert await hear(socket) == (
            "unsubscribeResponse", named | {"statusCode": 200, "statusText": "OK"},
        )  # fmt: skip
        await until(lambda: bool(made.intake.of(SourceLost)))
    ((_, problem, raw),) = made.intake.refused
    assert (problem.field, raw) == ("message", b"no message")


async def test_o4_what_is_refused_for_good_is_on_record_and_what_is_not_is_tried_again(
    tmp_path: Path,
) -> None:
    async with line(tmp_path) as (rig, made), connected(rig) as socket:
        await subscribed(socket)
        for status in (503, 400, 200):
            sending = asyncio.create_task(send(made, rig))
            await accept(socket, status)
            await asyncio.wait([sending])
            assert isinstance(sending.exception(), ChannelDown) is (status != 200)
    (refused,) = made.intake.of(DeliveryReported)
    assert isinstance(refused, DeliveryReported)
    assert (refused.state, refused.code) == (Delivery.REFUSED, "400")
    assert len(made.intake.of(NoteDisplayed)) == 1


async def test_o4_a_subscriber_that_answers_nothing_is_lost_though_its_pings_come(
    tmp_path: Path,
) -> None:
    settings = {"ping_every": "100ms", "answer_within": "200ms"}
    async with line(tmp_path, **settings) as (rig, made):
        subscriber = asyncio.create_task(Subscriber("silent").run(rig.url, BEARER))
        await made.connected()
        with pytest.raises(ChannelDown):
            await send(made, rig)
        await until(lambda: bool(made.intake.of(SourceLost)))
        await made.connected()
        subscriber.cancel()
        await asyncio.gather(subscriber, return_exceptions=True)
    (lost, *_) = made.intake.of(SourceLost)
    assert isinstance(lost, SourceLost)
    assert lost.reason == "unanswered"


@pytest.mark.parametrize("element", ["", "with space", "a" * 101])
def test_an_identifier_that_cannot_be_one_is_refused(element: str) -> None:
    with pytest.raises(ValidationError):
        EidoNotifierSettings(element=element)


def test_the_defaults_are_those_of_the_page() -> None:
    settings = EidoNotifierSettings()
    assert (str(settings.listen), settings.subscribe_for) == ("127.0.0.1:8113", timedelta(hours=1))
