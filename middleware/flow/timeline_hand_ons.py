"""What another service was told of a scene, in words (N2, N7, E3)."""

from schemas import hand_on as h
from schemas.decision import Decision, Shown


def hand_on_words(made: Decision, service: str) -> str:
    """One line; empty for what is no step of a hand-on."""
    match made:
        case h.HandOnBegun():
            return f"handed on to {service} by {made.by} ({made.case})"
        case h.HandOnSaid():
            about = ", ".join(matched.marker for matched in made.matched) or "nothing known"
            return f"{service} is to be told of the scene, revision {made.revision}: {about}"
        case h.HandOnOver():
            return f"{service}: taken back by {made.by}, revision {made.revision}"
        case h.HandOnRefused():
            return f"{service}: refused revision {made.revision} ({made.code or 'no code'})"
        case Shown():
            return f"{service}: their system has revision {made.revision}"
    return ""
