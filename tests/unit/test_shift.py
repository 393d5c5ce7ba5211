"""The committed shift is the generated one, whole, and answered as its plots say (O3, C3, C4)."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.codecs.marker_csv import Accepted, Refusal, read_markers
from middleware.domain.matching.index import MarkerIndex
from schemas.check import Whereabouts
from simulators.cad_player import VERBS
from simulators.shift import DATA, MARKERS, SHIFT, Step, Vehicle, load, main, play
from simulators.shift_markers import WRONG

TODAY = date(2026, 11, 22)
PLAYED = load()
CAD = [step for step in PLAYED.steps if step.system == "cad"]
OPENED = [step for step in CAD if step.do == "open"]


def steps_of(number: int) -> list[Step]:
    return [step for step in CAD if step.about["number"] == number]


def in_time(do: str, until: float) -> set[int]:
    return {step.about["number"] for step in CAD if step.do == do and step.at < until}


def by_plot(name: str, until: float) -> list[Step]:
    return [step for step in OPENED if step.about["plot"] == name and step.at < until]


def rows() -> list[Accepted | Refusal]:
    return list(read_markers(MARKERS.read_bytes(), TODAY).results)


@pytest.fixture(scope="module")
def index() -> MarkerIndex:
    index = MarkerIndex()
    found = [row.marker for row in rows() if isinstance(row, Accepted)]
    index.put_many(m for m in found if m.ends_on is None or m.ends_on >= TODAY)
    return index


def test_the_committed_files_are_those_of_the_seed(tmp_path: Path) -> None:
    assert main(["--seed", "7", "--into", str(tmp_path)]) == 0
    for path in (SHIFT, MARKERS):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), (
            f"run: python -m simulators.shift --seed 7 --into {DATA.name}"
        )


def test_o3_the_shift_has_its_size() -> None:
    rung = [step for step in PLAYED.steps if step.system == "calls" and step.do == "ring"]
    assert len(OPENED) == PLAYED.incidents == 40
    assert len(rung) >= 15
    assert len(PLAYED.fleet) == 9
    assert 60 <= PLAYED.length <= 90
    assert max(step.at for step in PLAYED.steps) <= PLAYED.length


def test_o3_steps_come_in_time_and_every_incident_opens_first_and_closes_last() -> None:
    assert list(PLAYED.steps) == sorted(PLAYED.steps, key=lambda step: step.at)
    for number in range(1, PLAYED.incidents + 1):
        done = [step.do for step in steps_of(number)]
        assert (done[0], done[-1]) == ("open", "close")
        assert set(done) <= set(VERBS)


def test_o3_a_vehicle_is_at_one_incident_at_a_time() -> None:
    busy: dict[str, int] = {}
    for step in CAD:
        callsign = step.about.get("callsign")
        if step.do == "assign":
            assert callsign not in busy, f"{callsign} is at incident {busy.get(callsign)}"
            busy[callsign] = step.about["number"]
        elif step.do in {"clear", "stand_down"}:
            assert busy.pop(callsign) == step.about["number"]
    assert not busy


def test_o3_thirty_seconds_show_almost_everything() -> None:
    until = 30.0
    assert {step.about["expect"] for step in OPENED if step.at < until} == {
        "found", "possible", "none_found", "not_checked",
    }  # fmt: skip
    for do in ("assign", "mobile", "at_scene", "clear", "stand_down", "change_address", "close"):
        assert in_time(do, until), do
    for plot in ("single responder", "attacked", "marked house", "nobody acknowledges",
                 "terminal off", "moved away", "moved here", "which flat", "number only",
                 "neighbour", "assigned late"):  # fmt: skip
        assert by_plot(plot, until - 5), plot


def vehicle_of(plot: str) -> Vehicle:
    (callsign, *_) = (
        step.about["callsign"]
        for step in steps_of(by_plot(plot, 30.0)[0].about["number"])
        if step.do == "assign"
    )
    return next(one for one in PLAYED.fleet if one.callsign == callsign)


def test_n5_the_crew_that_never_answers_can_be_reached_in_every_way_and_answers_on_none() -> None:
    deaf = vehicle_of("nobody acknowledges")
    assert deaf.radio
    assert (deaf.after, deaf.radio_after) == (None, None)
    assert deaf.phone
    assert deaf.phone.behaviour == {"presses": [], "hangs_up_after": 8.0}


def test_n4_who_drives_alone_hears_the_call_to_its_end_and_leaves_the_mdt_alone() -> None:
    for plot in ("single responder", "single responder, engaged"):
        vehicle = vehicle_of(plot)
        assert vehicle.single
        assert vehicle.radio
        assert vehicle.phone
        assert vehicle.after is None
    drives = [s.at for s in steps_of(1) if s.do in {"assign", "at_scene"}]
    assert drives[1] - drives[0] > 40.0


def test_d1_the_button_is_pressed_at_scene_again_and_again_and_once_by_mistake() -> None:
    on_radio = [step for step in PLAYED.steps if step.system == "radio"]
    pressed = [step for step in on_radio if step.do == "emergency"]
    assert len(pressed) == 4
    assert len({step.about["callsign"] for step in pressed}) == 2
    for step in pressed:
        there = [s.at for s in steps_of(step.about["number"]) if s.do == "at_scene"]
        assert min(there) < step.at
    (cancelled,) = (step for step in on_radio if step.do == "cancel")
    assert cancelled.about["callsign"] == pressed[-1].about["callsign"]


def test_o3_calls_are_answered_given_up_withheld_and_ended_for_abuse() -> None:
    calls = [step for step in PLAYED.steps if step.system == "calls"]
    done = Counter(step.do for step in calls)
    assert set(done) == {"ring", "answer", "warn", "terminate", "hang_up"}
    rung = {step.about["call"] for step in calls if step.do == "ring"}
    over = {step.about["call"] for step in calls if step.do in {"hang_up", "terminate"}}
    assert rung == over
    assert any(step.about["number"] is None for step in calls if step.do == "ring")


def numbers(value: Any) -> list[str]:
    if isinstance(value, dict):
        keyed = (value.get("phone"), value.get("number") if "call" in value else None)
        return [str(n) for n in keyed if n] + [n for v in value.values() for n in numbers(v)]
    return []


def test_every_number_is_from_the_ranges_for_drama() -> None:
    given = [n.replace(" ", "") for step in PLAYED.steps for n in numbers(step.about)]
    accepted = [row.marker for row in rows() if isinstance(row, Accepted)]
    given += [n.replace(" ", "") for marker in accepted for n in marker.phones]
    assert len(given) > 20
    given += [one.phone.number.replace("+44", "0") for one in PLAYED.fleet if one.phone]
    assert {n for n in given if not n.startswith(("07700900", "01632960", "0207946"))} == set()


def test_m1_the_bad_rows_of_the_markers_are_refused_one_by_one_and_the_rest_taken() -> None:
    refused = [row for row in rows() if isinstance(row, Refusal)]
    assert [row.field for row in refused] == [
        "review_on", "source", "happened_on", "scope", "category", "id", "longitude",
    ]  # fmt: skip
    assert len(rows()) == 60
    assert len(refused) == len(WRONG)


@pytest.mark.parametrize("step", OPENED, ids=lambda s: f"{s.about['number']} {s.about['plot']}")
def test_c4_every_incident_is_answered_as_its_plot_says(index: MarkerIndex, step: Step) -> None:
    answer = index.check(Whereabouts(**step.about["place"]))
    assert answer.outcome == step.about["expect"]


@pytest.mark.parametrize("plot", ["moved here", "moved away", "not understood"])
def test_c3_a_changed_address_changes_the_answer(index: MarkerIndex, plot: str) -> None:
    for opened in by_plot(plot, PLAYED.length):
        (changed,) = (s for s in steps_of(opened.about["number"]) if s.do == "change_address")
        before = index.check(Whereabouts(**opened.about["place"])).outcome
        after = index.check(Whereabouts(**changed.about["place"])).outcome
        assert after == ("found" if plot == "moved here" else "none_found")
        assert before != after


async def test_o3_play_acts_on_every_step_in_order() -> None:
    acted: list[Step] = []
    await play(PLAYED.steps, acted.append, speed=100_000)
    assert acted == list(PLAYED.steps)
