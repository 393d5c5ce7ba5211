"""What was asked of the police and answered, as timeline and figures tell it (P2, E3, O1)."""

from middleware.flow.back_up_figures import BackUpFigures
from middleware.flow.timeline import build
from middleware.ops.metrics import Metrics
from schemas import police
from schemas.police import Answer
from tests.police import Asking, answered


def asked() -> Asking:
    """Refused, escalated, accepted, there."""
    room = Asking()
    room.ask()
    room.does(police.BackUpReadOut, to="call taker 7")
    room.hears(Answer.REFUSED, said_by="inspector", reason="no units", reference="P-1")
    room.does(police.BackUpStillNeeded, by="Sue")
    room.hears(Answer.ACCEPTED, logged_by="Dee", source="console")
    room.hears(Answer.ARRIVED, crn="42/1/26", oic="PS 12")
    room.happens(answered("b999", Answer.REFUSED))
    return room


def test_e3_p2_every_step_is_on_the_timeline_of_the_incident_and_of_the_request() -> None:
    room = asked()
    name = room.asked.id
    told = [line.words for line in build(room.entries, "2101")]
    wanted = [
        f"Police requested by Dee: {name}",
        f"{name}: asked of the police control room on police_desk",
        f"{name}: read out by Dee to call taker 7",
        f"{name}: REFUSED, inspector, reference P-1, reason: no units",
        f"{name}: asked of the police duty inspector on police_desk, because it was refused",
        f"{name}: accepted, logged by Dee",
        f"{name}: arrived, CRN 42/1/26, OIC PS 12",
    ]
    assert [line for line in told if name in line] == wanted
    assert [line.words for line in build(room.entries, name)] == wanted


def test_e3_d4_out_of_an_alarm_it_is_on_the_alarms_timeline_too() -> None:
    room = Asking()
    room.press("999")
    room.ask(incident=None, alarm=room.alarm.id)
    told = [line.words for line in build(room.entries, room.alarm.id)]
    assert f"Police requested by Dee: {room.asked.id}, out of alarm {room.alarm.id}" in told


def test_o1_p2_requests_answers_and_escalations_are_counted() -> None:
    room, meters = asked(), Metrics()
    figures = BackUpFigures(meters)
    for entry in room.entries:
        for made in entry.decisions:
            if act := figures.acts.get(type(made)):
                act(entry, made, room.state)
    figures.measure(room.state, room.now)
    counted = {
        (s.name, *s.labels.values()): s.value
        for metric in meters.registry.collect()
        for s in metric.samples
        if "back_up" in s.name and "_bucket" not in s.name and "_created" not in s.name
    }
    for what in ("requested", "refused", "accepted", "arrived", "answer_to_nothing_known"):
        assert counted["forewarn_back_up_total", what] == 1
    assert counted["forewarn_back_up_escalations_total", "refused"] == 1
    assert counted["forewarn_back_ups", "arrived"] == 1
    assert counted["forewarn_back_up_unanswered_seconds",] == 0
