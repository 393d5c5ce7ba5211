"""What is known when police or further resources are asked for, from the state (P1, D4)."""

from collections.abc import Iterator
from datetime import date, datetime

from middleware.console.rows import place_in_words
from middleware.domain import alarm_wording
from middleware.domain.back_up_wording import Known, Pressed
from middleware.domain.calendar import LONDON
from middleware.domain.wording import age, certainty, headline, in_words
from middleware.engine.alarm import Alarm
from middleware.engine.alarms import callsign_of, shown_incident
from middleware.engine.state import ACTIVE, Checked, Incident, State
from schemas.check import SURE, Outcome
from schemas.incident import Stage
from schemas.police import Wanted


def known_of(
    state: State, wanted: Wanted, incident: str | None, alarm: str | None, today: date
) -> Known | None:
    """For an incident, or out of an alarm for its incident; None when neither is there."""
    pressed = state.alarms.get(alarm or "")
    place = state.incidents.get(incident or "")
    if place is None and pressed is not None:
        place = shown_incident(state, pressed)
    if place is None and pressed is None:
        return None
    crews = _crews(state, place, pressed)
    there = place is not None and any(
        sent.stage is Stage.AT_SCENE for sent in place.resources.values()
    )
    return Known(
        wanted=wanted,
        incident=place.number if place else None,
        place=_place(place),
        nature=place.nature if place else None,
        crews=crews,
        nobody_there=not there,
        alarm=_pressed(state, pressed) if pressed else None,
        background=tuple(_background(state, place.checked, today)) if place else (),
    )


def _place(incident: Incident | None) -> str | None:
    """None where nobody has said where it is."""
    place = incident.place if incident else None
    if place is None or not (place.address or place.postcode or place.uprn or place.latitude):
        return None
    return place_in_words(place)


def _crews(state: State, incident: Incident | None, alarm: Alarm | None) -> tuple[str, ...]:
    if alarm is not None:
        callsign = alarm.callsign or callsign_of(state, alarm.radio)
        return (callsign,) if callsign else ()
    sent = incident.resources.values() if incident else ()
    return tuple(one.callsign for one in sent if one.stage in ACTIVE)


def _pressed(state: State, alarm: Alarm) -> Pressed:
    crew = alarm_wording.who(alarm.callsign or callsign_of(state, alarm.radio), alarm.radio)
    words = f"{crew} pressed the emergency button at {_time(alarm.raised_at)}"
    if alarm.press > 1:
        words += f", {alarm.press} times"
    if alarm.silent_at is not None:
        words += f"; the radio is silent since {_time(alarm.heard_at or alarm.silent_at)}"
    return Pressed(words, _where(state, alarm), alarm.silent_at is not None)


def _where(state: State, alarm: Alarm) -> str:
    seen = state.radios.get(alarm.radio or "")
    if seen is None:
        return ""
    fixed = f"measured {_time(seen.fixed_at)}" if seen.fixed_at else "age not known"
    at, exact = alarm_wording.coordinates(seen.position), alarm_wording.exactness(seen.position)
    return f"{at}, {exact}, {fixed}"


def _time(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%H:%M:%S}"


def _background(state: State, checked: Checked | None, today: date) -> Iterator[str]:
    """Headlines of markers, never what happened in words: those may hold names (N8)."""
    if checked is None or checked.outcome is Outcome.NOT_CHECKED:
        yield in_words(Outcome.NOT_CHECKED, checked.reason if checked else None)
        return
    for match in checked.matches:
        kept = state.markers.get(match.marker)
        if kept is not None:
            marker = kept.read()
            perhaps = "" if match.relation in SURE else "possibly: "
            yield f"{perhaps}{headline(marker)}, {age(marker, today)}, {certainty(match)}"
