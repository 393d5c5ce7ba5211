"""An incident handed on to another service: what is known of the scene is said there as long as it
is true, and that nothing is known is never said to be safe (N2, N7, C4, N8)."""

import pytest

from middleware.domain.rules import Rules
from middleware.engine.hand_on import HandOn
from middleware.engine.phase import Phase
from middleware.flow.bodies import note_message
from middleware.ports import By, Way
from schemas.check import NotChecked
from schemas.decision import Forgotten, Ignored, Shown
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.hand_on import (
    HandOnBegun,
    HandOnCase,
    HandOnEnded,
    HandOnRefused,
    HandOnSaid,
    IncidentHandedOn,
    SceneFlags,
)
from tests.room import LADDER, Room, made, refold
from tests.said import HIGH_STREET, MILL_LANE, marker

BARS = "bars_flag"
RULES = Rules(
    ladder=LADDER, ways={BARS: Way(by=By.SERVICE)}, services={"Neighbour": "1122", "Coast": "33"},
    sender="Saltby Ambulance Service", sender_id="RX9",
)  # fmt: skip


class Handing(Room):
    """A control room that hands incidents on."""

    def __init__(self) -> None:
        super().__init__(RULES)
        self._handed = 0

    def hands_on(self, service: str = "Neighbour", subject: str | None = None) -> list[HandOnSaid]:
        self._handed += 1
        event = IncidentHandedOn(
            source="console", id=f"hand/{self._handed}", occurred_at=self.now, service=service,
            subject=subject or self.incident().id, case=HandOnCase.CALL_ASSIST, by="Dee",
            role="dispatcher",
        )  # fmt: skip
        return made(self.happens(event), HandOnSaid)

    def takes_back(self) -> None:
        self._handed += 1
        self.happens(
            HandOnEnded(
                source="console", id=f"back/{self._handed}", occurred_at=self.now,
                hand_on=self.one.id, reason="our crew was nearer", by="Dee", role="dispatcher",
            )
        )  # fmt: skip

    @property
    def one(self) -> HandOn:
        return next(iter(self.state.hand_ons.values()))

    def body(self) -> SceneFlags:
        body = note_message(self.state, self.one, BARS).body
        assert isinstance(body, SceneFlags)
        return body

    def said(self) -> list[tuple[bool, str]]:
        """(whether it is true, words) of each flag, as the other service has it in the end."""
        return [(flag.active, flag.text) for flag in self.body().flags]


@pytest.fixture
def room() -> Handing:
    """An incident at a marked address."""
    room = Handing()
    room.marker_put(marker("M1", HIGH_STREET, what="chair thrown"))
    room.incident_opened(HIGH_STREET)
    return room


def test_n2_what_is_in_force_goes_with_the_hand_on(room: Handing) -> None:
    (said,) = room.hands_on()
    assert [m.marker for m in said.matched] == ["M1"]
    body = room.body()
    assert (body.service, body.service_id, body.sender_id) == ("Neighbour", "1122", "RX9")
    assert (body.incident, body.is_first, body.withdrawn) == ("1", True, False)
    assert body.place.address == HIGH_STREET
    ((active, words),) = room.said()
    assert active
    assert "chair thrown. 14 months ago; this house; same dwelling" in words
    assert words.endswith("Consider meeting the police at an RVP before going in.")


def test_e1_nothing_goes_to_anybody_unless_a_person_hands_the_incident_on(room: Handing) -> None:
    assert not room.state.hand_ons
    assert not made(room.entries, HandOnBegun)


def test_c4_where_nothing_is_known_nothing_is_said_and_never_that_it_is_safe() -> None:
    room = Handing()
    room.incident_opened(MILL_LANE)
    room.hands_on()
    assert (room.one.revision, room.one.channels) == (1, {})
    room.marker_put(marker("M2", MILL_LANE))
    assert room.body().is_first
    assert [active for active, _ in room.said()] == [True]


def test_c4_what_could_not_be_checked_takes_nothing_back(room: Handing) -> None:
    room.hands_on()
    room.not_checked = NotChecked.LIMIT_MISSED
    room.recheck(room.incident().id)
    assert (room.one.revision, [active for active, _ in room.said()]) == (1, [True])


def test_n7_it_is_said_otherwise_when_the_marker_says_otherwise(room: Handing) -> None:
    room.hands_on()
    room.marker_put(marker("M1", HIGH_STREET, what="knife seen"))
    assert "knife seen" in room.said()[0][1]
    assert not room.body().is_first


