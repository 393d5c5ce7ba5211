"""What the demo prints: the live screen, and the summary at the end."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table

from simulators.demo_board import Board, Row, ways_in_words
from simulators.demo_figures import Figures, summary
from simulators.demo_rig import PEOPLE, Rig
from simulators.demo_stage import Stage

NOTES_SHOWN = 9
FEWEST_LINES = 4
AROUND = 15
"""Lines of the screen beside the notes and what happens."""


def where(rig: Rig) -> str:
    """Where to look, and who may."""
    return f"console {rig.console}   sign in: {', '.join(PEOPLE)}   password {rig.password}"


@dataclass(frozen=True, slots=True)
class LiveScreen:
    """What is seen while the shift is played."""

    stage: Stage
    board: Board
    console: Console

    def draw(self, figures: Figures, left: str) -> Group:
        """Counts, who was told and how, what happened last, and where to look."""
        notes = who_was_told(self.board.latest(NOTES_SHOWN))
        lines = max(FEWEST_LINES, self.console.height - AROUND - notes.row_count)
        happens = Panel("\n".join(list(self.stage.lines)[-lines:]), title="what happens")
        return Group(self._counts(figures, left), notes, happens, where(self.stage.rig))

    def _counts(self, figures: Figures, left: str) -> Table:
        table = Table(title=f"Forewarn demo  {left}", title_justify="left", expand=True)
        notes = figures.by("forewarn_notes", "state")
        checks = figures.by("forewarn_checks_total", "outcome")
        alarms = figures.by("forewarn_man_down_total", "what")
        counts = {
            "incidents": len(self.stage.incidents), "calls": self.stage.rang,
            "found": checks["found"], "ask": checks["possible"],
            "none found": checks["none_found"], "not checked": checks["not_checked"],
            "notes": sum(notes.values()), "open": notes["open"],
            "acknowledged": notes["answered"], "withdrawn": notes["withdrawn"],
            "in hands": notes["in_hands"], "man-down": alarms["raised"],
        }  # fmt: skip
        for name in counts:
            table.add_column(name, justify="right")
        table.add_row(*map(str, counts.values()))
        return table


def who_was_told(notes: Iterable[Row]) -> Table:
    """A row for each note: the channels it went to, how it stands on each, and who has answered."""
    table = Table(title="who was told, and how", title_justify="left", expand=True)
    for name, share in (("incident", None), ("crew", None), ("by", 1), ("stands", None)):
        table.add_column(name, ratio=share, overflow="fold")
    for note in notes:
        stands = str(note["told"]).replace("_", " ")
        table.add_row(note["number"], note["callsign"], ways_in_words(note), stands)
    return table


def sum_up(stage: Stage, board: Board, figures: Figures, console: Console) -> int:
    """The summary; 1 when a note or a man-down is still open or a device was shown something
    twice."""
    table = Table(title="Summary", title_justify="left", show_header=False)
    for name, value in summary(figures, board, stage.watch, stage.rang, len(stage.incidents)):
        table.add_row(name, value)
    console.print(table)
    for complaint in stage.log.violations:
        console.print(f"a device complains: {complaint}")
    still_open = figures.total("forewarn_notes", state="open")
    unaccepted = figures.total("forewarn_alarms", state="raised")
    if still_open or unaccepted or stage.log.violations:
        words = f"{still_open} notes nobody has answered for, {unaccepted} man-downs not accepted"
        console.print(f"[bold]NOT WELL: {words}[/bold]")
        return 1
    console.print("every note ended: acknowledged, withdrawn, or in the hands of a person")
    return 0
