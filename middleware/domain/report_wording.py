"""Incident reports in words, as people at the console read them (R1-R3, M4)."""

from schemas.report import Application, Cause

CAUSES = {
    Cause.MAN_DOWN: "man-down",
    Cause.ABUSIVE_CALL: "call ended for abuse",
    Cause.VIOLENCE: "reported violence",
}
APPLICATIONS = {
    Application.DUE: "marker application due: physical assault without a medical cause",
    Application.REAPPLICATION: "re-application due: new incident at a marked address",
    Application.OFFERED: "marker application offered: decide whether to apply",
    Application.WAITS: "physical assault: an application is due unless the cause was medical; "
    "not yet known: the cause, or who or where",
    Application.NONE: "no marker application follows by itself",
}


def cause(value: Cause) -> str:
    """What it was drafted from."""
    return CAUSES[value]


def application(value: Application) -> str:
    """What follows for the markers."""
    return APPLICATIONS[value]
