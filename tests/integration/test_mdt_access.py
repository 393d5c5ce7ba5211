"""Each device hears and speaks for itself alone; every forbidden topic is really tried (E2).

The broker's word is not believed: mosquitto grants a subscription that it will never serve. After
each attempt something allowed goes the same way; what was forbidden would have come before it.
"""

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiomqtt
import pytest
from structlog.testing import capture_logs

from adapters.channels.broker_access import down, up
from adapters.channels.device_accounts import SERVICE
from schemas import mdt
from tests.brokers import KINDS, Broker, client, note, serving, until

OWN = "forewarn/eoc1/mdt/A101"
OTHER = "forewarn/eoc1/mdt/A102"
FENCE = b"the fence"

HEARD = [f"{OTHER}/{leaf}" for leaf in mdt.DOWN + mdt.UP]
WIDER = ["#", "+/#", "forewarn/#", "forewarn/eoc1/#", "forewarn/eoc1/mdt/+/notes", f"{OTHER}/#",
         "forewarn/+/mdt/A102/+", "forewarn/eoc1/mdt/#", "$MQTT/#", "$MQTT/sub/#",
         "$MQTT/deliver/#", "$JS/#", "$SYS/#"]  # fmt: skip
SPOKEN = [*HEARD, *(f"{OWN}/{leaf}" for leaf in mdt.DOWN), "forewarn/eoc1/control", "elsewhere"]


@pytest.fixture(params=["nats over TLS", "mosquitto over TLS"])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    started = KINDS[request.param](tmp_path)
    await started.start()
    yield started
    await started.stop()


def as_device(broker: Broker, name: str) -> aiomqtt.Client:
    return client(broker, name, broker.passwords[name])


def as_service(broker: Broker) -> aiomqtt.Client:
    return client(broker, SERVICE, broker.at.password())


async def before_the_fence(hearing: aiomqtt.Client) -> list[str]:
    """The topics of what arrived before the fence."""
    topics = []
    async with asyncio.timeout(60):
        async for message in hearing.messages:
            if message.payload == FENCE:
                return topics
            topics.append(message.topic.value)
    raise AssertionError("the fence never came")


async def test_e2_the_rule_table_speaks_of_every_topic_of_the_contract() -> None:
    assert sorted(down()) == sorted(mdt.DOWN)
    assert sorted(up()) == sorted(mdt.UP)


@pytest.mark.parametrize("topic", [*HEARD, *WIDER])
async def test_e2_a_device_does_not_hear_what_is_not_its_own(broker: Broker, topic: str) -> None:
    async with as_device(broker, "A101") as curious, as_service(broker) as service:
        await curious.subscribe(f"{OWN}/answers", qos=1)
        await curious.subscribe(topic, qos=1)
        async with as_device(broker, "A102") as other:
            await other.subscribe([(f"{OTHER}/{leaf}", 1) for leaf in mdt.DOWN])
            for leaf in mdt.DOWN:
                await service.publish(f"{OTHER}/{leaf}", b"for A102 alone", qos=1)
            for leaf in mdt.UP:
                await other.publish(f"{OTHER}/{leaf}", b"of A102 alone", qos=1)
            await service.publish(f"{OTHER}/taken", FENCE, qos=1)
            assert len(await before_the_fence(other)) == len(mdt.DOWN), "A102 hears its own"
        await service.publish(f"{OWN}/answers", FENCE, qos=1)
        assert await before_the_fence(curious) == []


@pytest.mark.parametrize("topic", SPOKEN)
@pytest.mark.parametrize("qos", [0, 1])
async def test_e2_a_device_does_not_speak_where_it_may_not(
    broker: Broker, topic: str, qos: int
) -> None:
    async with as_service(broker) as hearing, as_device(broker, "A101") as liar:
        await hearing.subscribe("forewarn/eoc1/#", qos=1)
        await liar.publish(topic, b"a lie", qos=qos)
        await liar.publish(f"{OWN}/hello", FENCE, qos=1)
        assert await before_the_fence(hearing) == []


@pytest.mark.parametrize("leaf", mdt.DOWN)
async def test_e2_no_device_tells_another_what_only_the_service_may(
    broker: Broker, leaf: str
) -> None:
    async with as_device(broker, "A102") as victim, as_device(broker, "A101") as liar:
        await victim.subscribe(f"{OTHER}/{leaf}", qos=1)
        await liar.publish(f"{OTHER}/{leaf}", b"a lie", qos=1)
        async with as_service(broker) as service:
            await service.publish(f"{OTHER}/{leaf}", FENCE, qos=1)
        assert await before_the_fence(victim) == []


