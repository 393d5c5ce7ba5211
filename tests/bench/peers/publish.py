"""The comparison as a page, as a table in text, and as the part of docs/matching.md."""

from collections.abc import Sequence
from pathlib import Path

from middleware.cli.report import drawing
from middleware.cli.report.page import Section, figure, markdown, page, paragraph, table
from middleware.cli.report.pictures import Line, Part, linear, odds, plot
from middleware.cli.report.scoring import by_kind, calibration, curve, quantile
from tests.bench.peers import tables
from tests.bench.peers.outcome import Outcome, settings

BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
CUT = (
    "Forewarn decides by itself what is found (as shipped); the others give a score, and are cut "
    "where their F1 is best, or where their precision reaches 99.9 %."
)
_ODDS = ((0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"))
_PARTS = [(part / 4, f"{25 * part} %") for part in range(5)]
Pictures = dict[str, str]


def of_size(outcomes: Sequence[Outcome], size: int) -> list[Outcome]:
    """Those that answered at that size."""
    return [one for one in outcomes if one.size == size and one.rows]


def pictures(outcomes: Sequence[Outcome], size: int) -> Pictures:
    """File name to SVG, at the size that is shown in full."""
    here = of_size(outcomes, size)
    sure = {one.name: calibration(one.gold) for one in here}
    made = {
        "precision-recall": _precision_recall(here),
        "calibration": drawing.calibration({name: bins for name, bins in sure.items() if bins}),
        "time": drawing.times({one.name: one.times for one in here if not one.is_batch}),
    }
    for one in here:
        if one.decides:
            made["noise"] = drawing.kinds(by_kind(settings(one)[0].rows))
    return made


def _precision_recall(outcomes: Sequence[Outcome]) -> str:
    lines = []
    for one, colour in zip(outcomes, drawing.COMPARED, strict=False):
        points = [(p.recall.value, p.precision.value) for p in curve(one.gold)]
        step = max(1, len(points) // 300)
        lines.append(Line(Part(one.name, colour), [*points[::step], *points[-1:]]))
    told = "Precision for every recall that a threshold can give; further right and up is better."
    return plot(
        "Precision and recall", told, linear("recall, gold", 0, 1, _PARTS),
        odds("precision", 0.4, 0.9999, _ODDS), lines,
    )  # fmt: skip


def html(outcomes: Sequence[Outcome], size: int, told: str) -> str:
    """The page."""
    drawn, here = pictures(outcomes, size), of_size(outcomes, size)
    sections = [
        Section("Time, memory, build", [
            table("By number of markers", *tables.machine(outcomes)),
            figure(drawn["time"], f"At {size:,} markers."),
        ]),
        Section("Right and wrong", [
            paragraph(CUT), table("Every setting", *tables.accuracy(outcomes)),
            figure(drawn["precision-recall"], f"At {size:,} markers."),
        ]),
        Section("By kind of noise", [
            table(f"Found the right one, at {size:,} markers", *tables.noise(here)),
            figure(drawn["noise"], "Forewarn."),
        ]),
        Section("Traps", [table(f"Flagged, at {size:,} markers", *tables.traps(here))]),
        Section("Said and right", [
            paragraph("Only a matcher that says how sure it is can be held to it; the engines' "
                      "scores are not certainties."),
            figure(drawn["calibration"]), *(_bins(one) for one in here),
        ]),
        Section("Following and restart", [table("Forewarn's index", *tables.following(outcomes))]),
    ]  # fmt: skip
    return page("Forewarn beside its peers", told, _tiles(here), sections)


def _bins(one: Outcome) -> str:
    rows = tables.said_and_right(one)
    return table(one.name, drawing.BIN_HEADS, rows) if rows else ""


def _tiles(outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    own = next(one for one in outcomes if one.decides)
    shipped = settings(own)[0]
    return [
        (f"{shipped.point.precision.value:.4f}", "precision of found"),
        (f"{shipped.point.recall.value:.4f}", "recall of found, gold"),
        (f"{100 * shipped.flagged.value:.2f} %", "of traps flagged"),
        *((tables.span(quantile(own.times, part)), f"p{name} of a check")
          for part, name in ((0.5, "50"), (0.99, "99"))),
    ]  # fmt: skip


def text(outcomes: Sequence[Outcome], size: int, told: str, folder: str) -> str:
    """The same as Markdown, with the pictures of that folder."""
    here = of_size(outcomes, size)
    own = [one for one in here if one.decides]
    parts = [told, "\n\n### Time, memory, build\n\n", markdown(*tables.machine(outcomes))]
    parts += [_shown(folder, "time", f"time of a query at {size:,} markers")]
    parts += [f"\n### Right and wrong\n\n{CUT}\n\n", markdown(*tables.accuracy(outcomes))]
    parts += [_shown(folder, "precision-recall", "precision and recall")]
    parts += ["\n### By kind of noise: found the right one\n\n", markdown(*tables.noise(here))]
    parts += [_shown(folder, "noise", "Forewarn by kind of noise")]
    parts += ["\n### Traps that raised a flag\n\n", markdown(*tables.traps(here))]
    parts += ["\n### Said and right (Forewarn, gold)\n\n"]
    parts += [markdown(drawing.BIN_HEADS, tables.said_and_right(one)) for one in own]
    parts += [_shown(folder, "calibration", "certainty said and share right")]
    parts += ["\n### Restart and live changes\n\n", markdown(*tables.following(outcomes))]
    return "".join(parts)


def _shown(folder: str, name: str, told: str) -> str:
    return f"\n![{told}]({folder}/{name}.svg)\n"


def put_into(document: Path, measured: str) -> None:
    """Replaces what stands between the two marks; ValueError where they are missing."""
    whole = document.read_text(encoding="utf-8")
    if BEGIN not in whole or END not in whole:
        raise ValueError(f"{document} lacks the lines {BEGIN.strip()} and {END.strip()}")
    before, after = whole.split(BEGIN)[0], whole.split(END)[1]
    document.write_text(f"{before}{BEGIN}\n{measured}\n{END}{after}", encoding="utf-8")
