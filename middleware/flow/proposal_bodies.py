"""What a proposal says, made from the ledger (A2, M4): the letter as it is drafted, and the marker
as far as the record knows it."""

from middleware.domain.letter_wording import letter
from middleware.engine.proposals import Proposal
from middleware.engine.state import State


def drafted_letter(state: State, proposal: Proposal) -> str:
    """As it went, where a person has worded it; else as it is drafted."""
    entry = state.ledger.entries.get(proposal.entry)
    if proposal.text is not None or entry is None:
        return proposal.text or ""
    return letter(
        state.rules.letter,
        rang_at=entry.rang_at,
        number=entry.number or "",
        category=entry.category,
        service=state.rules.letter_from,
        reference=proposal.call,
    )


def marker_id(proposal: Proposal) -> str:
    """Follows from the call, so that what is done twice makes one marker."""
    return f"AC-{proposal.call}"
