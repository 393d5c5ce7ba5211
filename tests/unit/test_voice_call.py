"""A spoken call with a crew that does as it is told: every way in which it can end (N4, N5)."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from adapters.channels.voice_call import Call, Ended, Limits, Script
from adapters.channels.voice_line import Answered, Heard, Over, Played, Pressed, Sound
from schemas.delivery import Delivery

NOTES, KEYS, WRONG, THANKS, GOODBYE = (bytes([n]) * 2 for n in range(1, 6))
NAMES = {NOTES: "notes", KEYS: "keys", WRONG + KEYS: "wrong", THANKS: "thanks", GOODBYE: "goodbye"}
LIMITS = Limits(ring=timedelta(minutes=1), key=timedelta(0), times=2)
ANSWERED = Answered()
END = "end"
"""Listens to the end of what is said."""


class Crew:
    """Plays the telephone: at the n-th sound it does the n-th thing of `does`: presses these keys
    while it is said and listens to its end; `#` instead of the end: hangs up; then only listens.
    """

    def __init__(self, does: Sequence[str], first: Heard | None) -> None:
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.said: list[str] = []
        self._does = list(does)
        if first:
            self.heard.put_nowait(first)

    async def play(self, play: int, sound: Sound) -> None:
        self.said.append(NAMES[sound])
        does = self._does.pop(0) if self._does else END
        for key in does.removesuffix(END).removesuffix("#"):
            self.heard.put_nowait(Pressed(key))
        self.heard.put_nowait(Over("none") if does.endswith("#") else Played(play))

    async def stop(self) -> None:
        self.said.append("stopped")

    async def hang_up(self) -> None:
        self.said.append("hung up")


async def call(*does: str, first: Heard | None = ANSWERED, limits: Limits = LIMITS) -> list[str]:
    """What was said, what was told of the crew, and how it ended, in order."""
    crew = Crew(does, first)

    async def compose() -> Script:
        return Script(NOTES, KEYS, WRONG, THANKS, GOODBYE)

    async def told() -> None:
        crew.said.append("TOLD")

    async def acknowledged() -> None:
        crew.said.append("ACKNOWLEDGED")

    ended = await Call(crew, limits, compose, told, acknowledged).hold()
    return [*crew.said, _words(ended)]


def _words(ended: Ended) -> str:
    state = ended.state.value if ended.state else "acknowledged"
    return f"{state} {ended.code}" if ended.code else state


YES = ["TOLD", "ACKNOWLEDGED", "thanks", "hung up", "acknowledged"]


@pytest.mark.parametrize(
    ("does", "happens"),
    [
        ([END, "1"], ["notes", "keys", "stopped", *YES]),
        (["1"], ["notes", *YES]),
        (["5314"], ["notes", *YES]),
        (["2", "1"], ["notes", "stopped", "notes", *YES]),
        (["12", END, "1"], ["notes", "stopped", "notes", "keys", "stopped", *YES]),
        (
            [END, "2", "1"],
            ["notes", "keys", "stopped", "TOLD", "notes", *YES[1:]],
        ),
        (
            [END, "7", "1"],
            ["notes", "keys", "stopped", "TOLD", "wrong", "stopped", *YES[1:]],
        ),
        (["1", "#"], ["notes", *YES]),
    ],
    ids=[
        "1 at the question", "1 while it is said", "other keys before 1", "2 while it is said",
        "1, then 2: only what is said to its end counts", "2 at the question", "a wrong key",
        "hangs up after 1",
    ],
)  # fmt: skip
async def test_n4_only_1_acknowledges_and_only_what_was_said_to_its_end(
    does: list[str], happens: list[str]
) -> None:
    assert await call(*does) == happens


@pytest.mark.parametrize(
    ("does", "happens"),
    [
        (["#"], ["notes", "hung up", "cut_off none"]),
        (["1#"], ["notes", "hung up", "cut_off none"]),
        ([END, "#"], ["notes", "keys", "hung up", "silence none"]),
        (
            [END, "2", "#"],
            ["notes", "keys", "stopped", "TOLD", "notes", "hung up", "cut_off none"],
        ),
        ([], [*["notes", "keys"] * 2, "goodbye", "hung up", "silence"]),
        (["3"], [*["notes", "keys"] * 2, "goodbye", "hung up", "silence"]),
    ],
    ids=[
        "hangs up half-way", "1 and hangs up half-way", "a voicemail that hangs up after the end",
        "hangs up the second time", "presses nothing", "presses a wrong key too early",
    ],
)  # fmt: skip
async def test_n5_everything_else_is_no_acknowledgement(
    does: list[str], happens: list[str]
) -> None:
    assert await call(*does) == happens


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("486", Delivery.BUSY), ("600", Delivery.BUSY), ("cause 17", Delivery.BUSY),
        ("603", Delivery.DECLINED), ("607", Delivery.DECLINED), ("cause 21", Delivery.DECLINED),
        ("408", Delivery.NO_ANSWER), ("480", Delivery.NO_ANSWER),
        ("cause 18", Delivery.NO_ANSWER), ("cause 19", Delivery.NO_ANSWER),
        ("404", Delivery.FAILED), ("503", Delivery.FAILED), ("cause 1", Delivery.FAILED),
        ("none", Delivery.FAILED), ("line", Delivery.FAILED),
    ],
)  # fmt: skip
async def test_n5_what_the_network_says_before_an_answer(code: str, state: Delivery) -> None:
    assert await call(first=Over(code)) == ["hung up", f"{state} {code}"]


async def test_n5_nobody_answers() -> None:
    limits = Limits(ring=timedelta(0), key=timedelta(0), times=2)
    assert await call(first=None, limits=limits) == ["hung up", "no_answer"]


async def test_n5_our_own_fault_is_no_hanging_up() -> None:
    """Whether anything was heard is not known."""
    crew = Crew([], Answered())
    crew.heard.put_nowait(Over("playback"))

    async def compose() -> Script:
        return Script(NOTES, KEYS, WRONG, THANKS, GOODBYE)

    async def never() -> None:
        raise AssertionError("nobody heard anything")

    ended = await Call(crew, LIMITS, compose, never, never).hold()
    assert ended == Ended(Delivery.FAILED, "playback")


@pytest.mark.parametrize("key", ["2", "9"])
async def test_n5_no_key_holds_a_line_for_ever(key: str) -> None:
    said = await call(*[END, key] * 100, *[key] * 100)
    assert said[-3:] == ["goodbye", "hung up", "silence"]
    assert said.count("notes") <= 5
