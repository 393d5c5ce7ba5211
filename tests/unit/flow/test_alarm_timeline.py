"""Every step of a man-down is on the timeline and in the figures (D2, D3, E3, O1)."""

import pytest

from middleware.flow.timeline import build
from schemas.safety import AlarmOutcome, Signal
from tests import alarms
from tests.alarms import RADIO, RULES, Alarmed
from tests.flowing import start
from tests.virtual import virtual


def lived(room: Alarmed) -> str:
    """An alarm from its first signal to its end; its id."""
    room.incident_opened(None, "A1")
    room.press()
    room.press(signal=Signal.CALL)
    room.wait(seconds=15)
    alarm = room.alarm.id
    room.happens(alarms.accepted(alarm, "Sue", room.now))
    room.happens(alarms.listened(alarm, True, room.now))
    room.happens(alarms.help_sent(alarm, "Sue", room.now))
    room.cancel()
    room.press()
    room.wait(minutes=2)
    room.happens(alarms.positioned(at=room.now))
    room.happens(alarms.ended(alarm, AlarmOutcome.REAL, "Kim", room.now))
    return alarm


WORDS = (
    "MAN-DOWN of A1: alarm {0}",
    "alarm {0}: emergency status, press 1",
    "alarm {0}: emergency call, press 1",
    "alarm {0}: asks for ambient listening, agreed beforehand",
    "alarm {0}: told to all supervisors, 1 times so far",
    "alarm {0}: told to all supervisors, 2 times so far",
    "alarm {0}: accepted by Sue",
    "alarm {0}: ambient listening done, says Sam",
    "alarm {0}: help is on the way, says Sue",
    "alarm {0}: cancelled on the radio; it goes on",
    "alarm {0}: emergency status, press 2",
    "alarm {0}: pressed again, must be accepted again",
    "alarm {0}: told to every console, 7 times so far",
    "alarm {0}: the radio has fallen silent",
    "alarm {0}: the radio is heard again",
    "alarm {0}: accepted by Kim",
    "alarm {0}: ended by Kim: real",
)


@pytest.mark.parametrize("asked", ["1", RADIO, "alarm"])
def test_e3_d2_every_step_is_told_for_the_incident_the_radio_and_the_alarm(asked: str) -> None:
    room = Alarmed()
    alarm = lived(room)
    told = [line.words for line in build(room.entries, alarm if asked == "alarm" else asked)]
    assert not [words for words in WORDS if words.format(alarm) not in told]


def test_e3_the_alarm_of_another_crew_is_not_on_the_timeline() -> None:
    room = Alarmed()
    room.incident_opened(None, "A1")
    room.press("2")
    assert not [line for line in build(room.entries, "1") if "alarm" in line.words]


@virtual
async def test_o1_alarms_are_counted_and_measured() -> None:
    running = await start(rules=RULES)
    submit = running.service.core.submit
    await submit(alarms.pressed())
    await submit(alarms.pressed())
    await running.wait(7)

    def value(name: str, **labels: str) -> float | None:
        return running.metrics.registry.get_sample_value(name, labels)

    assert value("forewarn_man_down_total", what="raised") == 1
    assert value("forewarn_man_down_signals_total", signal="status_emergency") == 2
    assert value("forewarn_alarms", state="raised") == 1
    assert (value("forewarn_alarm_unaccepted_seconds") or 0) >= 6
    (alarm,) = running.state.alarms
    await submit(alarms.ended(alarm, AlarmOutcome.TEST))
    await running.wait(2)
    assert value("forewarn_man_down_total", what="test") == 1
    assert value("forewarn_alarm_accept_seconds_count") == 1
    assert value("forewarn_alarm_unaccepted_seconds") == 0