async def test_e2_a_device_speaks_and_hears_on_its_own_topics(broker: Broker) -> None:
    async with as_service(broker) as service, as_device(broker, "A101") as device:
        await service.subscribe("forewarn/eoc1/#", qos=1)
        for leaf in mdt.UP:
            await device.publish(f"{OWN}/{leaf}", b"mine", qos=1)
        await device.publish(f"{OWN}/hello", FENCE, qos=1)
        assert await before_the_fence(service) == [f"{OWN}/{leaf}" for leaf in mdt.UP]


STRANGERS = {
    "nobody": (None, None),
    "a device with a wrong password": ("A101", "guess"),
    "a device without a password": ("A101", None),
    "a device that has no account": ("A103", "guess"),
    "the service with a wrong password": (SERVICE, "guess"),
}


@pytest.mark.parametrize("who", list(STRANGERS))
async def test_e2_who_has_no_account_does_not_get_in(broker: Broker, who: str) -> None:
    with pytest.raises(aiomqtt.MqttError):
        async with client(broker, *STRANGERS[who]):
            pytest.fail(f"{who} got in")


async def test_e2_one_devices_password_does_not_open_anothers_account(broker: Broker) -> None:
    with pytest.raises(aiomqtt.MqttError):
        async with client(broker, "A102", broker.passwords["A101"]):
            pytest.fail("A101 got in as A102")


async def test_e2_a_session_taken_over_gives_its_thief_nothing(broker: Broker) -> None:
    """A device that comes with another's client id gets nothing of what waits for that one."""
    link = broker.link

    def session(name: str) -> aiomqtt.Client:
        return aiomqtt.Client(
            link.host,
            link.port,
            username=name,
            password=broker.passwords[name],
            identifier="mdt-A102",
            clean_session=False,
            tls_context=ssl.create_default_context(cafile=link.ca) if link.ca else None,
        )

    async with session("A102") as victim:
        await victim.subscribe(f"{OTHER}/notes", qos=1)
    async with as_service(broker) as service:
        await service.publish(f"{OTHER}/notes", b"for A102 alone", qos=1)
        async with session("A101") as thief:
            await thief.subscribe(f"{OWN}/notes", qos=1)
            await service.publish(f"{OWN}/notes", FENCE, qos=1)
            assert await before_the_fence(thief) == []


# --- TLS -------------------------------------------------------------------------------


async def test_e2_without_tls_a_broker_that_speaks_tls_lets_nobody_in(tmp_path: Path) -> None:
    broker = KINDS["nats over TLS"](tmp_path)
    await broker.start()
    link = broker.link
    clear = aiomqtt.Client(
        link.host, link.port, username="A101", password=broker.passwords["A101"], timeout=2
    )
    try:
        with pytest.raises(aiomqtt.MqttError):
            async with clear:
                pytest.fail("it got in without TLS")
    finally:
        await broker.stop()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # paho, after a failed handshake
@pytest.mark.parametrize("kind", ["nats over TLS", "mosquitto over TLS"])
async def test_e2_a_broker_with_another_certificate_is_not_trusted(
    kind: str, tmp_path: Path
) -> None:
    (tmp_path / "true").mkdir()
    (tmp_path / "false").mkdir()
    broker, impostor = KINDS[kind](tmp_path / "true"), KINDS[kind](tmp_path / "false")
    await impostor.start()
    try:
        at = broker.at.model_copy(update={"at": impostor.at.at})
        password = impostor.at.password_file
        misled = at.model_copy(update={"password_file": password})
        with capture_logs() as said:
            async with serving(misled, tmp_path / "service") as service:
                await until(lambda: any(line["event"] == "no_broker" for line in said))
                assert service.came_back == 0
        gc.collect()
        assert {line["reason"] for line in said} == {"untrusted"}
        honest = misled.model_copy(
            update={"ca_file": impostor.at.ca_file, "pinned_file": impostor.at.pinned_file}
        )
        async with serving(honest, tmp_path / "service") as service:
            await service.connected()
            await service.send("A101", note())
    finally:
        await impostor.stop()
