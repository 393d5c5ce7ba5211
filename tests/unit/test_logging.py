"""Logs are JSON with a correlation id and hold no personal data, whatever goes wrong (O1, E2)."""

import asyncio
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from io import StringIO
from typing import Any

import pytest
import structlog

from middleware.ops.logging import correlated, in_room, start_logging
from middleware.ops.redaction import ALLOWED_KEYS, REDACTED, Fixed
from tests.logs import put_back

CANARIES = (
    "Zbigniew Canary", "14A Canary Street", "ZZ9 9ZZ", "07700 900123", "+447700900123",
    "07700900123", "020-7946-0123", "canary@example.org", "threatened with a canary",
)  # fmt: skip
PROGRAM = """
import asyncio, sys, threading
from middleware.ops.clock import SystemClock
from middleware.ops.logging import start_logging
start_logging(SystemClock())
CANARY = "14A Canary Street"
class Stubborn:
    def __del__(self): raise ValueError(CANARY)
def stumble(): raise ValueError(CANARY)
async def forgotten():
    task = asyncio.ensure_future(asyncio.to_thread(stumble))
    await asyncio.wait([task])
thread = threading.Thread(target=stumble); thread.start(); thread.join()
Stubborn()
asyncio.run(forgotten())
raise ValueError(CANARY) from KeyError(CANARY)
"""


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 1, 31, 9, 30, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, delay: timedelta) -> None: ...


class Colour(StrEnum):
    RED = "red"


class Lines:
    """What was logged."""

    def __init__(self) -> None:
        self.stream = StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def last(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.text.splitlines()[-1])
        return told


@pytest.fixture
def logged() -> Iterator[Lines]:
    lines = Lines()
    with put_back():
        start_logging(FixedClock(), lines.stream)
        yield lines


def log() -> Any:
    return structlog.get_logger()


def assert_no_canary(text: str) -> None:
    assert text, "something must have been logged"
    for canary in CANARIES:
        assert canary not in text
        assert json.dumps(canary)[1:-1] not in text


def test_a_line_is_json_with_time_level_and_event(logged: Lines) -> None:
    log().warning("adapter_lost", adapter="cad_http", count=3, took=timedelta(milliseconds=1500))
    assert logged.last == {
        "event": "adapter_lost",
        "level": "warning",
        "time": "2026-01-31T09:30:00.000Z",
        "adapter": "cad_http",
        "count": 3,
        "took": 1.5,
    }


async def test_o4_a_line_names_the_room_of_the_task_that_says_it(logged: Lines) -> None:
    async def say(room: str) -> None:
        with in_room(room):
            await asyncio.create_task(asyncio.to_thread(log().warning, "adapter_lost"))

    async with asyncio.TaskGroup() as rooms:
        for room in ("eoc1", "eoc2"):
            rooms.create_task(say(room))
    told = [json.loads(line)["room"] for line in logged.text.splitlines()]
    assert sorted(told) == ["eoc1", "eoc2"]
    log().warning("adapter_lost")
    assert "room" not in logged.last


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7, 7),
        (0.5, 0.5),
        (None, None),
        (True, True),
        (Colour.RED, "red"),
        ("127.0.0.1:8100", "127.0.0.1:8100"),
        ("[::1]:8100", "[::1]:8100"),
        ("IncidentOpened", "IncidentOpened"),
        (("a", 1), ["a", 1]),
    ],
)
def test_codes_counts_and_places_of_the_service_stay_readable(
    logged: Lines, value: object, shown: object
) -> None:
    log().info("told", at=value)
    assert logged.last["at"] == shown


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize(
    "key", ["address", "what", "raw", "by", "reason", *sorted(ALLOWED_KEYS - {"level"})]
)
def test_a_canary_under_any_key_never_appears_e2(logged: Lines, canary: str, key: str) -> None:
    extra = {} if key == "event" else {key: canary}
    log().warning(canary if key == "event" else "told", **extra)
    assert_no_canary(logged.text)
    assert REDACTED in logged.text


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("wrap", [list, lambda c: {c: c}, lambda c: (1, [c]), str.encode, OSError])
def test_a_canary_inside_a_value_never_appears_e2(logged: Lines, canary: str, wrap: Any) -> None:
    whole = [canary] if wrap is list else wrap(canary)
    log().info("told", kind=whole, exception=whole)
    assert_no_canary(logged.text)


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_as_key_or_argument_never_appears_e2(logged: Lines, canary: str) -> None:
    log().info("told %s", canary, **{canary: 1})
    log().bind(**{canary: canary}).info("told")
    assert_no_canary(logged.text)


