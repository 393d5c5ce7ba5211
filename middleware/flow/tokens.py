"""Who writes: tokens order what devices hear (O4)."""

from middleware.ports import Journal


async def acquire_beyond(journal: Journal, last: int) -> int:
    """Become the journal's writer, with a token behind `last`: devices heard who had that one, and
    a journal that was copied or put back does not know it. Raises what `Journal.acquire` does."""
    while (token := await journal.acquire()) <= last:
        pass
    return token
