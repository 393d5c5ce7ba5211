"""What is on record of an abusive call and of a frequent caller, as a timeline and as figures (A2,
M4, M6, E3, O1)."""

from middleware.flow.caller_figures import CallerFigures
from middleware.flow.timeline import build
from middleware.ops.metrics import Metrics
from schemas.marker import Category
from tests import said
from tests.abusing import NUMBER, corrected, noted, plan_put, rings, settled, taken_back
from tests.room import Room

SEXUAL = "Directed verbal abuse: sexually aggravated"


def lived() -> tuple[Room, str]:
    """A call that was ended, rang again, was corrected, and was another one."""
    room = Room()
    call = rings(room, "1")
    noted(room, call, warning=1)
    noted(room, call, terminated=True, category=Category.VERBAL_ABUSE, wording="foul words")
    settled(room, f"pm{call}", accepted=True, marker="AC-c1")
    plan_put(room)
    room.happens(said.rang(NUMBER, "2", room.now))
    corrected(room, f"x{call}", warnings=(1, 2), category=Category.VERBAL_ABUSE_SEXUAL)
    taken_back(room, f"x{call}")
    return room, call


def test_e3_every_step_about_a_call_and_its_entry_is_told_and_never_what_was_said() -> None:
    room, call = lived()
    told = [line.words for line in build(room.entries, call)]
    assert [words for words in told if "ledger" in words or "propos" in words] == [
        "abusive-call ledger: warning 1",
        "abusive-call ledger: ended under the policy; Directed verbal abuse: general",
        f"a marker is proposed as pm{call}",
        f"a letter is proposed as pl{call}",
        f"proposal pm{call} accepted by Mar: marker AC-c1",
        f"abusive-call ledger corrected by Sue: warning 1, warning 2; {SEXUAL}",
        f"proposal pl{call} not asked any more: its ground is gone",
        "abusive-call ledger: entry taken back by Sue; it counts no more",
    ]
    assert "foul" not in str(told)
    by_entry = [line.words for line in build(room.entries, f"x{call}")]
    assert "abusive-call ledger: entry taken back by Sue; it counts no more" in by_entry


def test_e3_m6_the_next_call_says_that_its_number_was_recognised_and_has_a_plan() -> None:
    room, call = lived()
    (again,) = (one.id for one in room.state.calls.values() if one.id != call)
    told = [line.words for line in build(room.entries, again)]
    assert "number recognised: 1 times in the abusive-call ledger" in told
    assert "frequent caller: plan FC-1" in told


def test_o1_what_is_set_right_recognised_and_decided_is_counted() -> None:
    room, _ = lived()
    metrics = Metrics()
    figures = CallerFigures(metrics)
    for entry in room.entries:
        for made in entry.decisions:
            if act := figures.acts.get(type(made)):
                act(entry, made, room.state)
    figures.measure(room.state)

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, labels)

    assert value("forewarn_abuse_set_right_total", what="corrected") == 1
    assert value("forewarn_abuse_set_right_total", what="taken_back") == 1
    assert value("forewarn_frequent_callers_total", plan="yes") == 1
    assert value("forewarn_proposals_total", what="marker", became="made") == 1
    assert value("forewarn_proposals_total", what="marker", became="accepted") == 1
    assert value("forewarn_proposals_total", what="letter", became="lapsed") == 1
    assert value("forewarn_proposals_waiting", what="letter") == 0
    assert value("forewarn_frequent_plans") == 1
    assert value("forewarn_rings_kept_numbers") == 1
