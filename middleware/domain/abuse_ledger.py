"""The abusive-call ledger in words, as CSV and as figures (A1, A2)."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, TypeAdapter

from middleware.domain.calendar import london_day
from middleware.domain.report_csv import cell
from middleware.domain.reporting import sub_category
from schemas.abuse import SharedBy
from schemas.base import Moment, Said
from schemas.marker import Category

NOT_KNOWN = "not known"
NOBODY = "no group"
_SHARED = {
    SharedBy.PAYPHONE: "a payphone",
    SharedBy.SWITCHBOARD: "a switchboard",
    SharedBy.CARE_HOME: "a care home",
    SharedBy.HOSTEL: "a hostel",
}


class LedgerLine(Said):
    """One call of the ledger, as it is exported. `number` None: withheld; `shared`: it is no
    person's; `taken_back_by`: it counts no more; `corrected`: how often it was set right, last by
    whom and why."""

    call: str
    rang_at: Moment
    number: str | None = None
    shared: SharedBy | None = None
    line: str | None = None
    handler: str | None = None
    group: str | None = None
    position: str | None = None
    first_warning_at: Moment | None = None
    second_warning_at: Moment | None = None
    ended_at: Moment | None = None
    category: Category | None = None
    category_in_words: str = ""
    category_as_said: str | None = None
    ground: str | None = None
    wording: str | None = None
    triage_done: bool | None = None
    noted_by: str | None = None
    rang_again: Annotated[int, Field(ge=0)] = 0
    last_rang_at: Moment | None = None
    report: str | None = None
    taken_back_by: str | None = None
    corrected: Annotated[int, Field(ge=0)] = 0
    corrected_by: str | None = None
    corrected_why: str | None = None


class Figure(Said):
    """How many calls of one day, one group of handlers and one category."""

    day: date
    group: str
    category: str
    calls: int
    warned: int
    ended: int


_LINES = TypeAdapter(list[LedgerLine])


def recognised(ended: int, warned: int, last: datetime, shared: SharedBy | None) -> str:
    """What is shown when the number rings again. It changes nothing of how the call is taken."""
    who = f"from {_SHARED[shared]}, no person's number" if shared else "from this number"
    calls = f"{ended} ended for abuse, {warned} warned only"
    day = london_day(last)
    when = f"last on {day.day} {day:%B %Y}"
    return f"rang before {who}: {calls}, {when}. Answer it as any other call."


def often(rings: int, days: int, most: int) -> str:
    """What makes who rings a frequent caller (M6)."""
    return f"rang {rings} times{' or more' if rings >= most else ''} within {days} days"


def figures(lines: Iterable[LedgerLine]) -> list[Figure]:
    """By day (Europe/London), group of handlers and category, the newest day first; what was taken
    back is not counted."""
    counts: dict[tuple[date, str, str], Counter[str]] = {}
    for line in lines:
        if line.taken_back_by is not None:
            continue
        category = sub_category(line.category) or NOT_KNOWN
        key = (london_day(line.rang_at), line.group or NOBODY, category)
        count = counts.setdefault(key, Counter())
        count["calls"] += 1
        count["ended"] += line.ended_at is not None
        count["warned"] += line.first_warning_at is not None or line.second_warning_at is not None
    ordered = sorted(counts.items(), key=lambda item: (-item[0][0].toordinal(), item[0][1:]))
    return [
        Figure(day=day, group=group, category=category, calls=count["calls"],
               warned=count["warned"], ended=count["ended"])
        for (day, group, category), count in ordered
    ]  # fmt: skip


def contains(line: LedgerLine, sought: str) -> bool:
    """Whether the words sought stand anywhere in it; of a number its digits in a row are enough."""
    texts = (
        line.number, line.handler, line.group, line.position, line.category_in_words,
        line.category_as_said, line.ground, line.wording, line.call,
    )  # fmt: skip
    wanted = sought.casefold().strip()
    digits = "".join(filter(str.isdigit, sought))
    in_number = len(digits) > 3 and digits in "".join(filter(str.isdigit, line.number or ""))
    return in_number or any(wanted in text.casefold() for text in texts if text)


def write_lines_json(lines: Iterable[LedgerLine]) -> str:
    return _LINES.dump_json(list(lines), indent=2).decode() + "\n"


def write_lines_csv(lines: Iterable[LedgerLine]) -> str:
    """One row a call; no cell can be taken for a command."""
    return _csv(list(LedgerLine.model_fields), (line.model_dump(mode="json") for line in lines))


def write_figures_csv(found: Iterable[Figure]) -> str:
    return _csv(list(Figure.model_fields), (one.model_dump(mode="json") for one in found))


def _csv(columns: list[str], rows: Iterable[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[name]) for name in columns])
    return text.getvalue()
