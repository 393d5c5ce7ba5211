"""Every step of a man-down alarm in words (D2, E3)."""

from middleware.domain.alarm_wording import outcome, signal, who
from schemas import alarm as a
from schemas.decision import Decision

TO = {
    a.Audience.SUPERVISORS: "all supervisors",
    a.Audience.DISPATCHERS: "all supervisors and dispatchers",
    a.Audience.EVERYBODY: "every console",
}


def alarm_words(made: Decision) -> str:
    """One line; empty for what is no step of an alarm."""
    match made:
        case a.AlarmRaised():
            crew = who(made.callsign, made.radio)
            after = f"; the radio's alarm {made.follows} had ended before" if made.follows else ""
            return f"MAN-DOWN of {crew}: alarm {made.alarm}{after}"
        case a.AlarmGrew():
            return f"alarm {made.alarm}: {signal(made.signal)}, press {made.press}"
        case a.AlarmRaisedAgain():
            return f"alarm {made.alarm}: pressed again, must be accepted again"
        case a.AlarmStepped():
            return f"alarm {made.alarm}: told to {TO[made.to]}, {made.times} times so far"
        case a.AlarmTaken():
            return f"alarm {made.alarm}: accepted by {made.by}"
        case a.HelpComing():
            return f"alarm {made.alarm}: help is on the way, says {made.by}"
        case a.AlarmClosed():
            return f"alarm {made.alarm}: ended by {made.by}: {outcome(made.outcome)}"
    return _of_the_radio(made)


def _of_the_radio(made: Decision) -> str:
    match made:
        case a.CancelHeard():
            return f"alarm {made.alarm}: cancelled on the radio; it goes on"
        case a.RadioSilent():
            return f"alarm {made.alarm}: the radio has fallen silent"
        case a.RadioHeard():
            return f"alarm {made.alarm}: the radio is heard again"
        case a.ListeningAsked():
            return f"alarm {made.alarm}: asks for ambient listening, agreed beforehand"
        case a.ListeningSettled():
            done = "done" if made.done else "not possible"
            return f"alarm {made.alarm}: ambient listening {done}, says {made.by}"
    return ""
