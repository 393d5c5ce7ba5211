"""Whatever a file holds: every row is accepted or refused, and none is lost (M5)."""

import csv
from datetime import date
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs.csv_rows import MOST_CHARACTERS, Unreadable, decode
from adapters.codecs.csv_rows import rows as rows_of
from adapters.codecs.marker_cells import READERS
from adapters.codecs.marker_csv import Accepted, Refusal, read_markers
from middleware.domain.marker_file import handed_on, heading, line
from schemas.marker import Category, Scope, Severity

TODAY = date(2026, 11, 22)
HEADER = ",".join(READERS)

WORDS = st.text(max_size=20)
NASTY = st.sampled_from(
    ["", '"', '""', "=1+1", "\0", "a\nb", "a\r\nb", ",", "\ufeff", "\u2028", "1E+5", "07700 900123"]
)
GOOD = {
    "id": st.from_regex(r"[A-Z0-9]{1,8}", fullmatch=True),
    "scope": st.sampled_from(list(Scope)),
    "category": st.sampled_from(list(Category)),
    "severity": st.sampled_from(list(Severity)),
    "happened_on": st.dates(date(2000, 1, 1), TODAY).map(str),
    "review_on": st.dates(TODAY).map(str),
    "address": st.just("14A Example Road"),
    "phones": st.just(""),
}
ROWS = st.fixed_dictionaries(
    {name: st.one_of(good := GOOD.get(name, WORDS), good, good, NASTY, WORDS) for name in READERS}
)


def written(rows: list[dict[str, str]]) -> bytes:
    """A file of these rows as a correct program writes it; NUL cannot be written that way."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, READERS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def has_anything(row: dict[str, str]) -> bool:
    return any(cell.strip() for cell in row.values())


@given(st.lists(ROWS, max_size=8))
def test_accepted_and_refused_are_all_rows(rows: list[dict[str, str]]) -> None:
    results = list(read_markers(written(rows), TODAY).results)
    assert len(results) == sum(map(has_anything, rows))


@given(st.lists(ROWS, max_size=8))
def test_an_accepted_row_is_the_row_that_was_written(rows: list[dict[str, str]]) -> None:
    accepted = [r.marker for r in read_markers(written(rows), TODAY).results if type(r) is Accepted]
    given_ids = [row["id"].strip() for row in rows]
    assert len({marker.id for marker in accepted}) == len(accepted)
    for marker in accepted:
        row = rows[given_ids.index(marker.id)]
        assert marker.id == row["id"].strip()


@given(st.binary(max_size=400) | st.text(alphabet='a",;\n\r=', max_size=200).map(str.encode))
def test_any_bytes_are_rows_with_a_fate_or_a_clear_refusal(data: bytes) -> None:
    whole = HEADER.encode() + b"\n" + data
    try:
        results = list(read_markers(whole, TODAY).results)
    except Unreadable:
        return
    text, _ = decode(whole)
    assert len(results) == len(list(rows_of(text))) - 1
    lines = [result.line for result in results]
    assert lines == sorted(set(lines)), "every row has a line of its own, in order"
    for result in results:
        assert isinstance(result, Refusal)
        assert result.reason
        assert len(result.raw) <= 4 * MOST_CHARACTERS
        result.raw.encode()


@given(st.binary(max_size=100))
def test_any_bytes_are_no_header_and_the_refusal_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^(is|has) "):
        read_markers(data, TODAY)


@given(st.lists(ROWS, max_size=4), st.sampled_from(["eoc1", "a-very-long-code-of-a-control-room"]))
def test_m5_what_is_handed_on_can_be_imported_as_it_is(
    rows: list[dict[str, str]], room: str
) -> None:
    """Under an id of its own, with who supplied it and on what basis; all else is the same."""
    markers = [r.marker for r in read_markers(written(rows), TODAY).results if type(r) is Accepted]
    there = [handed_on(marker, room[:32], "mutual aid") for marker in markers]
    file = "".join([heading(), *map(line, there)]).encode()
    assert [r.marker for r in read_markers(file, TODAY).results if type(r) is Accepted] == there
    for marker, other in zip(markers, there, strict=True):
        assert other.id.startswith(room[:4])
        assert other.supplied_by == (marker.supplied_by or room[:32])
        assert (other.basis or "").endswith("mutual aid")
        same = marker.model_dump(exclude={"id", "supplied_by", "basis"})
        assert other.model_dump(exclude={"id", "supplied_by", "basis"}) == same
