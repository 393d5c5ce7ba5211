"""Whatever happens, a screen that applies every delta shows what a fresh screen would (N1)."""

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from middleware.console.projection import Projection
from middleware.console.streams import view_of
from middleware.ops.access import Role
from schemas import incident
from tests import said
from tests.fakes import FakeClock
from tests.room import Room
from tests.said import HIGH_STREET, MILL_LANE, START

VIEWS = (view_of(Role.SUPERVISOR), view_of(Role.MARKING_TEAM))
NUMBERS = st.sampled_from(["1", "2", "3"])
ADDRESSES = st.sampled_from([HIGH_STREET, MILL_LANE, None])
CREWS = st.sampled_from(["A1", "A2"])


class Shown:
    """The page's store (store.js) in a few lines: rows by id, and the number of the last frame."""

    def __init__(self, view: tuple[str, ...]) -> None:
        self.rows: dict[str, dict[str, Any]] = {name: {} for name in view}
        self.number = -1

    def take(self, frame: dict[str, Any]) -> None:
        if frame["say"] == "snapshot":
            self.rows = {name: {row["id"]: row for row in frame[name]} for name in self.rows}
        else:
            assert frame["after"] <= self.number < frame["number"]
            for name in self.rows.keys() & frame.keys():
                self.rows[name].update({row["id"]: row for row in frame[name]["rows"]})
                for row in frame[name]["gone"]:
                    del self.rows[name][row]
        self.number = frame["number"]


class Screens(RuleBasedStateMachine):
    """Things happen in a room; screens of two views watch, and are asked at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room()
        self.projection = Projection(FakeClock(START), self.room.state)
        self.told = len(self.room.entries)
        self.shown = {view: Shown(view) for view in VIEWS}
        for view, screen in self.shown.items():
            screen.take(json.loads(self.projection.snapshot(view)))

    @rule(number=NUMBERS, address=ADDRESSES, crew=CREWS)
    def opened(self, number: str, address: str | None, crew: str) -> None:
        self.room.incident_opened(address, crew, number=number)

    @rule(number=NUMBERS, address=ADDRESSES)
    def address_changed(self, number: str, address: str | None) -> None:
        self.room.address_changed(address, number)

    @rule(number=NUMBERS, nature=st.sampled_from(["fall", "fire"]))
    def updated(self, number: str, nature: str) -> None:
        self.room.happens(self.room.cad.updated(nature, number, self.room.now))

    @rule(number=NUMBERS, crew=CREWS)
    def assigned(self, number: str, crew: str) -> None:
        self.room.assigned(crew, number=number)

    @rule(number=NUMBERS, crew=CREWS)
    def stood_down(self, number: str, crew: str) -> None:
        self.room.stood_down(crew, number)

    @rule(
        number=NUMBERS,
        crew=CREWS,
        kind=st.sampled_from([incident.ResourceStandingOff, incident.ResourceAtRvp]),
    )
    def holds(self, number: str, crew: str, kind: type[incident.ResourceHolds]) -> None:
        about = self.room.cad.about(number, crew, self.room.now)
        self.room.happens(kind(callsign=crew, **about))

    @rule(number=NUMBERS, crew=CREWS)
    def at_scene(self, number: str, crew: str) -> None:
        self.room.at_scene(crew, number)

    @rule(number=NUMBERS)
    def closed(self, number: str) -> None:
        self.room.closed(number)

    @rule(name=st.sampled_from(["M1", "M2"]), number=st.sampled_from(["07700 900123", None]))
    def marker_put(self, name: str, number: str | None) -> None:
        self.room.marker_put(said.marker(name, phones=(number,) if number else ()))

    @rule(name=st.sampled_from(["M1", "M2"]))
    def marker_ended(self, name: str) -> None:
        self.room.marker_ended(name)

    @rule(name=st.sampled_from(["1", "2"]))
    def call(self, name: str) -> None:
        self.room.happens(said.rang("07700 900123", name, self.room.now))

    @rule(name=st.sampled_from(["1", "2"]))
    def hung_up(self, name: str) -> None:
        self.room.happens(said.ended(name, self.room.now))

    @rule(data=st.data())
    def answered(self, data: st.DataObject) -> None:
        if self.room.state.notes:
            note = data.draw(st.sampled_from(list(self.room.state.notes.values())))
            self.room.displayed(note)
            self.room.acknowledged(note)

    @rule(seconds=st.sampled_from([30, 61, 600, 7200]))
    def time_passes(self, seconds: int) -> None:
        self.room.wait(seconds=seconds)

    @rule(batch=st.sampled_from(["a", "b"]))
    def staged(self, batch: str) -> None:
        self.room.happens(self.room.team.staged(batch, said.marker(), at=self.room.now))

    @rule(batch=st.sampled_from(["a", "b"]))
    def discarded(self, batch: str) -> None:
        self.room.happens(self.room.team.discarded(batch, at=self.room.now))

    @rule()
    def frames_go_out(self) -> None:
        self._settle()
        self.projection.touch_figures()
        for view, frame in self.projection.deltas(VIEWS).items():
            self.shown[view].take(json.loads(frame))

    @rule(view=st.sampled_from(VIEWS))
    def a_screen_comes_anew(self, view: tuple[str, ...]) -> None:
        self.frames_go_out()
        self.shown[view] = Shown(view)
        self.shown[view].take(json.loads(self.projection.snapshot(view)))

    @rule()
    def every_screen_shows_what_a_fresh_one_would(self) -> None:
        self.frames_go_out()
        fresh = Projection(FakeClock(START), self.room.state)
        for view, screen in self.shown.items():
            expected = Shown(view)
            expected.take(json.loads(fresh.snapshot(view)))
            assert screen.rows == expected.rows

    def teardown(self) -> None:
        self.every_screen_shows_what_a_fresh_one_would()

    def _settle(self) -> None:
        entries = self.room.entries[self.told :]
        self.told = len(self.room.entries)
        self.projection.on_committed(entries, self.room.state)


TestScreens = Screens.TestCase
TestScreens.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
