"""One self-contained page: it asks nothing of any server and runs no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

Row = Sequence[str]
FIGURES_ONLY = "Figures only: no address, name or number of a query or marker is on this page."
NOTHING_FROM_OUTSIDE = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it, as HTML."""

    name: str
    body: Sequence[str]

    @property
    def id(self) -> str:
        return "-".join(self.name.lower().split())


def page(
    title: str,
    told: str,
    tiles: Sequence[tuple[str, str]],
    sections: Sequence[Section],
    *,
    personal: str = FIGURES_ONLY,
) -> str:
    """The whole page; the tiles are (value, what it is). `personal`: whether anything is."""
    links = "".join(f'<li><a href="#{s.id}">{escape(s.name)}</a></li>' for s in sections)
    shown = "".join(f"<li><b>{escape(value)}</b> {escape(what)}</li>" for value, what in tiles)
    body = "".join(
        f'<section aria-labelledby="{s.id}"><h2 id="{s.id}">{escape(s.name)}</h2>'
        f"{''.join(s.body)}</section>\n"
        for s in sections
    )
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{NOTHING_FROM_OUTSIDE}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>\n"
        f"<body><header><h1>{escape(title)}</h1>{paragraph(told)}"
        f'<ul class="tiles">{shown}</ul></header>\n'
        f'<nav aria-label="On this page"><ul>{links}</ul></nav>\n<main>{body}</main>\n'
        f"<footer>Made by Forewarn. {escape(personal)}</footer></body></html>\n"
    )


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def figure(picture: str, told: str = "") -> str:
    """A picture with what is written under it."""
    under = f"<figcaption>{escape(told)}</figcaption>" if told else ""
    return f"<figure>{picture}{under}</figure>"


def table(caption: str, heads: Row, rows: Sequence[Row]) -> str:
    """A table whose first column names the row; columns of words stand left, figures right; wide
    ones scroll by themselves."""
    sides = [_side(column) for column in zip(*rows, strict=True)] or [""] * len(heads)
    head = "".join(
        f'<th scope="col"{side}>{escape(name)}</th>'
        for name, side in zip(heads, sides, strict=True)
    )
    return (
        f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(_line(row, sides) for row in rows)}</tbody></table></div>"
    )


def _side(column: Row) -> str:
    return ' class="words"' if all(cell[:1].isalpha() for cell in column) else ""


def _line(row: Row, sides: Sequence[str]) -> str:
    cells = zip(row[1:], sides[1:], strict=True)
    rest = "".join(f"<td{side}>{escape(cell)}</td>" for cell, side in cells)
    return f'<tr><th scope="row">{escape(row[0])}</th>{rest}</tr>'


def markdown(heads: Row, rows: Sequence[Row]) -> str:
    """The same table as text for the documents."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell or ' ' for cell in line)} |\n" for line in lines)