@pytest.mark.parametrize("how", ["marker_ended", "address_changed"])
def test_n7_what_is_no_longer_true_is_said_to_be_so_and_not_to_be_safe(
    room: Handing, how: str
) -> None:
    room.hands_on()
    getattr(room, how)("M1" if how == "marker_ended" else MILL_LANE)
    ((active, words),) = room.said()
    assert not active
    assert "nothing of its safety" in words
    assert "chair" not in words
    assert not room.body().withdrawn


def test_n7_one_marker_of_two_that_ends_leaves_the_other(room: Handing) -> None:
    room.marker_put(marker("M2", HIGH_STREET, what="dog"))
    room.hands_on()
    room.marker_ended("M1")
    assert [(active, "dog" in words) for active, words in room.said()] == [
        (True, True),
        (False, False),
    ]


def test_n7_the_place_as_it_is_now_goes_too(room: Handing) -> None:
    room.marker_put(marker("M2", MILL_LANE, what="dog"))
    room.hands_on()
    room.address_changed(MILL_LANE)
    assert room.body().place.address == MILL_LANE
    assert {active for active, words in room.said() if "dog" in words} == {True}


def test_n7_a_person_ends_it_and_it_is_taken_back(room: Handing) -> None:
    room.hands_on()
    room.takes_back()
    assert (room.one.phase, room.one.ended_by) == (Phase.WITHDRAWN, "Dee")
    assert room.body().withdrawn
    assert [active for active, _ in room.said()] == [False]
    revision = room.one.revision
    room.marker_put(marker("M1", HIGH_STREET, what="knife seen"))
    assert room.one.revision == revision


def test_once_to_each_service_and_again_after_it_was_ended(room: Handing) -> None:
    assert room.hands_on()
    assert not room.hands_on()
    assert room.hands_on("Coast")
    room.takes_back()
    assert room.hands_on()
    assert len(room.state.hand_ons) == 3


def test_what_is_not_known_or_over_is_not_handed_on(room: Handing) -> None:
    assert not room.hands_on("Nobody")
    assert not room.hands_on(subject="i999")
    room.closed()
    assert not room.hands_on()
    assert len(made(room.entries, Ignored)) == 3


def test_each_revision_is_later_than_the_one_before(room: Handing) -> None:
    """For the other side knows by the time which is newer."""
    room.hands_on()
    moments = [room.one.said_at]
    for what in ("one", "two", "three"):
        room.marker_put(marker("M1", HIGH_STREET, what=what))
        moments.append(room.one.said_at)
    assert moments == sorted(set(moments))


# --- receipts --------------------------------------------------------------------------


def unconfirmed(room: Handing) -> list[HandOn]:
    return [one for one in room.state.hand_ons.values() if one.is_unconfirmed]


def receipt(room: Handing, revision: int) -> list[Shown]:
    event = NoteDisplayed(
        source=BARS, id=f"{room.one.id}/{revision}", occurred_at=room.now, device="Neighbour",
        channel=BARS, note=room.one.id, note_revision=revision,
    )  # fmt: skip
    return made(room.happens(event), Shown)


def refused(room: Handing, revision: int, code: str = "422") -> list[HandOnRefused]:
    event = DeliveryReported(
        source=BARS, id=f"{room.one.id}/{revision}/{code}", occurred_at=room.now,
        device="Neighbour", channel=BARS, note=room.one.id, note_revision=revision,
        state=Delivery.REFUSED, code=code,
    )  # fmt: skip
    return made(room.happens(event), HandOnRefused)


def test_o4_a_receipt_counts_once_and_for_what_it_names(room: Handing) -> None:
    room.hands_on()
    assert [one.id for one in unconfirmed(room)] == [room.one.id]
    assert receipt(room, 1)
    assert unconfirmed(room) == []
    assert not receipt(room, 1)
    assert not receipt(room, 2)


def test_what_they_will_not_take_is_known_until_it_says_something_else(room: Handing) -> None:
    room.hands_on()
    assert refused(room, 1)
    codes = [room.one.refused]
    room.marker_put(marker("M1", HIGH_STREET, what="knife seen"))
    assert [*codes, room.one.refused] == ["422", None]
    assert not refused(room, 1, "400")


def test_n7_the_incident_stays_until_they_have_what_is_true(room: Handing) -> None:
    room.hands_on()
    room.closed()
    assert not made(room.wait(hours=3), Forgotten)
    receipt(room, 1)
    assert made(room.wait(hours=2), Forgotten)
    assert not room.state.hand_ons


def test_e3_a_restart_knows_the_same(room: Handing) -> None:
    room.hands_on()
    receipt(room, 1)
    room.address_changed(MILL_LANE)
    room.takes_back()
    assert refold(room.entries) == room.state
