"""Notes in words (N6, N8): what is known, how old, how sure, where from. Never "safe"."""

from datetime import date, datetime

from middleware.domain.calendar import london_day
from schemas.check import Match, NotChecked, Outcome, Relation
from schemas.decision import Ended, Matched
from schemas.frequent import PlanSaid, Precedence
from schemas.marker import Category, Marker, Scope, Severity
from schemas.mdt import DeviceNote
from schemas.mistake import Mistaken, NotShown

_RISK = {
    Category.WITNESSED_AGGRESSION: "AGGRESSION",
    Category.ANTI_SOCIAL_BEHAVIOUR: "CAUTION",
    Category.NON_PHYSICAL_ASSAULT: "VIOLENCE FEARED",
}
_SCOPE = {
    Scope.DWELLING: "this dwelling only",
    Scope.HOUSE: "this house",
    Scope.BUILDING: "the whole building",
    Scope.SITE: "the whole site",
    Scope.PERSON: "the person, not the place",
}
_RELATION = {
    Relation.SAME_DWELLING: "same dwelling",
    Relation.BUILDING_COVERS: "the marker covers the whole building",
    Relation.OTHER_DWELLING: "same building, another dwelling",
    Relation.ASK_WHICH_FLAT: "a flat in this building is marked: ask which flat",
    Relation.NUMBER_ONLY: "only the telephone number agrees",
    Relation.PERSON_ONLY: "only the person's name agrees",
    Relation.TOO_VAGUE: "the address is too vague to say",
}
_NOT_CHECKED = {
    NotChecked.ADDRESS_NOT_UNDERSTOOD: "the address could not be understood",
    NotChecked.NOTHING_TO_CHECK: "there is no address or number yet",
    NotChecked.INDEX_BEHIND: "the marker index is behind",
    NotChecked.LIMIT_MISSED: "the check took too long",
    NotChecked.FAULT: "the check failed",
}
_ENDED = {
    Ended.ADDRESS_CHANGED: "the address was corrected",
    Ended.MARKER_ENDED: "the marker has ended",
    Ended.STOOD_DOWN: "you were stood down",
    Ended.CLEARED: "you are clear of the incident",
    Ended.INCIDENT_CLOSED: "the incident is closed",
    Ended.EXPIRED: "the note is out of date",
    Ended.NOT_THIS_PLACE: "it was decided that the marker is not about this place",
}
_MISTAKEN = {
    Mistaken.WRONG_ADDRESS: "wrong address",
    Mistaken.NOT_THE_SAME_PLACE: "not the same place",
}


def risk_word(marker: Marker) -> str:
    """The first word anybody hears or reads."""
    if marker.category in _RISK:
        return _RISK[marker.category]
    return "VIOLENCE" if "assault" in marker.category else "ABUSE"


def headline(marker: Marker) -> str:
    """One line, the risk word first."""
    return f"{risk_word(marker)} – {category(marker)} ({marker.severity} severity)"


def category(marker: Marker) -> str:
    """The category as people say it."""
    words = marker.category.replace("_racial_religious", ", racially or religiously aggravated")
    words = words.replace("_homophobic", ", homophobic").replace("_sexual", ", sexual")
    return words.replace("_", " ")


def scope(marker: Marker) -> str:
    """What the marker covers (M2)."""
    return _SCOPE[marker.scope]


def age(marker: Marker, today: date) -> str:
    """How long ago it happened, in words."""
    days = (today - marker.happened_on).days
    if days < 0:
        return "dated in the future: check the marker"
    if days < 14:
        return "today" if days == 0 else f"{days} day{'s' if days > 1 else ''} ago"
    if days < 60:
        return f"{days // 7} weeks ago"
    if days < 730:
        return f"{days * 12 // 365} months ago"
    return f"{days // 365} years ago"


def certainty(matched: Matched | Match) -> str:
    """How sure the match is, and in what relation."""
    return f"{_RELATION[matched.relation]}, {matched.certainty / 10:g} % sure"


def relation(value: Relation) -> str:
    """The relation as people say it."""
    return _RELATION[value]


def advice(marker: Marker, plan: PlanSaid | None = None) -> str:
    """What to consider; it informs a dynamic risk assessment and does not decide (N6). `plan`: of
    the caller, where that is a frequent one (M6)."""
    words = "Informs your own risk assessment; it does not decide."
    if marker.severity is Severity.HIGH:
        words += " Consider meeting the police at an RVP before going in."
    return f"{words} {precedence(plan)}." if plan else words


def precedence(said: PlanSaid) -> str:
    """Which of the two processes leads (M6)."""
    match said.precedence:
        case Precedence.PLAN:
            return f"Frequent caller: plan {said.plan} takes precedence over a marker"
        case Precedence.MARKER:
            return f"Frequent caller: a marker takes precedence over plan {said.plan}"
    return f"Frequent caller with plan {said.plan}: which takes precedence was not said"


def review(marker: Marker, today: date) -> str:
    """Says when a marker is past its review date (M3); otherwise empty."""
    if marker.review_on < today:
        return f"review overdue since {marker.review_on:%d %B %Y}"
    return ""


def in_words(outcome: Outcome, reason: NotChecked | None) -> str:
    """The three answers (C4). None found is never worded as safe."""
    if outcome is Outcome.FOUND:
        return "MARKER FOUND"
    if outcome is Outcome.POSSIBLE:
        return "POSSIBLY A MARKER: ASK"
    if outcome is Outcome.NONE_FOUND:
        return "Checked: none found"
    return f"NOT CHECKED: {_NOT_CHECKED[reason or NotChecked.FAULT]}"


def not_shown_in_words(left_out: NotShown, *, named: bool = True) -> str:
    """What matched and is left out, so that it never looks like nothing; a crew is not told who
    decided (N8)."""
    by = f" by {left_out.by}" if named else ""
    on = f"{london_day(left_out.at):%d %B %Y}".lstrip("0")
    return f"marker {left_out.marker} not shown: decided not the same place{by} on {on}"


def mistaken_in_words(says: Mistaken) -> str:
    """What is said of a match."""
    return _MISTAKEN[says]


def ended_in_words(ended: Ended) -> str:
    """Why a note was taken back."""
    return _ENDED[ended]


def device_note(
    marker: Marker,
    matched: Matched,
    *,
    note: str,
    revision: int,
    writer: int,
    incident: str,
    callsign: str,
    expires_at: datetime,
    today: date,
    plan: PlanSaid | None = None,
) -> DeviceNote:
    """What the MDT shows: no names, no numbers, no address beyond the incident's own (N8)."""
    return DeviceNote(
        note=note,
        revision=revision,
        writer=writer,
        incident=incident,
        callsign=callsign,
        expires_at=expires_at,
        headline=headline(marker),
        what=marker.what,
        scope=scope(marker),
        category=category(marker),
        severity=marker.severity,
        age=age(marker, today),
        certainty=certainty(matched),
        origin=marker.source,
        review=review(marker, today),
        advice=advice(marker, plan),
    )


def device_withdrawal(
    *,
    note: str,
    revision: int,
    writer: int,
    incident: str,
    callsign: str,
    expires_at: datetime,
    ended: Ended,
) -> DeviceNote:
    """Takes a note back from the MDT (N7)."""
    return DeviceNote(
        note=note,
        revision=revision,
        writer=writer,
        incident=incident,
        callsign=callsign,
        expires_at=expires_at,
        withdrawn=True,
        reason=ended_in_words(ended),
    )
