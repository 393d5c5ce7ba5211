"""The dialplan's own events about abusive calls (A1): the warnings given, and the termination.

`ids` are the message's channel, and the channel under which it is linked.
"""

from datetime import datetime

from adapters.codecs.call_book import Call, CallBook, Said
from adapters.codecs.call_names import Dialect, Headers
from middleware.ports import Problem
from schemas.call import AbuseWarned, CallTerminatedForAbuse

WARNINGS = frozenset("123456789")
Ids = tuple[str, str]


def warned(
    dialect: Dialect, book: CallBook, ids: Ids, message: Headers, now: datetime
) -> list[Said]:
    """The handler warned the caller."""
    which = message.first(dialect.warning_header).strip()
    if which not in WARNINGS:
        reason = "must be the number of the warning, 1 to 9"
        return [Problem(dialect.warning_header, reason)]
    call, said = _call_of(book, ids, now)
    fields = {"handler": message.first(dialect.handler_header) or None, "warning": int(which)}
    return said + book.say(call, f"warned/{which}", AbuseWarned, now, **fields)


def terminated(
    dialect: Dialect, book: CallBook, ids: Ids, message: Headers, now: datetime
) -> list[Said]:
    """The handler ended the call under the call-termination policy."""
    call, said = _call_of(book, ids, now)
    fields = {
        "handler": message.first(dialect.handler_header) or None,
        "ground": message.first(dialect.ground_header) or None,
        "category": message.first(dialect.category_header) or None,
    }
    return said + book.say(call, "terminated", CallTerminatedForAbuse, now, **fields)


def _call_of(book: CallBook, ids: Ids, now: datetime) -> tuple[Call, list[Said]]:
    """Abuse is told of any call: of one that is over, or whose ringing was missed."""
    known, link = book.find(*ids), ids[1]
    if known is not None:
        return known, []
    return (book.late(link), []) if book.is_over(link) else book.hold(link, now)
