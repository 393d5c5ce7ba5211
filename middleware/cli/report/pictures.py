"""Small pictures as SVG text: bars, columns and plots, readable by people and screen readers.

Each stands by itself (own background, colours and fonts, nothing from outside) and is named by
its title and description. Colours differ in lightness too, and every one is at least 3 to 1
against the background.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import log, log10

WIDTH = 760
NORMAL, SMALL = 13, 11
COLOURS = {
    "blue": "#00599c", "amber": "#a85b00", "grey": "#6f777b", "purple": "#7a3e9d",
    "green": "#00703c", "red": "#b10e1e", "pale": "#6c8ebf", "ink": "#0b0c0c", "line": "#d5d8da",
}  # fmt: skip
_ROW, _HEAD, _LABELS, _RIGHT = 24, 62, 250, 84
_TOP, _LEFT, _HIGH = 84, 64, 300
_WIDE = WIDTH - _LEFT - 24
_SPACE, _GAP = 0.12, 1.0
_DASHES = ("", "9 3", "2 3", "12 3 2 3", "5 5")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that a picture shows, with its colour (a name of COLOURS)."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Axis:
    """From a value to its place from 0 to 1, and the values that are written beside it."""

    name: str
    place: Callable[[float], float]
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """Points (x, y) of one part; `spans` are (lowest, highest) for each, where known."""

    part: Part
    points: Sequence[tuple[float, float]]
    spans: Sequence[tuple[float, float]] = ()
    is_joined: bool = True


def linear(name: str, low: float, high: float, ticks: Sequence[tuple[float, str]]) -> Axis:
    """Equal steps."""
    return Axis(name, lambda value: (_within(value, low, high) - low) / (high - low), ticks)


def powers(name: str, low: float, high: float, ticks: Sequence[tuple[float, str]]) -> Axis:
    """Equal factors; from low to high, both above 0."""
    whole = log10(high / low)
    return Axis(name, lambda value: log10(_within(value, low, high) / low) / whole, ticks)


def odds(name: str, low: float, high: float, ticks: Sequence[tuple[float, str]]) -> Axis:
    """Equal factors of the odds: 0.9, 0.99 and 0.999 are as far apart as they matter."""
    start, end = _odds(low), _odds(high)
    return Axis(
        name, lambda value: (_odds(_within(value, low, high)) - start) / (end - start), ticks
    )


def _odds(value: float) -> float:
    return log(value / (1 - value))


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))


def bars(
    title: str, told: str, parts: Sequence[Part], rows: Sequence[tuple[str, Sequence[float], str]]
) -> str:
    """Lying bars, each divided into the parts and as wide as the picture: (name, values, text at
    the end) a row."""
    drawn = [_legend(parts)]
    for at, (name, values, text) in enumerate(rows):
        drawn.extend(_bar(_HEAD + at * _ROW, name, list(zip(parts, values, strict=True)), text))
    return _picture(title, told, _HEAD + len(rows) * _ROW + 8, drawn)


def _bar(top: int, name: str, values: list[tuple[Part, float]], text: str) -> list[str]:
    whole = sum(value for _, value in values) or 1
    left, room = float(_LABELS), WIDTH - _LABELS - _RIGHT
    drawn = [_text(_LABELS - 8, top + 15, name, "end")]
    for part, value in values:
        wide = room * value / whole
        drawn.append(_rect(left, top + 2, wide - _GAP, _ROW - 6, part.colour))
        left += wide
    return [*drawn, _text(WIDTH - _RIGHT + 8, top + 15, text)]


def columns(
    title: str, told: str, parts: Sequence[Part], names: Sequence[str],
    counts: Sequence[Sequence[float]], axis: str,
) -> str:  # fmt: skip
    """Standing columns, one a name, the parts on each other; counts[part][name]."""
    wholes = [sum(column) for column in zip(*counts, strict=True)]
    highest = max([*wholes, 1])
    ticks = [(highest * part, f"{highest * part:,.0f}") for part in (0, 0.25, 0.5, 0.75, 1)]
    down = linear("", 0, highest, ticks)
    drawn = [_legend(parts), *_across(down), _text(_LEFT + _WIDE / 2, _base() + 38, axis, "middle")]
    step = _WIDE / max(1, len(names))
    for at, name in enumerate(names):
        left, bottom = _LEFT + at * step, float(_base())
        for part, values in zip(parts, counts, strict=True):
            high = _HIGH * down.place(values[at])
            bottom -= high
            wide = step * (1 - 2 * _SPACE)
            drawn.append(_rect(left + step * _SPACE, bottom, wide, high - _GAP, part.colour))
        drawn.append(_text(left + step / 2, _base() + 18, name, "middle", SMALL))
    return _picture(title, told, _base() + 50, drawn)


def plot(
    title: str, told: str, across: Axis, up: Axis, lines: Sequence[Line], diagonal: bool = False
) -> str:
    """Points against two axes; with the diagonal on which both say the same."""
    drawn = [_keys(lines), *_across(up)]
    for value, name in across.ticks:
        left = _LEFT + _WIDE * across.place(value)
        drawn.append(_stroke(left, _TOP, left, _base(), "line"))
        drawn.append(_text(left, _base() + 18, name, "middle"))
    drawn.append(_text(_LEFT + _WIDE / 2, _base() + 38, across.name, "middle"))
    if diagonal:
        drawn.append(_stroke(_LEFT, _base(), _LEFT + _WIDE, _TOP, "grey", "5 5"))
    for line, dash in zip(lines, _DASHES, strict=False):
        drawn.extend(_line(line, across, up, dash))
    return _picture(title, told, _base() + 50, drawn)


def _line(line: Line, across: Axis, up: Axis, dash: str) -> list[str]:
    colour = COLOURS[line.part.colour]
    places = [(_LEFT + _WIDE * across.place(x), _down(up.place(y))) for x, y in line.points]
    drawn = [
        _stroke(left, _down(up.place(low)), left, _down(up.place(high)), line.part.colour)
        for (left, _), (low, high) in zip(places, line.spans, strict=False)
    ]
    if line.is_joined:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        drawn.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"'
            f"{_dashed(dash)}/>"
        )
        return drawn
    return [*drawn, *(_dot(x, y, line.part.colour) for x, y in places)]


def _across(axis: Axis) -> list[str]:
    drawn = [_text(_LEFT - 48, _TOP - 14, axis.name)] if axis.name else []
    for value, name in axis.ticks:
        top = _down(axis.place(value))
        drawn.append(_stroke(_LEFT, top, _LEFT + _WIDE, top, "line"))
        drawn.append(_text(_LEFT - 8, top + 4, name, "end"))
    return drawn


def _down(part: float) -> float:
    return _base() - _HIGH * part


def _base() -> int:
    return _TOP + _HIGH


def _legend(parts: Sequence[Part]) -> str:
    return _beside(parts, [_rect(0, 32, 12, 12, part.colour) for part in parts], 18)


def _keys(lines: Sequence[Line]) -> str:
    """As the legend, with each line as it is drawn, so that colour is not all that tells."""
    marks = [
        _stroke(0, 38, 30, 38, line.part.colour, dash, 2)
        if line.is_joined
        else _dot(24, 38, line.part.colour)
        for line, dash in zip(lines, _DASHES, strict=False)
    ]
    return _beside([line.part for line in lines], marks, 36)


def _beside(parts: Sequence[Part], marks: Sequence[str], wide: float) -> str:
    drawn, left = [], 16.0
    for part, mark in zip(parts, marks, strict=True):
        drawn.append(f'<g transform="translate({left:.0f})">{mark}{_text(wide, 42, part.name)}</g>')
        left += wide + 7.4 * len(part.name) + 22
    return "".join(drawn)


def _picture(title: str, told: str, high: float, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high:.0f}" role="img" '
        f'aria-label="{escape(f"{title}. {told}")}" '
        'font-family="system-ui, Liberation Sans, Arial, sans-serif">'
        f"<title>{escape(title)}</title><desc>{escape(told)}</desc>"
        f'<rect width="{WIDTH}" height="{high:.0f}" fill="#ffffff"/>'
        f'<text x="16" y="21" font-size="15" font-weight="bold" fill="{COLOURS["ink"]}">'
        f"{escape(title)}</text>{''.join(drawn)}</svg>\n"
    )


def _text(
    left: float, top: float, text: str, anchor: str = "start", size: int = NORMAL
) -> str:  # fmt: skip
    return (
        f'<text x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{COLOURS["ink"]}">'
        f"{escape(text)}</text>"
    )


def _rect(left: float, top: float, wide: float, high: float, colour: str) -> str:
    if wide <= 0 or high <= 0:
        return ""
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}" '
        f'fill="{COLOURS[colour]}"/>'
    )


def _dot(left: float, top: float, colour: str) -> str:
    return f'<circle cx="{left:.1f}" cy="{top:.1f}" r="5" fill="{COLOURS[colour]}"/>'


def _stroke(
    left: float, top: float, right: float, bottom: float, colour: str, dash: str = "",
    thick: int = 1,
) -> str:  # fmt: skip
    return (
        f'<line x1="{left:.1f}" y1="{top:.1f}" x2="{right:.1f}" y2="{bottom:.1f}" '
        f'stroke="{COLOURS[colour]}" stroke-width="{thick}"{_dashed(dash)}/>'
    )


def _dashed(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""
