"""The credible threat in words (P1): what is happening now, and the marker as background only."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.domain.back_up_wording import Known, Pressed, compose, draft
from schemas.police import CrewState, Ground, Harm, Likelihood, Threat, Wanted, Weapon

KNOWN = Known(
    Wanted.POLICE,
    incident="2101",
    place="14 High Street, Anytown",
    nature="fall",
    crews=("A101",),
    background=("VIOLENCE – physical assault (high severity), 14 months ago, same dwelling",),
)
ALARM = Pressed("A101 pressed the emergency button at 22:14:05", "51.30000, -0.50000", False)
THREATS = st.builds(
    Threat,
    happening=st.text(max_size=50),
    to_whom=st.text(max_size=20),
    weapon=st.sampled_from(Weapon),
    crew=st.sampled_from(CrewState),
    ground=st.none() | st.sampled_from(Ground),
    likelihood=st.none() | st.sampled_from(Likelihood),
    severity=st.none() | st.sampled_from(Harm),
)


def test_p1_it_is_said_in_the_order_in_which_the_threshold_asks() -> None:
    threat = Threat(
        happening="a man with a knife stands between the crew and the door",
        to_whom="crew A101, two staff",
        weapon=Weapon.SEEN,
        which_weapon="kitchen knife",
        crew=CrewState.CANNOT_LEAVE,
        ground=Ground.RISK_TO_LIFE,
    )
    assert compose(threat, KNOWN).words == (
        "Police requested, incident 2101 (fall), at 14 High Street, Anytown.",
        "Happening now: a man with a knife stands between the crew and the door.",
        "To whom: crew A101, two staff.",
        "Weapon: seen: kitchen knife.",
        "Crew: cannot leave.",
        "Ground: a real and immediate risk to life, present and ongoing.",
        "Today: harm is being done or about to be; danger to life.",
        f"Background only, not the ground of this request: {KNOWN.background[0]}.",
    )


def test_p1_however_long_the_nature_is_the_place_is_said() -> None:
    """A CAD, or who refers a patient, may send 2,000 characters."""
    said = compose(Threat(), replace(KNOWN, nature="shouting, " * 200))
    assert said.words[0].endswith("), at 14 High Street, Anytown.")


def test_p1_what_is_missing_is_said() -> None:
    said = compose(Threat(happening="shouting"), replace(KNOWN, place=None))
    assert said.missing == (
        "to whom", "whether there is a weapon", "how the crew is", "the ground", "the place",
    )  # fmt: skip
    assert said.words[-1].startswith("Not known: to whom, whether there is a weapon")


def test_d4_out_of_an_alarm_the_press_is_what_happens_now() -> None:
    threat = draft(replace(KNOWN, alarm=replace(ALARM, is_silent=True)))
    assert threat.happening == ALARM.words
    assert (threat.to_whom, threat.crew) == ("crew A101", CrewState.NO_CONTACT)
    said = compose(threat, replace(KNOWN, alarm=ALARM))
    assert said.words[1:3] == (
        "Happening now: A101 pressed the emergency button at 22:14:05.",
        "Last position of the radio: 51.30000, -0.50000.",
    )
    assert said.likelihood is Likelihood.LIKELY


def test_p1_without_an_alarm_nothing_is_filled_in_as_happening() -> None:
    assert draft(KNOWN).happening == ""


@pytest.mark.parametrize(
    ("threat", "likelihood", "severity"),
    [
        (Threat(), Likelihood.NOT_SHOWN, Harm.NOT_SHOWN),
        (Threat(ground=Ground.CRIME_DONE), Likelihood.NOT_SHOWN, Harm.HARM),
        (Threat(ground=Ground.CRIME_NOW), Likelihood.NOW, Harm.HARM),
        (Threat(weapon=Weapon.SEEN), Likelihood.LIKELY, Harm.SERIOUS),
        (Threat(weapon=Weapon.USED), Likelihood.NOW, Harm.LIFE),
        (Threat(crew=CrewState.NO_CONTACT), Likelihood.LIKELY, Harm.SERIOUS),
        (Threat(weapon=Weapon.USED, severity=Harm.HARM), Likelihood.NOW, Harm.HARM),
    ],
)
def test_p1_likelihood_and_severity_are_those_of_the_day(
    threat: Threat, likelihood: Likelihood, severity: Harm
) -> None:
    """A person's own judgement stands before what follows from the rest."""
    said = compose(threat, KNOWN)
    assert (said.likelihood, said.severity) == (likelihood, severity)


@given(THREATS, st.lists(st.text(max_size=30), max_size=4))
def test_p1_n6_a_marker_changes_nothing_but_the_background(
    threat: Threat, background: list[str]
) -> None:
    bare = compose(threat, replace(KNOWN, background=()))
    said = compose(threat, replace(KNOWN, background=tuple(background)))
    others = [line for line in said.words if not line.startswith("Background only")]
    assert tuple(others) == bare.words
    assert (said.likelihood, said.severity, said.missing) == (
        bare.likelihood, bare.severity, bare.missing,
    )  # fmt: skip


@given(THREATS, st.booleans())
def test_p1_everything_stated_is_said_and_every_line_can_be_sent(
    threat: Threat, pressed: bool
) -> None:
    said = compose(threat, replace(KNOWN, alarm=ALARM if pressed else None))
    whole = " ".join(said.words)
    assert threat.happening.strip().rstrip(".") in whole
    assert all(0 < len(line) <= 2_000 for line in said.words)
    assert len(said.words) <= 30
