"""`forewarn match --report`: one page, nothing from outside, no address on it (M2, C4, E4)."""

import csv
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from middleware.__main__ import main
from middleware.cli.common import FINE, FOUND_TROUBLE
from tests.logs import put_back

MARKERS = """marker_id,address,postcode,level
D1,"Flat 2, 14 Example Road, Anytown",NR99 1AA,flat
D2,"Sample House, 3 Sample Street, Anytown",NR99 2BB,building
D3,"21 Example Road, Anytown",NR99 1AA,premises
"""
LABELLED = """query_id,query,expected_id,kind,relation,tier,acceptable_ids
Q1,"21 Example Rd, Anytown, NR99 1AA",D3,abbreviation,exact,gold,
Q2,"Flat 9, Sample House, 3 Sample Street, Anytown NR99 2BB",D2,covered,building_covers,gold,
Q3,"23 Example Road, Anytown, NR99 1AA",,neg_neighbour,none,gold,
Q4,"Flat 3, 14 Example Road, Anytown, NR99 1AA",,neg_flat,none,gold,
Q5,"21 Example Road, Anytown",D3,no_postcode,exact,silver,
"""


class Reader(HTMLParser):
    """Headings, table rows by caption, and whatever would ask for something else."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.asks: list[str] = []
        self._within: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within.append(tag)
        outside = {"src", "href", "srcset", "data", "action", "poster"}
        self.asks += [v for k, v in attrs if k in outside and v and not v.startswith("#")]
        self.asks += [tag] * (tag in {"script", "link", "iframe", "img", "object"})
        if tag == "caption":
            self.tables[""] = []
        if tag == "tr" and "tbody" in self._within:
            self._rows.append([])

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag = self._within[-1] if self._within else ""
        if tag in {"h1", "h2"}:
            self.headings.append(data)
        elif tag == "caption":
            self.tables[data] = self.tables.pop("")
        elif tag in {"td", "th"} and "tbody" in self._within:
            self._rows[-1].append(data)

    @property
    def _rows(self) -> list[list[str]]:
        return list(self.tables.values())[-1]


@pytest.fixture
def match(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator["Match"]:
    with put_back():
        yield Match(tmp_path, capsys)


class Match:
    """Runs the command with a report."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.page, self.out = directory / "report.html", directory / "out.csv"
        self._directory, self._capsys, self.told = directory, capsys, ""

    def __call__(self, queries: str, page: Path | None = None, markers: str = MARKERS) -> int:
        (self._directory / "m.csv").write_text(markers)
        (self._directory / "q.csv").write_text(queries)
        names = {"markers": "m.csv", "queries": "q.csv", "out": "out.csv"}
        given = [a for o, n in names.items() for a in (f"--{o}", str(self._directory / n))]
        code = main(["match", *given, "--report", str(page or self.page)])
        self.told = self._capsys.readouterr().err
        return code

    def read(self) -> Reader:
        return Reader(self.page.read_text(encoding="utf-8"))


def test_the_page_asks_nothing_of_anybody(match: Match) -> None:
    assert match(LABELLED) == FINE
    assert match.read().asks == []
    assert "url(" not in match.page.read_text()
    assert "default-src 'none'" in match.page.read_text()
    assert str(match.page) in match.told


def test_the_page_counts_what_the_rows_say(match: Match) -> None:
    match(LABELLED)
    with match.out.open(newline="") as file:
        outcomes = [row["outcome"].replace("_", " ") for row in csv.DictReader(file)]
    rows = match.read().tables["Answers by outcome"]
    assert {name: int(count) for name, count, _ in rows} == {
        name: outcomes.count(name) for name in ("found", "possible", "none found", "not checked")
    }


def test_with_the_truth_it_says_what_was_right(match: Match) -> None:
    match(LABELLED)
    tables = match.read().tables
    judged = {row[0]: row[2] for row in tables["Against the truth"]}
    assert judged["precision of found"] == "2 of 2"
    assert judged["recall of found"] == "2 of 2"
    assert judged["traps that raised a flag"] == "0 of 2"
    assert [row[0] for row in tables["How traps ended"]] == ["neg_flat", "neg_neighbour"]
    kinds = {row[0]: row[1] for row in tables["Queries that have a marker"]}
    assert kinds == {"abbreviation": "1", "covered": "1", "no_postcode": "1"}
    assert sum(int(row[2]) for row in tables["Calibration"]) >= 2


def test_without_the_truth_it_says_which_columns_are_needed(match: Match) -> None:
    match('query_id,query\nQ1,"21 Example Rd, Anytown, NR99 1AA"\n')
    page = match.page.read_text()
    assert "Against the truth" not in match.read().tables
    assert "expected_id" in page


def test_no_queries_make_an_empty_page_and_no_fault(match: Match) -> None:
    assert match("query_id,query\n") == FINE
    assert "Outcomes" in match.read().headings


def test_no_address_number_or_name_is_on_the_page(match: Match) -> None:
    """E4: figures only, so that the page can be shown around."""
    match(LABELLED)
    page = match.page.read_text()
    assert not [secret for secret in ("Example", "Sample", "NR99", "D3", "Q1") if secret in page]


def test_a_place_that_cannot_be_written_is_told_with_the_remedy(match: Match) -> None:
    assert match(LABELLED, match.page / "nowhere" / "r.html") == FOUND_TROUBLE
    assert "cannot be written" in match.told
    assert "what to do:" in match.told


def test_markers_of_which_none_can_be_taken_are_an_error_and_not_none_found(match: Match) -> None:
    """C4: against no markers nothing is ever found, which says nothing."""
    assert match(LABELLED, markers="marker_id,address,postcode,level\nD1,a,,palace\n") == (
        FOUND_TROUBLE
    )
    assert "holds no marker that can be taken" in match.told
    assert not match.out.exists()
