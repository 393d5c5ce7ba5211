"""Accounts of devices and what they may at the broker; work in order for each (E2, O4)."""

import asyncio
import base64
import hashlib
import stat
from pathlib import Path

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.channels.broker_access import mosquitto_acl, mosquitto_passwords, nats_users
from adapters.channels.device_accounts import DeviceAccounts, account, write_private
from adapters.channels.fair import FairQueue
from adapters.wires.mqtt_connection import BrokerAt
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort

# --- accounts --------------------------------------------------------------------------


def test_e2_a_password_is_told_once_and_kept_as_hashes_alone(tmp_path: Path) -> None:
    file = tmp_path / "devices.json"
    password = DeviceAccounts(file).add("A101")
    assert password not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    ((device, kept),) = DeviceAccounts(file)
    assert device == "A101"
    assert bcrypt.checkpw(password.encode(), kept.bcrypt.encode())
    _, kind, rounds, salt, key = kept.pbkdf2.split("$")
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(salt), int(rounds))
    assert (kind, base64.b64decode(key)) == ("7", made)


def test_e2_every_device_has_another_password_and_can_get_a_new_one(tmp_path: Path) -> None:
    accounts = DeviceAccounts(tmp_path / "devices.json")
    first = accounts.add_all(["A101", "A102"])
    renewed = accounts.add("A101")
    assert len({*first.values(), renewed}) == 3
    assert [device for device, _ in accounts] == ["A101", "A102"]
    assert not bcrypt.checkpw(first["A101"].encode(), dict(accounts)["A101"].bcrypt.encode())


def test_e2_an_account_taken_away_is_gone(tmp_path: Path) -> None:
    accounts = DeviceAccounts(tmp_path / "devices.json")
    accounts.add("A101")
    accounts.remove("A101")
    assert "A101" not in DeviceAccounts(tmp_path / "devices.json")
    with pytest.raises(KeyError):
        accounts.remove("A101")


@pytest.mark.parametrize("name", ["", "A/1", "A+", "#", "A 1", "x" * 33, "A\n"])
def test_e2_a_name_that_means_more_in_a_topic_gets_no_account(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        DeviceAccounts(tmp_path / "devices.json").add(name)


def test_a_file_that_holds_no_accounts_is_told_with_a_remedy(tmp_path: Path) -> None:
    write_private(tmp_path / "devices.json", b'{"A101": "plain"}')
    with pytest.raises(Trouble, match="backup"):
        DeviceAccounts(tmp_path / "devices.json")


# --- what they may ---------------------------------------------------------------------


def test_e2_mosquitto_is_told_each_topic_of_each_device() -> None:
    assert mosquitto_acl("eoc1", ["A101"]).splitlines() == [
        "user forewarn",
        "topic readwrite forewarn/eoc1/#",
        "",
        "user A101",
        "topic read forewarn/eoc1/mdt/A101/notes",
        "topic read forewarn/eoc1/mdt/A101/answers",
        "topic read forewarn/eoc1/mdt/A101/prompts",
        "topic read forewarn/eoc1/mdt/A101/taken",
        "topic read forewarn/eoc1/mdt/A101/heard",
        "topic write forewarn/eoc1/mdt/A101/receipts",
        "topic write forewarn/eoc1/mdt/A101/hello",
        "topic write forewarn/eoc1/mdt/A101/ask",
        "topic write forewarn/eoc1/mdt/A101/states",
        "topic write forewarn/eoc1/mdt/A101/violence",
    ]


def test_e2_mosquitto_gets_a_line_for_everybody() -> None:
    lines = mosquitto_passwords([("A101", account("one"))], account("two")).splitlines()
    assert [line.split(":$7$")[0] for line in lines] == ["forewarn", "A101"]


def test_e2_nats_admits_over_mqtt_alone() -> None:
    users = nats_users("eoc1", [("A101", account("one"))], account("two"))
    assert [user["user"] for user in users] == ["forewarn", "A101"]
    assert all(user["allowed_connection_types"] == ["MQTT"] for user in users)


def test_e2_nothing_goes_to_another_machine_in_the_clear(tmp_path: Path) -> None:
    elsewhere = HostPort("broker.example.org", 8883)
    with pytest.raises(ValidationError, match="ca_file"):
        BrokerAt(at=elsewhere)
    assert BrokerAt(at=elsewhere, ca_file=tmp_path / "ca.pem").at == elsewhere


# --- in order, in turn -----------------------------------------------------------------


async def drained(queue: FairQueue[tuple[str, int]], workers: int) -> list[tuple[str, int]]:
    """What was handled, in the order in which it was begun; nothing of one key overlaps."""
    begun: list[tuple[str, int]] = []
    busy: set[str] = set()

    async def handle(item: tuple[str, int]) -> None:
        assert item[0] not in busy
        busy.add(item[0])
        begun.append(item)
        await asyncio.sleep(0)
        busy.discard(item[0])

    tasks = [asyncio.create_task(queue.work(handle)) for _ in range(workers)]
    while queue.depth:  # noqa: ASYNC110 - the workers are to run between
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return begun


@given(st.lists(st.sampled_from("ABC"), max_size=30), st.integers(1, 4))
def test_o4_each_key_keeps_its_order_and_nothing_is_lost(keys: list[str], workers: int) -> None:
    async def run() -> None:
        queue = FairQueue[tuple[str, int]](bound=100, each=100)
        said = list(zip(keys, range(len(keys)), strict=True))
        assert all(queue.put(key, (key, n)) for key, n in said)
        begun = await drained(queue, workers)
        for key in "ABC":
            assert [i for i in begun if i[0] == key] == [i for i in said if i[0] == key]

    asyncio.run(run())


async def test_o4_who_says_much_waits_behind_itself() -> None:
    queue = FairQueue[tuple[str, int]](bound=100, each=100)
    for n in range(5):
        queue.put("loud", ("loud", n))
    queue.put("quiet", ("quiet", 0))
    begun = await drained(queue, workers=1)
    assert begun.index(("quiet", 0)) == 1


async def test_o4_the_queue_has_a_bound_for_each_and_for_all() -> None:
    queue = FairQueue[int](bound=3, each=2)
    assert [queue.put("A", n) for n in range(3)] == [True, True, False]
    assert [queue.put("B", n) for n in range(2)] == [True, False]
    assert queue.depth == 3


async def test_o4_what_was_not_handled_to_its_end_is_handled_when_work_goes_on() -> None:
    queue = FairQueue[tuple[str, int]](bound=10, each=10)
    for n in range(3):
        queue.put("A", ("A", n))

    async def fail(item: tuple[str, int]) -> None:
        raise OSError("the journal cannot be written")

    with pytest.raises(OSError, match="journal"):
        await queue.work(fail)
    assert await drained(queue, workers=2) == [("A", 0), ("A", 1), ("A", 2)]
