"""What the demo prints: the live screen, and the summary at the end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from simulators.demo_board import Board, Row, ways_in_words
from simulators.demo_figures import Figures, summary
from simulators.demo_rig import PEOPLE, Rig
from simulators.demo_stage import Stage

AROUND = 14
"""Lines of the screen beside the notes and what happens."""
NOTES_SHOWN = (3, 9)
FEWEST_LINES = 3


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
        room, (fewest, most) = self.console.height - AROUND, NOTES_SHOWN
        notes = who_was_told(self.board.latest(min(most, max(fewest, room // 2))), is_live=True)
        lines = max(FEWEST_LINES, room - notes.row_count)
        latest = Text("\n".join(list(self.stage.lines)[-lines:]), no_wrap=True, overflow="ellipsis")
        happens = Panel(latest, title="what happens")
        return Group(self._counts(figures, left), notes, happens, where(self.stage.rig))

    def _counts(self, figures: Figures, left: str) -> str:
        incidents, calls = len(self.stage.incidents), self.stage.rang
        checks = figures.by("forewarn_checks_total", "outcome")
        notes = figures.by("forewarn_notes", "state")
        raised = figures.total("forewarn_man_down_total", what="raised")
        found = {name: checks[name] for name in ("found", "possible", "none_found", "not_checked")}
        stand = {name: notes[name] for name in ("open", "answered", "withdrawn", "in_hands")}
        return "\n".join(
            (
                f"[bold]Forewarn demo[/bold]  {left}",
                f"checks  {incidents} incidents, {calls} calls: {_counted(found)}",
                f"notes   {sum(notes.values())}: {_counted(stand)}; man-down {raised}",
            )
        )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items())


def who_was_told(notes: Iterable[Row], *, is_live: bool = False) -> Table:
    """A row for each note: the channels it went to and how it stands on each; one line each on a
    live screen."""
    table = Table(title="who was told, and how", title_justify="left", expand=True)
    for name, share in (("incident", None), ("crew", None), ("by", 1), ("stands", None)):
        table.add_column(
            name, ratio=share, no_wrap=is_live, overflow="ellipsis" if is_live else "fold"
        )
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
