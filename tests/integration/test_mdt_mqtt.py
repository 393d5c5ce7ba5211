"""The MDT channel on real brokers, with passwords, access lists and TLS (N3, N7, C5, O4)."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from middleware.ports import ChannelDown
from schemas.check import Outcome
from schemas.delivery import CrewAsked, DeviceSeen, NoteAcknowledged, NoteDisplayed
from schemas.mdt import DeviceAnswer, KnownIncident, ReceiptKind
from schemas.mistake import CrewReportedMistake, Mistaken
from schemas.service import SourceConnected, SourceLost
from simulators.mdt import Crew, Faults
from tests.brokers import KINDS, Broker, Service, client, device, freeze, note, serving, until


@pytest.fixture(params=list(KINDS))
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    started = KINDS[request.param](tmp_path)
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
async def service(broker: Broker, tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(broker.at, tmp_path / "service") as started:
        await started.connected()
        yield started


# --- a note's way ----------------------------------------------------------------------


async def test_n3_displayed_and_acknowledged_by_whom_come_back_apart(
    broker: Broker, service: Service
) -> None:
    mdt = device(broker, crew=Crew("P7", 0, 0))
    async with mdt.running():
        await mdt.connected.wait()
        await service.send("A101", note("n1", 3))
        await until(lambda: bool(service.heard(NoteAcknowledged)))
        await until(lambda: not mdt.open_receipts)
    (displayed,) = service.heard(NoteDisplayed)
    (acknowledged,) = service.heard(NoteAcknowledged)
    assert (displayed.device, displayed.note, displayed.note_revision) == ("A101", "n1", 3)
    assert (acknowledged.device, acknowledged.note, acknowledged.by) == ("A101", "n1", "P7")
    assert service.metric("forewarn_sent_total", channel="mdt", kind="notes") == 1


async def test_n7_a_withdrawn_note_leaves_the_screen_and_the_device_says_so(
    broker: Broker, service: Service
) -> None:
    mdt = device(broker, crew=Crew(least=3600, most=3600))
    async with mdt.running():
        await mdt.connected.wait()
        await service.send("A101", note("n1", 1))
        await until(lambda: len(service.heard(NoteDisplayed)) == 1)
        await service.send("A101", note("n1", 2, withdrawn=True, reason="address_changed"))
        await until(lambda: len(service.heard(NoteDisplayed)) == 2)
    assert [e.id for e in service.heard(NoteDisplayed)] == [
        f"A101/{ReceiptKind.DISPLAYED}/n1/1",
        f"A101/{ReceiptKind.REMOVED}/n1/2",
    ]


async def test_n3_a_note_sent_again_is_shown_once_and_an_older_one_never_over_it(
    broker: Broker, service: Service
) -> None:
    mdt = device(broker)
    async with mdt.running():
        await mdt.connected.wait()
        for revision in (2, 2, 1, 2):
            await service.send("A101", note("n1", revision))
        await service.send("A101", note("fence"))
        await until(lambda: mdt.tally["shown"] == 2)
    assert [(s.note, s.revision) for s in mdt.log.shown] == [("n1", 2), ("fence", 1)]
    assert mdt.log.violations == []


async def test_n6_what_a_crew_says_of_a_note_is_repeated_until_it_is_taken(
    broker: Broker, service: Service
) -> None:
    mdt = device(broker, crew=Crew("P7", 0, 0, says="wrong_address"))
    async with mdt.running():
        await mdt.connected.wait()
        await service.send("A101", note("n1", 2))
        await until(lambda: bool(service.heard(CrewReportedMistake)))
        await until(lambda: not mdt.open_receipts)
    (said,) = service.heard(CrewReportedMistake)
    assert (said.device, said.note, said.note_revision) == ("A101", "n1", 2)
    assert (said.says, said.by) == (Mistaken.WRONG_ADDRESS, "P7")


async def test_c5_a_crew_asks_and_is_answered(broker: Broker, service: Service) -> None:
    mdt = device(broker)
    async with mdt.running():
        await mdt.connected.wait()
        asking = asyncio.create_task(mdt.ask())
        await until(lambda: bool(service.heard(CrewAsked)))
        (asked,) = service.heard(CrewAsked)
        known = KnownIncident(incident="i1", outcome=Outcome.NONE_FOUND, in_words="none found")
        answer = DeviceAnswer(ask=asked.ask, incidents=(known,), in_words="none found")
        await service.send(asked.device, answer)
        told = await asking
    assert told["incidents"][0]["outcome"] == "none_found"


async def test_n3_a_device_says_hello_at_each_connection(broker: Broker, service: Service) -> None:
    for times in (1, 2):
        async with device(broker).running():
            await until(lambda times=times: len(service.heard(DeviceSeen)) == times)
    assert {e.device for e in service.heard(DeviceSeen)} == {"A101"}


# --- what devices say is never lost ----------------------------------------------------


async def test_o4_a_receipt_is_taken_only_when_the_journal_has_it(
    broker: Broker, service: Service
) -> None:
    """The broker was answered long before: a device must not believe that."""
    mdt = device(broker, faults=Faults(never_acknowledges=True))
    async with mdt.running():
        await until(lambda: bool(service.heard(DeviceSeen)))
        service.intake.hold()
        await service.send("A101", note("n1"))
        await until(lambda: mdt.tally["shown"] == 1)
        await service.send("A101", note("fence"))
        await until(lambda: mdt.tally["shown"] == 2)
        assert ("displayed", "n1", 1) in mdt.open_receipts
        service.intake.release()
        await until(lambda: not mdt.open_receipts)
    assert [e.note for e in service.heard(NoteDisplayed)] == ["n1", "fence"]


async def test_o4_a_device_repeats_its_receipt_until_the_service_is_there(
    broker: Broker, tmp_path: Path
) -> None:
    mdt = device(broker)
    async with mdt.running():
        async with serving(broker.at, tmp_path / "first") as first:
            await first.connected()
            await mdt.connected.wait()
            first.intake.hold()
            await first.send("A101", note("n1"))
            await until(lambda: len(mdt.open_receipts) == 2)
        async with serving(broker.at, tmp_path / "second") as second:
            await until(lambda: bool(second.heard(NoteAcknowledged)))
            await until(lambda: not mdt.open_receipts)
        assert len(second.heard(NoteDisplayed)) == 1


async def test_o4_receipts_said_twice_are_one_and_both_are_taken(
    broker: Broker, service: Service
) -> None:
    mdt = device(broker, faults=Faults(duplicate_receipts=True))
    async with mdt.running():
        await mdt.connected.wait()
        await service.send("A101", note("n1"))
        await until(lambda: bool(service.heard(NoteAcknowledged)) and not mdt.open_receipts)
    assert len(service.heard(NoteDisplayed)) == 1
    assert service.intake.conflicts == []


async def test_o4_what_cannot_be_read_is_quarantined_with_its_bytes_and_not_taken(
    broker: Broker, service: Service
) -> None:
    raw = b'{"contract":"forewarn.mdt/1","kind":"displayed","note":"n1","revision":0}'
    async with client(broker, "A101", broker.passwords["A101"]) as odd:
        await odd.subscribe("forewarn/eoc1/mdt/A101/taken", qos=1)
        await odd.publish("forewarn/eoc1/mdt/A101/receipts", raw, qos=1)
        await service.intake.until(refused=1)
        good = raw.replace(b'"revision":0', b'"revision":1')
        await odd.publish("forewarn/eoc1/mdt/A101/receipts", good, qos=1)
        first = await anext(odd.messages)
    ((source, problem, kept),) = service.intake.refused
    assert (source, problem.field, kept) == ("mdt", "revision", raw)
    assert first.topic.value.endswith("/taken")
    assert b'"revision":1' in bytes(first.payload)


async def test_o4_what_one_device_says_keeps_its_order(broker: Broker, service: Service) -> None:
    async with client(broker, "A101", broker.passwords["A101"]) as busy:
        for n in range(60):
            hello = b'{"contract":"forewarn.mdt/1","session":"s%d"}' % n
            await busy.publish("forewarn/eoc1/mdt/A101/hello", hello, qos=1)
        await until(lambda: len(service.heard(DeviceSeen)) == 60)
    assert [e.id for e in service.heard(DeviceSeen)] == [f"A101/s{n}" for n in range(60)]


async def test_o4_one_device_that_floods_loses_its_own_and_is_told_everything_again(
    broker: Broker, service: Service
) -> None:
    """The queue has a bound for each device; what was dropped may have been a hello."""
    service.intake.hold()
    flood = device(broker, "A102")
    async with client(broker, "A101", broker.passwords["A101"]) as busy, flood.running():
        hello = b'{"contract":"forewarn.mdt/1","session":"s%d"}'
        for n in range(150):
            await busy.publish("forewarn/eoc1/mdt/A101/hello", hello % n, qos=1)
        await until(lambda: service.metric("forewarn_adapter_dropped_total", adapter="mdt") == 50)
        service.intake.release()
        await service.connected(times=2)
        await until(lambda: len(service.heard(DeviceSeen)) == 101)
    assert {e.device for e in service.heard(DeviceSeen)} == {"A101", "A102"}


# --- the broker goes away --------------------------------------------------------------


async def test_o4_killed_and_its_store_lost_an_open_note_goes_out_again_and_is_shown_once(
    broker: Broker, service: Service
) -> None:
    mdt = device(broker)
    async with mdt.running():
        await mdt.connected.wait()
        await service.send("A101", note("n1"))
        await until(lambda: mdt.tally["shown"] == 1)
        await broker.kill()
        broker.lose_store()
        await until(lambda: bool(service.heard(SourceLost)))
        with pytest.raises(ChannelDown):
            await service.send("A101", note("n2"))
        await broker.start()
        await service.connected(times=2)
        await until(lambda: mdt.tally["connected"] == 2)
        for name in ("n1", "n2"):
            await service.send("A101", note(name))
        await until(lambda: mdt.tally["shown"] == 2 and not mdt.open_receipts)
    assert [s.note for s in mdt.log.shown] == ["n1", "n2"]
    assert mdt.log.violations == []
    assert {e.note for e in service.heard(NoteAcknowledged)} == {"n1", "n2"}


async def test_o1_coming_and_going_of_the_broker_is_on_record_without_a_gap(
    broker: Broker, service: Service
) -> None:
    """Devices say everything again, so nothing is lost by a cut."""
    await broker.kill()
    await until(lambda: bool(service.heard(SourceLost)))
    assert service.metric("forewarn_adapter_connected", adapter="mdt") == 0
    await broker.start()
    await until(lambda: len(service.heard(SourceConnected)) == 2)
    (lost,) = service.heard(SourceLost)
    assert (lost.source, lost.id, lost.gap, lost.reason) == ("mdt", "mdt", False, "closed")
    revisions = [e.revision for e in service.intake.events]
    assert revisions == sorted(set(revisions))
    assert service.metric("forewarn_adapter_connected", adapter="mdt") == 1


async def test_n5_what_waits_for_a_broker_that_dies_is_told_so(
    broker: Broker, service: Service
) -> None:
    """The courier must try again now, not after its limit."""
    assert broker.pid
    await freeze(broker.pid)
    sends = [asyncio.create_task(service.send("A101", note(f"n{n}"))) for n in range(200)]
    await until(lambda: service.metric("forewarn_queue_depth", queue="mdt outgoing") == 200)
    await broker.kill()
    results = await asyncio.gather(*sends, return_exceptions=True)
    assert all(isinstance(result, ChannelDown) for result in results)
    assert service.metric("forewarn_send_failures_total", channel="mdt") == 200
    assert service.metric("forewarn_queue_depth", queue="mdt outgoing") == 0


async def test_n5_a_broker_that_answers_nothing_is_left_and_found_again(
    broker: Broker, tmp_path: Path
) -> None:
    async with serving(broker.at, tmp_path / "service", send_within="500ms") as service:
        await service.connected()
        assert broker.pid
        await freeze(broker.pid)
        with pytest.raises(ChannelDown):
            await service.send("A101", note())
        await until(lambda: bool(service.heard(SourceLost)))
        os.kill(broker.pid, signal.SIGCONT)
        await service.connected(times=2)
        await service.send("A101", note())
        assert service.heard(SourceLost)[0].reason == "silent"


async def test_n3_a_thousand_sends_at_once_are_all_accepted(
    broker: Broker, service: Service
) -> None:
    """Each courier waits for its own; more wait than may be in flight."""
    await asyncio.gather(*(service.send(f"A{n}", note(f"n{n}")) for n in range(1_000)))
    assert service.metric("forewarn_sent_total", channel="mdt", kind="notes") == 1_000
