"""The pictures of the report: well-formed, named, and as large as what they show."""

from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.cli.report import drawing, pictures
from middleware.cli.report.pictures import COLOURS, Line, Part
from middleware.cli.report.scoring import EDGES, Bin, Share

SVG = "{http://www.w3.org/2000/svg}"
TWO = (Part("one", "blue"), Part("two", "red"))


def parts(picture: str, name: str, **having: str) -> list[Element]:
    found = fromstring(picture).iter(SVG + name)  # noqa: S314 - our own picture
    return [one for one in found if having.items() <= one.attrib.items()]


def told(picture: str) -> str:
    return " ".join(text for text in fromstring(picture).itertext())  # noqa: S314


def number(element: Element, name: str) -> float:
    return float(element.attrib[name])


def test_a_picture_is_named_for_those_who_do_not_see_it() -> None:
    picture = pictures.bars("Name <&>", "Told.", TWO, [])
    (root,) = parts(picture, "svg")
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "Name <&>. Told."
    assert "Name <&>" in told(picture)


def test_bars_are_as_long_as_their_shares() -> None:
    picture = pictures.bars("Bars", "", TWO, [("row", [30, 10], "75 %")])
    one, two = (parts(picture, "rect", fill=COLOURS[p.colour])[-1] for p in TWO)
    gap = number(two, "x") - number(one, "x") - number(one, "width")
    assert number(one, "width") + gap == pytest.approx(3 * (number(two, "width") + gap), abs=0.3)
    assert "75 %" in told(picture)


def test_columns_stand_on_each_other() -> None:
    picture = pictures.columns("Columns", "", TWO, ["a", "b"], [[4, 0], [2, 3]], "axis")
    (blue,) = [r for r in parts(picture, "rect", fill=COLOURS["blue"]) if number(r, "height") > 20]
    tall, _ = [r for r in parts(picture, "rect", fill=COLOURS["red"]) if number(r, "height") > 20]
    assert number(tall, "y") < number(blue, "y")
    assert number(tall, "height") * 2 == pytest.approx(number(blue, "height"), abs=2)


def test_the_scales_put_a_value_where_it_belongs() -> None:
    assert pictures.linear("", 10, 20, ()).place(15) == pytest.approx(0.5)
    assert pictures.powers("", 1, 10_000, ()).place(100) == pytest.approx(0.5)
    assert pictures.odds("", 0.1, 0.9, ()).place(0.5) == pytest.approx(0.5)
    assert pictures.odds("", 0.1, 0.9, ()).place(1.0) == 1.0


def test_lines_differ_in_more_than_their_colour() -> None:
    axis = pictures.linear("x", 0, 1, [(0, "0"), (1, "1")])
    lines = [Line(part, [(0, 0), (1, 1)]) for part in TWO]
    drawn = parts(pictures.plot("Plot", "", axis, axis, lines), "polyline")
    assert len({one.attrib.get("stroke-dasharray") for one in drawn}) == 2


def test_a_point_of_calibration_on_the_line_says_what_is_so() -> None:
    picture = drawing.calibration({"forewarn": [Bin(0.9, 0.9, Share(9, 10))]})
    diagonal = parts(picture, "line", **{"stroke-dasharray": "5 5"})[0]
    dot = parts(picture, "circle")[-1]
    across = (number(dot, "cx") - number(diagonal, "x1")) / (
        number(diagonal, "x2") - number(diagonal, "x1")
    )
    up = (number(diagonal, "y1") - number(dot, "cy")) / (
        number(diagonal, "y1") - number(diagonal, "y2")
    )
    assert across == pytest.approx(up, abs=0.01)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        ((c + 0.055) / 1.055) ** 2.4 if c > 0.04045 else c / 12.92 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", sorted(COLOURS.keys() - {"line"}))
def test_what_is_drawn_stands_out_from_the_background(name: str) -> None:
    """WCAG 2.2, 1.4.11: 3 to 1 against white."""
    assert 1.05 / (luminance(COLOURS[name]) + 0.05) >= 3


@given(st.dictionaries(st.text(max_size=20), st.lists(st.floats(0, 1e12), max_size=20), max_size=4))
def test_whatever_was_timed_makes_a_picture(taken: dict[str, list[float]]) -> None:
    clean = {"".join(filter(str.isprintable, name)): values for name, values in taken.items()}
    assert parts(drawing.times(clean), "svg")


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 50), st.integers(0, 50)), max_size=9))
def test_whatever_was_said_makes_a_picture(bins: list[tuple[float, int, int]]) -> None:
    made = [Bin(EDGES[0], said, Share(min(a, b), max(a, b))) for said, a, b in bins]
    assert parts(drawing.calibration({"forewarn": made}), "svg")
