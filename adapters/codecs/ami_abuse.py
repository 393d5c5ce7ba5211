"""The dialplan's user events about abusive calls (A1): the warnings given, and the termination."""

from datetime import datetime
from functools import partial

from adapters.codecs.ami import Message
from adapters.codecs.ami_book import Call, CallBook, OnEvent, Said
from adapters.codecs.ami_names import Dialect
from middleware.ports import Problem
from schemas.call import AbuseWarned, CallTerminatedForAbuse

WARNINGS = frozenset("123456789")


def abuse_events(dialect: Dialect, book: CallBook) -> dict[str, OnEvent]:
    """What to do for each of them, by its name at this site."""
    return {
        dialect.warning_event: partial(_on_warned, dialect, book),
        dialect.terminated_event: partial(_on_terminated, dialect, book),
    }


def _on_warned(dialect: Dialect, book: CallBook, message: Message, now: datetime) -> list[Said]:
    which = message.first(dialect.warning_header).strip()
    if which not in WARNINGS:
        reason = "must be the number of the warning, 1 to 9"
        return [Problem(dialect.warning_header, reason)]
    call, said = _call_of(book, message, now)
    fields = {"handler": message.first(dialect.handler_header) or None, "warning": int(which)}
    return said + book.say(call, f"warned/{which}", AbuseWarned, now, **fields)


def _on_terminated(dialect: Dialect, book: CallBook, message: Message, now: datetime) -> list[Said]:
    call, said = _call_of(book, message, now)
    fields = {
        "handler": message.first(dialect.handler_header) or None,
        "ground": message.first(dialect.ground_header) or None,
        "category": message.first(dialect.category_header) or None,
    }
    return said + book.say(call, "terminated", CallTerminatedForAbuse, now, **fields)


def _call_of(book: CallBook, message: Message, now: datetime) -> tuple[Call, list[Said]]:
    """Abuse is told of any call: of one that is over, or whose ringing was missed."""
    known, link = book.find(message), message.first("Linkedid")
    if known is not None:
        return known, []
    return (book.late(link), []) if book.is_over(link) else book.hold(link, now)
