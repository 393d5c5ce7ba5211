"""`forewarn match`: markers and queries in, one row a query out (M2, C4)."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from middleware.__main__ import main
from middleware.cli.common import FINE, FOUND_TROUBLE
from middleware.cli.match import COLUMNS
from tests.logs import put_back

SHORT = """marker_id,address,postcode,level,source
D1,"Flat 2, 14 Example Road, Anytown",NR99 1AA,flat,test
D2,"Sample House, 3 Sample Street, Anytown",NR99 2BB,building,test
D3,"21 Example Road, Anytown",NR99 1AA,premises,test
"""
FULL = """id,address,postcode,scope,category,severity,what,happened_on,review_on,source
M1,"21 Example Road, Anytown",NR99 1AA,house,verbal_abuse,low,shouted,2025-01-31,2030-01-31,EOC
M2,"23 Example Road, Anytown",NR99 1AA,house,verbal_abuse,low,shouted,2025-01-31,,EOC
"""
QUERIES = """query_id,query,kind
=Q1,"21 Example Rd, Anytown, NR99 1AA",typed
Q2,"Flat 9, Sample House, 3 Sample Street, Anytown NR99 2BB",covered
Q3,"88 Other Lane, Elsewhere, NR99 9ZZ",none
Q4,,empty
Q5,"an, unquoted, comma"
"""


@pytest.fixture
def match(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> "Iterator[Match]":
    with put_back():
        yield Match(tmp_path, capsys)


class Match:
    """Runs the command on texts."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory = directory
        self._capsys = capsys
        self.told = ""

    def __call__(self, markers: str, queries: str) -> tuple[int, list[dict[str, str]]]:
        places = {name: self.directory / f"{name}.csv" for name in ("markers", "queries", "out")}
        places["markers"].write_text(markers)
        places["queries"].write_text(queries)
        code = main(["match", *(a for n, p in places.items() for a in (f"--{n}", str(p)))])
        self.told = self._capsys.readouterr().err
        if not places["out"].exists():
            return code, []
        with places["out"].open(newline="") as file:
            return code, list(csv.DictReader(file))


def test_there_is_one_row_for_each_query_in_order(match: Match) -> None:
    code, rows = match(SHORT, QUERIES)
    assert code == FINE
    assert tuple(rows[0]) == COLUMNS
    assert [row["query_id"] for row in rows] == ["=Q1", "Q2", "Q3", "Q4", "Q5"]
    assert "5 queries" in match.told


def test_what_is_found_comes_with_relation_certainty_and_reasons_m2(match: Match) -> None:
    _, rows = match(SHORT, QUERIES)
    found = rows[0]
    assert (found["outcome"], found["marker_id"]) == ("found", "D3")
    assert found["relation"] == "same_dwelling"
    assert 0 < float(found["certainty"]) <= 1
    assert found["reasons"]
    assert int(found["microseconds"]) >= 0
    assert (rows[1]["marker_id"], rows[1]["relation"]) == ("D2", "building_covers")


def test_none_found_and_not_checked_are_told_apart_c4(match: Match) -> None:
    _, rows = match(SHORT, QUERIES)
    assert rows[2]["outcome"] == "none_found"
    assert rows[3]["outcome"] == "not_checked"
    assert rows[3]["reasons"] == "nothing_to_check"
    assert rows[4]["outcome"] == "not_checked"
    assert "cells" in rows[4]["reasons"]


def test_the_file_of_the_import_is_read_as_well_and_refusals_end_with_1(match: Match) -> None:
    code, rows = match(FULL, QUERIES)
    assert code == FOUND_TROUBLE
    assert rows[0]["marker_id"] == "M1"
    assert "markers.csv:3: review_on is missing" in match.told


@pytest.mark.parametrize(
    ("markers", "queries", "told"),
    [
        ("", QUERIES, "markers.csv is empty"),
        ("marker_id,address\n", QUERIES, "lacks the columns postcode, level"),
        ("a,b\n", QUERIES, "column a is not known"),
        (SHORT, "id,text\n", "lacks the columns query_id, query"),
        (SHORT, "", "queries.csv is empty"),
    ],
)
def test_a_file_that_cannot_be_taken_stops_it_with_the_remedy(
    match: Match, markers: str, queries: str, told: str
) -> None:
    code, rows = match(markers, queries)
    assert code == FOUND_TROUBLE
    assert told in match.told
    assert "what to do:" in match.told
    assert not rows


def test_a_level_that_is_not_known_is_refused_with_its_line(match: Match) -> None:
    code, _ = match(SHORT.replace("premises", "palace"), QUERIES)
    assert code == FOUND_TROUBLE
    assert "markers.csv:4: level is not known; use one of flat, building, premises" in match.told
