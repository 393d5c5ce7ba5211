"""Structured logs: JSON lines on stderr, with a correlation id and no personal data (O1, E2).

Code logs with `structlog.get_logger()`: a constant event like `adapter_lost`, and keys of the
allow-list in `middleware.ops.redaction`. Libraries that use the standard library's logging are
taken along without their words, which nobody has vetted: name, line and error kind remain.
"""

import contextlib
import logging
import re
import sys
import threading
from contextlib import AbstractContextManager
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, cast

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.processors import JSONRenderer, add_log_level
from structlog.typing import Processor

from middleware.ops.redaction import Fields, describe, redact
from middleware.ports import Clock

_log = structlog.get_logger()
_UNSAFE = re.compile(r"[^A-Za-z0-9_.:-]")
_correlation: ContextVar[str] = ContextVar("correlation")


class correlated:  # noqa: N801 - reads as what it does
    """Everything logged inside, in this task and those it starts, carries this id."""

    __slots__ = ("_correlation", "_token")

    def __init__(self, correlation: str) -> None:
        self._correlation = correlation

    def __enter__(self) -> None:
        self._token = _correlation.set(self._correlation)

    def __exit__(self, *_: object) -> None:
        _correlation.reset(self._token)


def in_room(room: str) -> AbstractContextManager[None]:
    """Everything logged inside, in this task and those it starts, names this control room."""
    return bound_contextvars(room=room)


def start_logging(clock: Clock, stream: TextIO | None = None) -> None:
    """Log from now on, to stderr or `stream`; also what libraries say and what nobody caught."""
    structlog.configure(
        processors=_processors(clock),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Unfailing(stream))),
        cache_logger_on_first_use=False,
    )
    logging.captureWarnings(capture=True)
    logging.basicConfig(handlers=[_FromLibraries()], level=logging.WARNING, force=True)
    sys.excepthook = _on_uncaught
    sys.unraisablehook = lambda told: _log_uncaught("error_could_not_be_raised", told.exc_value)
    threading.excepthook = lambda told: _log_uncaught("thread_ended_by_an_error", told.exc_value)


class _Unfailing:
    """A stream that loses lines when it must: a log on a full disk stops no room. How many were
    lost is the first thing said when it can be written again."""

    def __init__(self, stream: TextIO | None) -> None:
        self._given, self._lost = stream, 0

    def write(self, text: str) -> int:
        stream = self._given or sys.stderr
        try:
            if self._lost:
                stream.write(f'{{"event": "log_lines_lost", "count": {self._lost}}}\n')
                self._lost = 0
            return stream.write(text)
        except OSError:
            self._lost += 1
            return 0

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            (self._given or sys.stderr).flush()


def _processors(clock: Clock) -> list[Processor]:
    def stamp(_logger: Any, _method: str, fields: Fields) -> Fields:
        at = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {**fields, "time": at}

    return [merge_contextvars, _correlate, add_log_level, _explain, redact, stamp, JSONRenderer()]


def _correlate(_logger: Any, _method: str, fields: Fields) -> Fields:
    correlation = _correlation.get(None)
    if correlation is None:
        return fields
    return {**fields, "correlation": _UNSAFE.sub("-", correlation)[:100]}


def _explain(_logger: Any, _method: str, fields: Fields) -> Fields:
    """Replace `exc_info` by the kind and place of the error."""
    given = fields.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if given is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        fields["exception"] = describe(error)
    return fields


class _FromLibraries(logging.Handler):
    """Takes what libraries log, without their message."""

    def emit(self, record: logging.LogRecord) -> None:
        at = f"{Path(record.filename).stem}:{record.lineno}"
        error = record.exc_info[1] if record.exc_info else None
        level = min(record.levelno, logging.CRITICAL)
        _log.log(level, "a_library_says", logger=record.name, at=at, exc_info=error)


def _on_uncaught(
    _kind: type[BaseException], error: BaseException, _traceback: TracebackType | None
) -> None:
    _log_uncaught("ended_by_an_error", error)


def _log_uncaught(event: str, error: BaseException | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    _log.critical(event, exc_info=error)