def test_words_of_the_code_are_logged_whole(logged: Lines) -> None:
    log().error("broker_lost", remedy=Fixed("look at its log"), reason="not fixed", subject="a b")
    assert logged.last["remedy"] == "look at its log"
    assert logged.last["reason"] == REDACTED


def test_an_exception_is_kind_and_place_without_its_words_e2(logged: Lines) -> None:
    try:
        try:
            int("14A Canary Street")
        except ValueError as cause:
            raise ExceptionGroup("Zbigniew Canary", [KeyError("ZZ9 9ZZ")]) from cause
    except ExceptionGroup:
        log().exception("check_failed")
    told = logged.last["exception"]
    assert told["kind"] == "ExceptionGroup"
    assert told["cause"]["kind"] == "ValueError"
    assert told["group"][0]["kind"] == "KeyError"
    place = told["at"][-1].rpartition(":")
    assert place[0].endswith("test_logging")
    assert int(place[2]) > 1
    assert_no_canary(logged.text)


def test_what_libraries_say_comes_without_their_words_e2(logged: Lines) -> None:
    try:
        raise OSError("14A Canary Street")
    except OSError:
        logging.getLogger("aiohttp.server").exception("Error handling %s", "07700 900123")
    assert logged.last["logger"] == "aiohttp.server"
    assert logged.last["exception"]["kind"] == "OSError"
    assert logged.last["at"].startswith("test_logging:")
    assert_no_canary(logged.text)


def test_a_warning_comes_without_its_words_e2(logged: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("14A Canary Street", stacklevel=1)
    logging.captureWarnings(capture=False)
    assert logged.last["logger"] == "py.warnings"
    assert_no_canary(logged.text)


def test_what_nobody_caught_comes_without_its_words_e2() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert done.returncode == 1
    assert "ended_by_an_error" in events
    assert "thread_ended_by_an_error" in events
    assert "error_could_not_be_raised" in events
    assert "a_library_says" in events, "the task whose error nobody took"
    assert_no_canary(done.stderr)
    assert done.stdout == ""


async def test_a_correlation_id_follows_the_task_and_no_other_o1(logged: Lines) -> None:
    async def work(name: str) -> None:
        with correlated(name):
            await asyncio.sleep(0)
            log().info("told", subject=name)
            await asyncio.create_task(deeper())

    async def deeper() -> None:
        log().info("deeper")

    await asyncio.gather(work("cad-1"), work("cad-2"))
    log().info("outside")
    lines = [json.loads(line) for line in logged.text.splitlines()]
    assert all(one["correlation"] == one["subject"] for one in lines if "subject" in one)
    assert sorted(o["correlation"] for o in lines if o["event"] == "deeper") == ["cad-1", "cad-2"]
    assert "correlation" not in lines[-1]


def test_a_correlation_id_that_is_no_code_loses_its_words_e2(logged: Lines) -> None:
    with correlated("07700900123"):
        log().info("told")
    assert logged.last["correlation"] == REDACTED


def test_o4_a_log_on_a_full_disk_stops_nothing_and_says_later_how_much_is_missing() -> None:
    class Full(StringIO):
        is_so = True

        def write(self, text: str) -> int:
            if self.is_so:
                raise OSError("no space left on device")
            return super().write(text)

    stream = Full()
    with put_back():
        start_logging(FixedClock(), stream)
        log().error("first_line")
        log().error("second_line")
        stream.is_so = False
        log().error("third_line")

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (lines[0]["event"], lines[0]["count"]) == ("log_lines_lost", 2)
    assert [line["event"] for line in lines[1:]] == ["third_line"]
