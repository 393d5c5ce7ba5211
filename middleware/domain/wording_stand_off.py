"""Stand-off and rendezvous in words (P3): for a screen in a vehicle, for a radio, for the EOC."""

from collections.abc import Mapping

from middleware.domain.wording_radio import in_one_line
from schemas.held import StandOffEnd, Why
from schemas.incident import Holding

HOLDING: Mapping[Holding, str] = {
    Holding.STANDING_OFF: "standing off",
    Holding.AT_RVP: "at the RVP",
}
END: Mapping[StandOffEnd, str] = {
    StandOffEnd.GONE_IN: "gone in",
    StandOffEnd.OVER: "not standing off any more",
    StandOffEnd.STOOD_DOWN: "stood down",
    StandOffEnd.CLEARED: "clear",
    StandOffEnd.INCIDENT_CLOSED: "the incident was closed",
}
WHY: Mapping[Why, str] = {
    Why.TIME: "it has lasted so long",
    Why.PATIENT: "what is known of the patient has changed",
}


def asked_on_a_screen(holding: Holding, minutes: int, why: Why) -> str:
    """What a crew reads on its MDT."""
    news = "What is known of the patient has changed: ask. " if why is Why.PATIENT else ""
    holds = f"{HOLDING[holding].capitalize()} for {minutes} min. "
    return f"{news}{holds}Still so? Say: standing off, at RVP, gone in, or over."


def ended_on_a_screen(how: StandOffEnd) -> str:
    """What takes it from the screen."""
    return f"Not held any more: {END[how]}."


def asked_by_radio(holding: Holding, minutes: int, why: Why, incident: str) -> str:
    """One line of Latin-1; nothing of the patient goes over the air (N8)."""
    holds = f"{HOLDING[holding]} {minutes} min"
    if why is Why.PATIENT:
        return in_one_line((f"PATIENT CHANGED inc {incident}: ask EOC", holds))
    return in_one_line((f"STAND-OFF inc {incident}: {holds}", "still so? tell EOC"))
