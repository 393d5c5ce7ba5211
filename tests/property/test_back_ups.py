"""Whatever is asked, answered and done, in whatever order: a request that is still necessary is
never in nobody's hands, and none ends by itself (P2, O4)."""

from hypothesis import given
from hypothesis import strategies as st

from schemas import police
from schemas.police import Answer, Wanted
from tests.police import Asking, about, answered, requested
from tests.room import refold
from tests.simulation.police_judge import untold

ACTS = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(Wanted)),
    st.tuples(st.just("answer"), st.tuples(st.sampled_from(Answer), st.integers(0, 4))),
    st.tuples(st.just("late"), st.sampled_from(Answer)),
    st.tuples(
        st.just("act"),
        st.sampled_from(
            (police.BackUpReadOut, police.BackUpStillNeeded, police.BackUpTaken,
             police.BackUpStoodDown)
        ),
    ),
    st.tuples(st.just("wait"), st.sampled_from((5, 31, 125, 700, 4_000))),
)  # fmt: skip
MORE: dict[type, dict[str, str]] = {
    police.BackUpReadOut: {"to": "call taker"},
    police.BackUpStoodDown: {"reason": "crew is out"},
}


def do(room: Asking, what: str, how: object, which: int) -> None:
    """One thing that happens, to one of the requests."""
    names = [*room.state.back_ups, "b999"]
    request = names[which % len(names)]
    if what == "wait":
        room.wait(seconds=float(str(how)))
    elif what == "ask" and isinstance(how, Wanted):
        room.happens(requested(room.about, at=room.now, wanted=how))
    elif what == "answer" and isinstance(how, tuple):
        room.happens(answered(request, how[0], room.now, of=how[1] or None))
    elif what == "late" and isinstance(how, Answer):
        room.happens(answered(request, how, room.entries[0].received_at))
    elif isinstance(how, type) and issubclass(how, police.BackUpAct):
        acts = about(room.now) | MORE.get(how, {})
        room.happens(how(request=request, by="Dee", **acts))


@given(st.lists(st.tuples(ACTS, st.integers(0, 3)), max_size=25))
def test_p2_never_untold_never_over_by_itself_and_the_same_after_a_restart(
    course: list[tuple[tuple[str, object], int]],
) -> None:
    room = Asking()
    for (what, how), which in course:
        before = {one.id for one in room.state.back_ups.values() if not one.is_over}
        do(room, what, how, which)
        assert not list(untold(room.state))
        if what == "wait":
            assert not before & {one.id for one in room.state.back_ups.values() if one.is_over}
    wanted = [one.wanted for one in room.state.back_ups.values() if not one.is_over]
    assert len(wanted) == len(set(wanted)), "one open request of a kind"
    assert refold(room.entries) == room.state
