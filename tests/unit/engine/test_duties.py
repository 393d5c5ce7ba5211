"""Which crew is where is found at once, and is what the incidents themselves say (D1)."""

from hypothesis import given
from hypothesis import strategies as st

from middleware.engine.duties import Duties
from middleware.engine.state import ACTIVE, State
from schemas import incident
from schemas.incident import Resource
from tests.room import Room

KINDS = (
    incident.ResourceMobile,
    incident.ResourceAtScene,
    incident.ResourceStoodDown,
    incident.ResourceCleared,
)
course = st.lists(
    st.one_of(
        st.tuples(st.just("assign"), st.sampled_from("12"), st.sampled_from("AB"),
                  st.sampled_from(["7", "8", None])),
        st.tuples(st.just("stage"), st.sampled_from("12"), st.sampled_from("AB"),
                  st.sampled_from(KINDS)),
        st.tuples(st.just("close"), st.sampled_from("12")),
        st.tuples(st.just("open"), st.sampled_from("12")),
        st.tuples(st.just("wait"), st.just(2.0)),
    ),
    max_size=20,
)  # fmt: skip


def play(room: Room, step: tuple[object, ...]) -> None:
    match step:
        case "assign", str(number), str(crew), str() | None as radio:
            sent = (Resource(callsign=crew, radio=radio),)
            room.happens(room.cad.opened(None, sent, number, room.now))
        case "stage", str(number), str(crew), type() as kind:
            room.happens(room.cad.stage(kind, crew, number, room.now))
        case "close", str(number):
            room.closed(number)
        case "open", str(number):
            room.incident_opened(None, number=number)
        case "wait", float(hours):
            room.wait(hours=hours)


def on_duty(state: State) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for known in state.incidents.values():
        for sent in known.resources.values():
            if sent.stage in ACTIVE and known.finished_at is None:
                found.setdefault(sent.callsign, set()).add(known.id)
    return found


@given(course)
def test_d1_duties_are_those_of_the_incidents(steps: list[tuple[object, ...]]) -> None:
    room = Room()
    for step in steps:
        play(room, step)
        known = {crew: set(on) for crew, on in room.state.duties.incidents.items()}
        assert known == on_duty(room.state)
        for crews in room.state.duties.crews.values():
            assert set(crews) <= known.keys()


def test_d1_a_radio_that_goes_to_another_crew_is_the_other_crews() -> None:
    duties = Duties()
    duties.begin("i1", "A", "7")
    duties.begin("i2", "B", "7")
    assert duties.crew_of("7") == "B"
    duties.end("i2", "B")
    assert duties.crew_of("7") == "A"
    duties.end("i1", "A")
    assert duties == Duties()


def test_d1_a_crew_that_was_given_another_radio_leaves_none_behind() -> None:
    duties = Duties()
    duties.begin("i1", "A", "7")
    duties.begin("i2", "A", "7")
    duties.begin("i1", "A", "8")
    assert duties.crew_of("8") == "A"
    duties.end("i2", "A")
    duties.end("i1", "A")
    assert duties == Duties()
