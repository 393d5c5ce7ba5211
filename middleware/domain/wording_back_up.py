"""The words of requests for police and further resources, value by value (P1, P2)."""

from schemas.back_up import Because
from schemas.police import Answer, CrewState, Ground, Harm, Likelihood, Wanted, Weapon

WANTED = {Wanted.POLICE: "Police", Wanted.RESOURCES: "Further resources"}
GROUND = {
    Ground.CRIME_NOW: "a crime is happening",
    Ground.CRIME_DONE: "a crime has happened",
    Ground.RISK_TO_LIFE: "a real and immediate risk to life, present and ongoing",
    Ground.RISK_OF_HARM: "a real and immediate risk of serious harm, present and ongoing",
}
WEAPON = {
    Weapon.NOT_KNOWN: "not known",
    Weapon.NONE_SEEN: "none seen",
    Weapon.THREATENED: "threatened with",
    Weapon.SEEN: "seen",
    Weapon.USED: "used",
}
CREW = {
    CrewState.NOT_KNOWN: "state not known",
    CrewState.NOT_THERE: "not there yet",
    CrewState.STANDING_OFF: "standing off",
    CrewState.WITHDRAWN: "withdrawn to a place of safety",
    CrewState.WITH_PATIENT: "with the patient",
    CrewState.CANNOT_LEAVE: "cannot leave",
    CrewState.INJURED: "injured",
    CrewState.NO_CONTACT: "no contact",
}
LIKELIHOOD = {
    Likelihood.NOT_SHOWN: "how likely harm is, is not shown yet",
    Likelihood.LIKELY: "harm is likely",
    Likelihood.NOW: "harm is being done or about to be",
}
SEVERITY = {
    Harm.NOT_SHOWN: "how severe, is not shown yet",
    Harm.HARM: "harm",
    Harm.SERIOUS: "serious harm",
    Harm.LIFE: "danger to life",
}
BECAUSE = {
    Because.REFUSED: "it was refused",
    Because.NO_ANSWER: "no answer came in time",
    Because.NOT_READ_OUT: "nobody read it out in time",
    Because.NOT_COME: "they agreed to come and have not come in time",
    Because.ASKED: "it is still necessary",
}
ANSWERS = {
    Answer.ACCEPTED: "accepted",
    Answer.REFUSED: "REFUSED",
    Answer.EN_ROUTE: "en route",
    Answer.ARRIVED: "arrived",
}
