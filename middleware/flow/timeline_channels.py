"""The timeline in words: rungs, attempts, and what stands in the CAD (N2, N4, N5)."""

from middleware.domain.wording import ended_in_words
from middleware.domain.wording_channels import DELIVERY
from schemas import decision as d
from schemas.telling import AttemptMade, AttemptReported, RungSkipped


def channel_words(made: d.Decision, callsign: str) -> str:
    """Empty for what is told elsewhere."""
    match made:
        case RungSkipped():
            return f"{callsign}: {made.channel} does not reach the crew (rung {made.rung + 1})"
        case AttemptMade():
            again = ", again as its end was not known" if made.again else ""
            return f"{callsign}: attempt {made.attempt} by {made.channel}{again}"
        case AttemptReported():
            return f"{callsign}: {made.channel}: {DELIVERY[made.state]}"
        case d.WriteBackIssued():
            return f"to be written into the CAD: marker {made.matched.marker}"
        case d.WriteBackWithdrawn():
            return f"to be taken out of the CAD: {ended_in_words(made.reason)}"
    return ""
