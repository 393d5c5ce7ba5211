"""The pictures of the dashboards in the docs (O1): well-formed, named, of the panels of today."""

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from tests.dashboards.amounts import amount, clock, round_up
from tests.dashboards.boards import BOARDS
from tests.dashboards.drawing import Series, drawn
from tests.dashboards.panels import Board, Limit, Look, Panel, Query, Row
from tests.pages import DOCS

SVG = "{http://www.w3.org/2000/svg}"
UNITS = ("s", "bytes", "percentunit", "short")
NUMBERS = st.floats(min_value=0, max_value=1e12, allow_nan=False)


def _board(*panels: Panel) -> Board:
    return Board("b", "A board", "told", (Row("A row", panels),))


def _words(picture: str) -> list[str]:
    return [found.text or "" for found in fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_o1_the_committed_picture_shows_every_panel_of_today(board: Board) -> None:
    words = _words((DOCS / "dashboards" / f"{board.uid}.svg").read_text(encoding="utf-8"))
    missing = {panel.title for panel in board.panels()} - {*words}
    assert not missing, "draw them anew: python -m tests.dashboards.shift"


def test_o1_no_other_picture_lies_there() -> None:
    names = {path.stem for path in (DOCS / "dashboards").iterdir()}
    assert names == {board.uid for board in BOARDS}


def test_o1_a_number_is_coloured_by_its_limits_at_the_end_and_at_most() -> None:
    limits = (Limit(5, "orange", "w"), Limit(60, "red", "w"))
    panel = Panel("Age", "told", (Query("x", "oldest"),), Look.NUMBER, "s", limits)
    picture = drawn(_board(panel), [[Series("oldest", [(0, 0.0), (1, 61.0), (2, 6.0)])]], 2)
    found = {word.text: word.get("fill") for word in fromstring(picture).iter(f"{SVG}text")}
    assert found["6 s"] == "#a85b00"
    assert found["1.02 min"] == "#b10e1e"


def test_o1_words_stand_for_values_and_nothing_is_said_to_be_nothing() -> None:
    panel = Panel("Runs?", "told", (), Look.WORD, words={0: ("AWAY", "red")}, none="NOT WATCHED")
    assert "AWAY" in _words(drawn(_board(panel), [[Series("it", [(0, 0.0)])]], 1))
    assert "NOT WATCHED" in _words(drawn(_board(panel), [[]], 1))


@given(
    st.lists(st.lists(NUMBERS, min_size=1, max_size=5), max_size=9),
    st.sampled_from([*Look]),
    st.sampled_from(UNITS),
)
def test_o1_whatever_the_data_the_picture_can_be_read(
    values: list[list[float]], look: Look, unit: str
) -> None:
    panel = Panel('A <panel> & "more"', "told", (), look, unit, (Limit(0.5, "red", "w"),))
    series = [
        Series(f"s{at} <&>", [*enumerate(map(float, line))]) for at, line in enumerate(values)
    ]
    assert panel.title in _words(drawn(_board(panel), [series], 10))


@given(NUMBERS, st.sampled_from(UNITS))
def test_o1_an_axis_ends_at_or_above_what_it_shows(number: float, unit: str) -> None:
    assert round_up(number, unit) >= number * 0.998
    assert round_up(number, unit) <= max(1, number * 10.1)


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        (0.0123, "s", "12.3 ms"), (90, "s", "1.5 min"), (0.144, "percentunit", "14.4 %"),
        (2_500_000, "bytes", "2.5 MB"), (1234, "short", "1,234"), (0, "s", "0"),
    ],
)  # fmt: skip
def test_o1_numbers_are_short_and_have_their_unit(number: float, unit: str, said: str) -> None:
    assert amount(number, unit) == said


def test_o1_time_stands_in_minutes_and_seconds() -> None:
    assert clock(95) == "1:35"
