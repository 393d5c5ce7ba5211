"""A dashboard's panels with their data as one SVG: as Grafana lays them out, in our own lines.

Stands by itself, named by title and description; every colour is at least 3 to 1 against white, and
each line is told apart by its dashes as well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import cycle

from middleware.cli.report.pictures import COLOURS
from tests.dashboards.amounts import LEAST, amount, clock, round_up
from tests.dashboards.panels import Board, Look, Panel

INK, LINE = COLOURS["ink"], COLOURS["line"]
SERIES = [COLOURS[name] for name in ("blue", "amber", "green", "purple", "red", "grey")]
DASHES = ("", "7 3", "2 3", "10 3 2 3", "5 5", "1 4")
LIMITS = {"green": "#00703c", "blue": "#00599c", "yellow": "#8a6d00", "orange": "#a85b00",
          "red": "#b10e1e"}  # fmt: skip
COLUMN, UNIT, GAP = 50, 30, 8
WIDTH = 24 * COLUMN
_HEAD, _FOOT, _LEFT = 26, 34, 58
MANY = 4
"""More lines than this, and those that stay at 0 are not named."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line: (seconds since the beginning, value), in order."""

    name: str
    points: Sequence[tuple[float, float]]

    @property
    def last(self) -> float:
        return self.points[-1][1]


@dataclass(frozen=True, slots=True)
class Box:
    """Where a panel lies in the picture."""

    left: float
    top: float
    wide: float
    high: float


def drawn(board: Board, data: Sequence[Sequence[Series]], seconds: float) -> str:
    """The whole board; `data` in the order of its panels."""
    parts, told, top = [], [], 8.0
    waiting = iter(data)
    for row in board.rows:
        parts.append(text(8, top + 18, row.title, size=15, bold=True))
        top += UNIT
        left = high = 0.0
        for panel in row.panels:
            if left >= WIDTH:
                left, top = 0.0, top + high
            high = panel.high * UNIT
            box = Box(left + GAP / 2, top, panel.wide * COLUMN - GAP, high - GAP)
            series = next(waiting)
            parts.extend(_panel(panel, series, box, seconds))
            told.append(_said(panel, series))
            left += panel.wide * COLUMN
        top += high + GAP
    return _picture(board.title, "; ".join(told), top, parts)


def _said(panel: Panel, series: Sequence[Series]) -> str:
    ends = ", ".join(f"{one.name} {value(panel, one.last)}" for one in series)
    return f"{panel.title}: {ends or panel.none}"


def value(panel: Panel, number: float) -> str:
    """As it stands in the panel: a word, or a number with its unit."""
    return panel.words[number][0] if number in panel.words else amount(number, panel.unit)


def _panel(panel: Panel, series: Sequence[Series], box: Box, seconds: float) -> Iterator[str]:
    yield (
        f'<rect x="{box.left:.0f}" y="{box.top:.0f}" width="{box.wide:.0f}" '
        f'height="{box.high:.0f}" fill="#ffffff" stroke="{LINE}"/>'
    )
    yield text(box.left + 8, box.top + 17, panel.title, bold=True)
    if panel.look is Look.WORD:
        yield from _words(panel, series, box)
    elif panel.look is Look.NUMBER:
        yield from _number(panel, series, box)
    else:
        yield from _plot(panel, series, box, seconds)


