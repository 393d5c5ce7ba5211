"""Accepted is not delivered; shown is (N3, N7, C5, N8)."""

from datetime import timedelta
from itertools import pairwise

import pytest

from middleware.domain.rules import Rules, Rung
from middleware.engine.state import Note
from middleware.flow.couriers import FIRST_WAIT
from schemas.check import Outcome
from schemas.incident import ResourceStoodDown
from schemas.service import SourceConnected
from tests import said
from tests.flowing import Running, start
from tests.room import RULES
from tests.said import HIGH_STREET, MILL_LANE, START, Cad, Team, marker, resource
from tests.virtual import virtual

PATIENT = Rules(ladder=(Rung(channel="mdt", wait=timedelta(hours=1)), *RULES.ladder[1:]))


async def told(*callsigns: str, rules: Rules = RULES) -> tuple[Running, Cad, Team]:
    """A service on which crews (A1) were just told about the marker at 14 High Street."""
    running, cad, team = await start(rules=rules), Cad(), Team()
    submit = running.service.core.submit
    await submit(team.put(marker("M1", HIGH_STREET)))
    await running.wait(1)
    sent = tuple(resource(callsign) for callsign in callsigns or ("A1",))
    await submit(cad.opened(HIGH_STREET, sent))
    await running.wait(0.01)
    return running, cad, team


def note(running: Running, device: str = "A1") -> Note:
    (found,) = (n for n in running.state.notes.values() if n.device == device)
    return found


async def shown(running: Running, device: str = "A1") -> None:
    known = note(running, device)
    await running.service.core.submit(said.displayed(device, known.id, known.revision))


@virtual
async def test_n3_a_note_goes_out_at_once() -> None:
    running, *_ = await told()

    assert running.radio.revisions() == [(1, False)]


@virtual
async def test_n3_accepted_is_not_delivered_so_it_is_sent_again_less_and_less_often() -> None:
    running, *_ = await told(rules=PATIENT)
    begun = running.clock.monotonic()
    await running.wait(20 * FIRST_WAIT)

    times = [at - begun for at, _ in running.radio.sent]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert len(waits) >= 3
    assert all(2 * earlier * 0.6 < later for earlier, later in pairwise(waits))


@virtual
async def test_n3_nothing_is_sent_after_the_device_showed_it() -> None:
    running, *_ = await told()
    await shown(running)
    before = len(running.radio.sent)
    await running.wait(10 * FIRST_WAIT)

    assert len(running.radio.sent) == before


@virtual
async def test_n3_devices_do_not_wait_for_each_other() -> None:
    running, *_ = await told("A1", "A2")

    assert running.radio.revisions("A1") == running.radio.revisions("A2") == [(1, False)]


@virtual
async def test_n3_a_channel_that_is_down_is_tried_again_and_at_once_when_it_returns() -> None:
    running, cad, _ = await told()
    running.radio.up = False
    await running.service.core.submit(cad.assigned("A2"))
    await running.wait(10 * FIRST_WAIT)
    assert running.radio.notes("A2") == []
    assert len(running.radio.tried) > 3
    running.radio.up = True
    running.service.couriers.came_back("mdt")
    await running.wait(0.01)

    assert running.radio.revisions("A2") == [(1, False)]


@virtual
async def test_n3_a_channel_that_comes_and_goes_multiplies_nothing() -> None:
    """However often it returned, each note has one next time at which it is sent."""
    running, *_ = await told(rules=PATIENT)
    for _ in range(20):
        running.service.couriers.came_back("mdt")
        await running.wait(1)
    before = len(running.radio.sent)
    await running.wait(10 * FIRST_WAIT)

    assert len(running.radio.sent) - before < 5


@pytest.mark.parametrize("fault", [ValueError("a fault of the adapter"), OSError("no route")])
@virtual
async def test_a_fault_of_a_channel_counts_as_a_refusal_and_stops_nobody(
    fault: Exception,
) -> None:
    running, cad, _ = await told()
    running.radio.fault = fault
    await running.service.core.submit(cad.assigned("A2"))
    await running.wait(1.5 * FIRST_WAIT)

    assert not running.task.done()
    assert running.radio.revisions("A2") == [(1, False)]


@virtual
async def test_a_send_that_hangs_is_given_up_and_tried_again() -> None:
    running, cad, _ = await told()
    running.radio.hangs = True
    await running.service.core.submit(cad.assigned("A2"))
    await running.wait(1)
    running.radio.hangs = False
    await running.wait(90)

    assert running.radio.revisions("A2")


@virtual
async def test_n7_a_withdrawal_takes_the_place_of_the_note() -> None:
    running, cad, _ = await told()
    running.radio.up = False
    await running.service.core.submit(cad.address_changed(MILL_LANE))
    await running.wait(30)
    running.radio.up = True
    running.service.couriers.came_back("mdt")
    await running.wait(0.01)

    assert running.radio.revisions()[1:] == [(2, True)], "the old note never follows"
    assert running.radio.notes()[-1].reason == "the address was corrected"


