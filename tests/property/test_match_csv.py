"""Whatever the files of `forewarn match` hold: each row has its fate (C4)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs.csv_rows import decode, rows
from adapters.codecs.marker_csv import Accepted, Refusal
from adapters.codecs.match_csv import read_match_markers, read_queries

TODAY = date(2026, 11, 22)
TEXT = st.binary(max_size=300) | st.text(alphabet='a1,"\n;é', max_size=200).map(str.encode)


def rows_in(data: bytes) -> int:
    text, _ = decode(data)
    return len(list(rows(text))) - 1


@given(TEXT)
def test_every_row_of_queries_is_a_query(data: bytes) -> None:
    whole = b"query_id,query,phone,uprn,latitude,longitude\n" + data
    queries = list(read_queries(whole))
    assert len(queries) == rows_in(whole)
    assert all(query.id and (query.place is not None or query.wrong) for query in queries)


@given(TEXT)
def test_every_row_of_markers_is_taken_or_refused(data: bytes) -> None:
    whole = b"marker_id,address,postcode,level\n" + data
    results = list(read_match_markers(whole, TODAY))
    assert len(results) == rows_in(whole)
    assert all(isinstance(result, Accepted | Refusal) for result in results)