def _words(panel: Panel, series: Sequence[Series], box: Box) -> Iterator[str]:
    if not series:
        yield text(box.left + 12, box.top + 60, panel.none, size=20, colour=LIMITS["green"])
    each, wide = max(1, len(series)), box.wide - 16
    columns = max(1, min(each, int(wide // 130)))
    high = min(52.0, (box.high - _HEAD - 6) / -(-each // columns))
    for at, one in enumerate(series):
        left = box.left + 8 + (at % columns) * wide / columns
        top = box.top + _HEAD + (at // columns) * high
        word, colour = panel.words.get(one.last, (f"{one.last:g}", "blue"))
        yield (
            f'<rect x="{left:.0f}" y="{top:.0f}" width="{wide / columns - 6:.0f}" '
            f'height="{high - 6:.0f}" fill="{LIMITS[colour]}"/>'
        )
        yield text(left + 6, top + high / 2 - 7, word, size=14, colour="#ffffff", bold=True)
        yield text(left + 6, top + high / 2 + 9, one.name, size=11, colour="#ffffff")


def _number(panel: Panel, series: Sequence[Series], box: Box) -> Iterator[str]:
    if not series:
        yield text(box.left + 12, box.top + 62, panel.none, size=26, colour=LIMITS["green"])
        return
    one = series[0]
    most = max(number for _, number in one.points)
    for number, left, said in ((one.last, 12, "at the end"), (most, box.wide / 2, "at most")):
        yield text(
            box.left + left, box.top + 66, value(panel, number), size=26, bold=True,
            colour=_colour(panel, number),
        )  # fmt: skip
        yield text(box.left + left, box.top + 86, said, size=11)
    line = Box(box.left + 8, box.top + 94, box.wide - 16, box.high - 102)
    yield _path(one, line, (one.points[0][0], one.points[-1][0]), max(most, LEAST), INK, "")


def _colour(panel: Panel, number: float) -> str:
    reached = [limit.colour for limit in panel.limits if number >= limit.value]
    return LIMITS[reached[-1] if reached else "green"]


def _plot(panel: Panel, series: Sequence[Series], box: Box, seconds: float) -> Iterator[str]:
    inside = Box(
        box.left + _LEFT, box.top + _HEAD + 6, box.wide - _LEFT - 12,
        box.high - _HEAD - _FOOT - 20,
    )  # fmt: skip
    shown = _stacked(series) if panel.look is Look.STACK else list(series)
    highest = max((number for one in shown for _, number in one.points), default=1.0)
    most = round_up(highest, panel.unit)
    limits = [limit for limit in panel.limits if limit.value <= 4 * most]
    most = max([most, *(round_up(limit.value, panel.unit) for limit in limits)])
    yield from _axes(panel, inside, most, seconds)
    for limit in limits:
        down = inside.top + inside.high * (1 - limit.value / most)
        yield _stroke(inside.left, down, inside.left + inside.wide, down, LIMITS[limit.colour])
    if not series:
        yield text(inside.left + 10, inside.top + inside.high / 2, panel.none, size=14)
    looks = list(zip(shown, cycle(SERIES), cycle(DASHES), strict=False))
    for one, colour, dash in reversed(looks):
        if panel.look is Look.STACK:
            yield _area(one, inside, seconds, most, colour)
        yield _path(one, inside, (0.0, seconds), most, colour, dash)
    named = [(one, look[1], look[2]) for one, look in zip(series, looks, strict=True)]
    yield from _legend(named, box)


def _stacked(series: Sequence[Series]) -> list[Series]:
    """Each on those before it."""
    below: dict[float, float] = {}
    made = []
    for one in series:
        for at, number in one.points:
            below[at] = below.get(at, 0.0) + number
        made.append(Series(one.name, [(at, below[at]) for at, _ in one.points]))
    return made


def _axes(panel: Panel, inside: Box, most: float, seconds: float) -> Iterator[str]:
    for part in (0.0, 0.5, 1.0):
        down = inside.top + inside.high * (1 - part)
        yield _stroke(inside.left, down, inside.left + inside.wide, down, LINE, dash="")
        yield text(inside.left - 6, down + 4, amount(most * part, panel.unit), 11, "end")
    bottom = inside.top + inside.high + 15
    for part, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        left = inside.left + inside.wide * part
        yield text(left, bottom, clock(seconds * part), 11, anchor)


def _legend(looks: Sequence[tuple[Series, str, str]], box: Box) -> Iterator[str]:
    """Of many lines those that moved; there is room for two rows."""
    moved = [look for look in looks if any(number for _, number in look[0].points)]
    named = looks if len(looks) <= MANY else moved
    left, top = box.left + 10, box.top + box.high - 22
    for one, colour, dash in named:
        wide = 34 + 6.2 * len(one.name)
        if left + wide > box.left + box.wide and left > box.left + 10:
            left, top = box.left + 10, top + 14
        yield _stroke(left, top - 4, left + 20, top - 4, colour, dash=dash, thick=2)
        yield text(left + 24, top, one.name, size=11)
        left += wide
    if len(named) < len(looks):
        yield text(left + 4, top, f"({len(looks) - len(named)} others stay at 0)", size=11)


def _area(one: Series, inside: Box, seconds: float, most: float, colour: str) -> str:
    places = _corners(_places(one, inside, (0.0, seconds), most))
    bottom = inside.top + inside.high
    ends = [(places[-1][0], bottom), (places[0][0], bottom)]
    path = " ".join(f"{x:.0f},{y:.1f}" for x, y in [*places, *ends])
    return f'<polygon points="{path}" fill="{_pale(colour)}"/>'


def _pale(colour: str) -> str:
    """A quarter of it, the rest white."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{(part + 3 * 255) // 4:02x}" for part in parts)


def _path(
    one: Series, inside: Box, times: tuple[float, float], most: float, colour: str, dash: str
) -> str:
    places = _corners(_places(one, inside, times, most))
    path = " ".join(f"{x:.0f},{y:.1f}" for x, y in places)
    drawn_so = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{drawn_so}/>'


def _places(
    one: Series, inside: Box, times: tuple[float, float], most: float
) -> list[tuple[float, float]]:
    begin, end = times
    wide = max(end - begin, LEAST)
    return [
        (inside.left + inside.wide * (at - begin) / wide,
         inside.top + inside.high * (1 - min(number, most) / most))
        for at, number in one.points
    ]  # fmt: skip


def _corners(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without the points in the middle of a level stretch."""
    return [
        place for at, place in enumerate(places)
        if at in {0, len(places) - 1}
        or not places[at - 1][1] == place[1] == places[at + 1][1]
    ]  # fmt: skip


def _stroke(
    left: float, top: float, right: float, bottom: float, colour: str, dash: str = "6 4",
    thick: int = 1,
) -> str:  # fmt: skip
    drawn_so = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{left:.0f}" y1="{top:.1f}" x2="{right:.0f}" y2="{bottom:.1f}" '
        f'stroke="{colour}" stroke-width="{thick}"{drawn_so}/>'
    )


def text(
    left: float, top: float, said: str, size: int = 12, anchor: str = "start", *,
    colour: str = INK, bold: bool = False,
) -> str:  # fmt: skip
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{left:.0f}" y="{top:.0f}" font-size="{size}" text-anchor="{anchor}" '
        f'fill="{colour}"{weight}>{escape(said)}</text>'
    )


def _picture(title: str, told: str, high: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high:.0f}" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui, Liberation Sans, Arial, sans-serif">'
        f"<title>{escape(title)}</title><desc>{escape(told)}</desc>"
        f'<rect width="{WIDTH}" height="{high:.0f}" fill="#f8f8f8"/>\n'
        + "\n".join(part for part in parts if part)
        + "</svg>\n"
    )
