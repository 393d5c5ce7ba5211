"""Every step of a draft report in words (R1, R3, M4, E3)."""

from middleware.domain.report_wording import application, cause
from middleware.domain.reporting import sub_category
from schemas import reporting as r
from schemas.decision import Decision


def report_words(made: Decision) -> str:
    """One line; empty for what is no step of a report."""
    match made:
        case r.ReportDrafted():
            category = sub_category(made.category) or "sub-category not known"
            return f"report {made.report} drafted from {cause(made.cause)}: {category}"
        case r.ReportChanged():
            category = sub_category(made.category) or "sub-category not known"
            return f"report {made.report} changed (revision {made.revision}): {category}"
        case r.ReportTakenBack():
            return f"report {made.report} taken back by {made.by}: no violence or aggression"
        case r.ReportReceived():
            number = f" as {made.reference}" if made.reference else ""
            return f"report {made.report}: revision {made.revision} with {made.channel}{number}"
        case r.ReportRefused():
            return f"report {made.report}: {made.channel} refused revision {made.revision}"
    return _what_follows(made)


def _what_follows(made: Decision) -> str:
    match made:
        case r.SecurityNotified():
            return f"report {made.report}: security team told, {made.times} times so far"
        case r.SecurityAssumed():
            return f"report {made.report}: in the hands of {made.by} of the security team"
        case r.SecurityStoodDown():
            return f"report {made.report}: security team told that it was no physical assault"
        case r.ApplicationFound():
            return f"report {made.report}: {application(made.application)}"
        case r.ApplicationDone():
            done = "marker applied for" if made.applied else "no marker applied for"
            return f"report {made.report}: {done}, says {made.by}"
    return ""
