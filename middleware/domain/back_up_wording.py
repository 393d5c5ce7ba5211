"""The credible threat in words that can be read out (P1): what is happening now, to whom, weapon,
crew; how likely and how severe on the day. A marker is background and never the ground; no names
(N6, N8)."""

from dataclasses import dataclass

from middleware.domain.wording_back_up import CREW, GROUND, LIKELIHOOD, SEVERITY, WANTED, WEAPON
from schemas.police import CrewState, Ground, Harm, Likelihood, Threat, Wanted, Weapon

LONGEST, LONGEST_NATURE = 2_000, 300
"""Characters of one sentence; of the nature in it, so that the place is never cut off."""
_ARMED = frozenset({Weapon.SEEN, Weapon.THREATENED})
_HELD = frozenset({CrewState.CANNOT_LEAVE, CrewState.NO_CONTACT})


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a man-down alarm adds, in words: who and when; where; that the radio is silent."""

    words: str
    where: str = ""
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known apart from what the person states. `crews`: call signs that are on it;
    `nobody_there`: none of them is at scene; `background`: markers, one line each."""

    wanted: Wanted
    incident: str | None = None
    place: str | None = None
    nature: str | None = None
    crews: tuple[str, ...] = ()
    nobody_there: bool = False
    alarm: Pressed | None = None
    background: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """The request in sentences, how likely and severe it is on the day, and what is missing."""

    words: tuple[str, ...]
    likelihood: Likelihood
    severity: Harm
    missing: tuple[str, ...]


def draft(known: Known) -> Threat:
    """What can be filled in from what is known: never what happens from what once happened."""
    happening = known.alarm.words if known.alarm else ""
    crews = ", ".join(known.crews)
    to_whom = f"crew {crews}" if len(known.crews) == 1 else f"crews {crews}" if crews else ""
    crew = CrewState.NOT_KNOWN
    if known.alarm is not None and known.alarm.is_silent:
        crew = CrewState.NO_CONTACT
    elif known.alarm is None and known.crews and known.nobody_there:
        crew = CrewState.NOT_THERE
    return Threat(happening=happening[:500], to_whom=to_whom[:200], crew=crew)


def compose(threat: Threat, known: Known) -> Composed:
    """Everything that is said, in the order in which it is read out."""
    likelihood = threat.likelihood or likelihood_of(threat, known)
    severity = threat.severity or severity_of(threat)
    missing = missing_in(threat, known)
    lines = (
        _asked(known),
        *_now(threat, known),
        f"Today: {LIKELIHOOD[likelihood]}; {SEVERITY[severity]}.",
        *_background(known),
        *((f"Not known: {', '.join(missing)}.",) if missing else ()),
    )
    words = tuple(line[:LONGEST] for line in lines)
    return Composed(words, likelihood, severity, missing)


def _asked(known: Known) -> str:
    number = f", incident {known.incident}" if known.incident else ""
    nature = f" ({known.nature[:LONGEST_NATURE]})" if known.nature else ""
    where = f", at {known.place}" if known.place else ", place not known"
    return f"{WANTED[known.wanted]} requested{number}{nature}{where}."


def _now(threat: Threat, known: Known) -> tuple[str, ...]:
    """What counts for the decision of who is asked."""
    weapon = WEAPON[threat.weapon] + (f": {threat.which_weapon}" if threat.which_weapon else "")
    alarm = known.alarm.words if known.alarm else ""
    said = (
        f"Happening now: {_sentence(threat.happening)}" if threat.happening.strip() else "",
        f"Man-down: {_sentence(alarm)}" if alarm and alarm != threat.happening else "",
        f"Last position of the radio: {known.alarm.where}."
        if known.alarm and known.alarm.where
        else "",
        f"To whom: {_sentence(threat.to_whom)}" if threat.to_whom.strip() else "",
        f"Weapon: {_sentence(weapon)}",
        f"Crew: {CREW[threat.crew]}.",
        f"Ground: {GROUND[threat.ground]}." if threat.ground else "",
    )
    return tuple(filter(None, said))


def _background(known: Known) -> tuple[str, ...]:
    lines = "; ".join(known.background)
    return (f"Background only, not the ground of this request: {lines}.",) if lines else ()


def _sentence(words: str) -> str:
    """With one full stop at its end."""
    return f"{words.strip().rstrip('.')}."


# --- on the day --------------------------------------------------------------------------


def likelihood_of(threat: Threat, known: Known) -> Likelihood:
    """How likely harm is today, from what is happening and what was signalled; never from what
    once happened there."""
    if (
        threat.ground is Ground.CRIME_NOW
        or threat.weapon is Weapon.USED
        or threat.crew in (CrewState.CANNOT_LEAVE, CrewState.INJURED)
    ):
        return Likelihood.NOW
    risk = threat.ground in (Ground.RISK_TO_LIFE, Ground.RISK_OF_HARM)
    if risk or threat.weapon in _ARMED or known.alarm or threat.crew is CrewState.NO_CONTACT:
        return Likelihood.LIKELY
    return Likelihood.NOT_SHOWN


def severity_of(threat: Threat) -> Harm:
    """How severe it would be today."""
    if threat.ground is Ground.RISK_TO_LIFE or threat.weapon is Weapon.USED:
        return Harm.LIFE
    hurt = threat.crew in _HELD or threat.crew is CrewState.INJURED
    if threat.ground is Ground.RISK_OF_HARM or threat.weapon in _ARMED or hurt:
        return Harm.SERIOUS
    return Harm.HARM if threat.ground is not None else Harm.NOT_SHOWN


def missing_in(threat: Threat, known: Known) -> tuple[str, ...]:
    """What whoever is asked will ask back."""
    lacks = {
        "what is happening now": not threat.happening.strip(),
        "to whom": not threat.to_whom.strip(),
        "whether there is a weapon": threat.weapon is Weapon.NOT_KNOWN,
        "how the crew is": threat.crew is CrewState.NOT_KNOWN,
        "the ground": known.wanted is Wanted.POLICE and threat.ground is None,
        "the place": known.place is None,
    }
    return tuple(what for what, is_missing in lacks.items() if is_missing)