@virtual
async def test_n7_a_withdrawal_is_repeated_until_the_device_took_it_away() -> None:
    running, cad, _ = await told()
    await shown(running)
    await running.service.core.submit(cad.closed())
    await running.wait(4 * FIRST_WAIT)
    assert running.radio.revisions()[1:] == [(2, True)] * (len(running.radio.sent) - 1)
    assert len(running.radio.sent) > 2
    await shown(running)
    before = len(running.radio.sent)
    await running.wait(300)

    assert len(running.radio.sent) == before


@virtual
async def test_n3_a_device_that_returns_gets_what_is_in_force_once() -> None:
    """It may have forgotten what it showed; if not, it knows the revision."""
    running, *_ = await told()
    await shown(running)
    await running.service.core.submit(said.acknowledged("A1", note(running).id, 1))
    before = len(running.radio.sent)
    await running.service.core.submit(said.seen("A1"))
    await running.wait(600)

    assert running.radio.revisions()[before:] == [(1, False)]


@virtual
async def test_n3_a_device_that_returns_gets_nothing_that_it_took_away() -> None:
    running, cad, _ = await told()
    await shown(running)
    await running.service.core.submit(cad.stage(ResourceStoodDown, "A1"))
    await running.wait(0.01)
    await shown(running)
    before = len(running.radio.sent)
    await running.service.core.submit(said.seen("A1"))
    await running.wait(600)

    assert len(running.radio.sent) == before


@virtual
async def test_n3_a_restart_sends_every_open_note_again_and_nothing_that_was_shown() -> None:
    running, *_ = await told("A1", "A2")
    await shown(running, "A1")
    await running.stop()
    again = await start(running.disk)
    await again.wait(1)

    assert again.radio.revisions("A1") == []
    assert again.radio.revisions("A2") == [(1, False)]


@virtual
async def test_n3_a_channel_that_returns_brings_what_is_in_force_once_more() -> None:
    """A device that started anew meanwhile said hello to nobody: its screen is empty."""
    running, *_ = await told("A1", "A2")
    await shown(running, "A1")
    before = len(running.radio.sent)
    connected = SourceConnected(source="mdt", id="mdt", revision=9, occurred_at=START)
    await running.service.core.submit(connected)
    await running.wait(1)

    assert running.radio.revisions("A1")[1:] == [(1, False)]
    assert len(running.radio.sent) == before + 2


@virtual
async def test_n3_a_note_that_ran_out_is_not_carried_any_further() -> None:
    running, cad, _ = await told()
    await running.service.core.submit(cad.closed())
    await running.wait(13 * 3600)
    before = len(running.radio.sent)
    await running.wait(3600)

    assert len(running.radio.sent) == before
    assert not running.state.notes


@virtual
async def test_n6_n8_the_note_says_what_is_known_and_no_more() -> None:
    running, *_ = await told()
    (body,) = running.radio.notes()

    assert body.headline.startswith("VIOLENCE")
    assert "14 months ago" in body.age
    assert "same dwelling" in body.certainty
    assert body.origin == "crew report"
    assert "RVP" in body.advice
    assert HIGH_STREET not in body.model_dump_json()


@virtual
async def test_c5_a_crew_that_asks_gets_one_of_the_three_answers() -> None:
    running, cad, _ = await told()
    submit = running.service.core.submit
    await submit(cad.opened(MILL_LANE, (resource("A2"),), number="2"))
    await submit(cad.assigned("A3", number="3"))
    for device in ("A1", "A2", "A3", "A4"):
        await submit(said.asked(device, f"q-{device}"))
    await running.wait(0.01)
    answers = {device: running.radio.answers(device) for device in ("A1", "A2", "A3", "A4")}

    assert all(len(given) == 1 for given in answers.values()), "an answer goes out once"
    known = {device: given[0].incidents for device, given in answers.items()}
    assert [k.outcome for k in known["A1"]] == [Outcome.FOUND]
    assert [n.note for n in known["A1"][0].notes] == [note(running).id]
    assert [k.outcome for k in known["A2"]] == [Outcome.NONE_FOUND]
    assert [k.outcome for k in known["A3"]] == [Outcome.NOT_CHECKED]
    assert known["A4"] == ()


@virtual
async def test_c5_an_answer_too_old_to_be_true_is_never_given() -> None:
    running, *_ = await told()
    running.radio.up = False
    await running.service.core.submit(said.asked("A1"))
    await running.wait(120)
    running.radio.up = True
    running.service.couriers.came_back("mdt")
    await running.wait(1)

    assert running.radio.answers() == []


@virtual
async def test_o4_a_device_that_asks_on_and_on_fills_no_queue() -> None:
    running, *_ = await told()
    running.radio.up = False
    for number in range(100):
        await running.service.core.submit(said.asked("A1", f"q{number}"))
    depth = running.metrics.registry.get_sample_value("forewarn_queue_depth", {"queue": "couriers"})
    assert depth == 11, "the note and ten answers"
    running.radio.up = True
    running.service.couriers.came_back("mdt")
    await running.wait(1)

    assert [a.ask for a in running.radio.answers()] == [f"q{n}" for n in range(90, 100)]
