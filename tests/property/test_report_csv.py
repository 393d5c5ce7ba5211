"""Drafts as CSV: nothing in a cell is a command, and nothing is lost (R1)."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from middleware.domain.report_csv import COLUMNS, cell, write_csv
from schemas.report import IncidentReport, PersonInvolved, PersonRole

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
HOSTILE = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "\t=", " =", "\r", "\n+"]),
                    WORDS)  # fmt: skip
TEXT = (WORDS | HOSTILE).map(lambda text: text[:400]).filter(bool)


@given(TEXT)
def test_r1_no_cell_begins_like_a_command(text: str) -> None:
    made = cell(text)
    assert not made.lstrip().startswith(("=", "+", "-", "@")) or made.startswith("'")
    assert made[0] not in "=+-@\t\r"
    assert made in (text, f"'{text}")


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=5))
def test_r1_every_draft_is_one_row_with_what_was_said(said: list[tuple[str, str, str]]) -> None:
    drafts = [
        IncidentReport(
            id=f"r{n}", revision=1, what_happened=what, injury=injury,
            persons=(PersonInvolved(role=PersonRole.VICTIM, name=victim),),
        )
        for n, (what, victim, injury) in enumerate(said)
    ]  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(write_csv(drafts), newline="")))
    assert [row["report"] for row in rows] == [f"r{n}" for n in range(len(said))]
    for row, (what, victim, injury) in zip(rows, said, strict=True):
        assert list(row) == list(COLUMNS)
        assert row["what_happened"].removeprefix("'") == what.removeprefix("'")
        assert row["victims"].endswith(victim)
        assert row["injury"].endswith(injury)


def test_r1_a_telephone_number_stays_readable() -> None:
    assert cell("+447700900123") == "'+447700900123"
    assert cell(None) == ""
    assert cell("14 High Street") == "14 High Street"
