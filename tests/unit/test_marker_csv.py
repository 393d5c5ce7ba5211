"""Markers from CSV: bad rows are refused one by one, the rest can be staged (M1, M2, M3, M5)."""

from datetime import date

import pytest

from adapters.codecs.csv_rows import Encoding, Unreadable
from adapters.codecs.marker_csv import Accepted, Refusal, read_markers
from schemas.marker import Category, Marker, Scope, Severity

TODAY = date(2026, 11, 22)
ROW = {
    "id": "EOC-1",
    "address": '"Flat 2, 14A Example Road, Anytown"',
    "postcode": "ZZ9 9ZZ",
    "uprn": "0100012345678",
    "latitude": "51.5014",
    "longitude": "-0.1419",
    "phones": "07700 900123; +44 20 7946 0123",
    "person": "Canary",
    "scope": "dwelling",
    "category": "physical_assault",
    "severity": "high",
    "what": "threatened with a knife",
    "happened_on": "2026-01-31",
    "review_on": "31/01/2027",
    "ends_on": "2028-01-31",
    "source": "EOC",
    "supplied_by": "police",
    "basis": "sharing agreement 7",
}


def csv_of(*changes: dict[str, str | None]) -> bytes:
    """A file with one row for each set of changes; None takes the column's cell away."""
    lines = [",".join(ROW)]
    lines += [",".join(v or "" for v in {**ROW, **change}.values()) for change in changes]
    return "\n".join(lines).encode()


def results(data: bytes) -> list[Accepted | Refusal]:
    return list(read_markers(data, TODAY).results)


def accepted(data: bytes) -> Marker:
    (result,) = results(data)
    assert isinstance(result, Accepted), result
    return result.marker


def refused(data: bytes) -> Refusal:
    (result,) = results(data)
    assert isinstance(result, Refusal), result
    return result


def test_a_full_row_becomes_a_marker_with_who_supplied_it_and_on_what_basis_m1_m5() -> None:
    assert accepted(csv_of({})) == Marker(
        id="EOC-1",
        address="Flat 2, 14A Example Road, Anytown",
        postcode="ZZ9 9ZZ",
        uprn="100012345678",
        latitude=51.5014,
        longitude=-0.1419,
        phones=("07700 900123", "+44 20 7946 0123"),
        person="Canary",
        scope=Scope.DWELLING,
        category=Category.PHYSICAL_ASSAULT,
        severity=Severity.HIGH,
        what="threatened with a knife",
        happened_on=date(2026, 1, 31),
        review_on=date(2027, 1, 31),
        ends_on=date(2028, 1, 31),
        source="EOC",
        supplied_by="police",
        basis="sharing agreement 7",
    )


@pytest.mark.parametrize("field", ["review_on", "source"])
def test_without_a_review_date_or_a_source_it_is_refused_m3(field: str) -> None:
    refusal = refused(csv_of({field: None}))
    assert (refusal.line, refusal.field) == (2, field)
    assert refusal.reason.startswith("is missing")


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"id": None}, "id", "is missing"),
        ({"id": "14 High Street"}, "id", "letters, digits"),
        ({"id": "x" * 33}, "id", "1 to 32"),
        ({"scope": "bulding"}, "scope", "did you mean building?"),
        ({"category": "kick"}, "category", "use one of"),
        ({"severity": "severe"}, "severity", "use one of"),
        ({"happened_on": "31.01.2026"}, "happened_on", "write 2026-01-31 or 31/01/2026"),
        ({"happened_on": "01/31/2026"}, "happened_on", "day/month/year"),
        ({"happened_on": "2026-02-30"}, "happened_on", "no day of the calendar"),
        ({"happened_on": "1/2/26"}, "happened_on", "write 2026-01-31"),
        ({"happened_on": "2026-11-23"}, "happened_on", "in the future"),
        ({"review_on": "2026-01-30"}, "review_on", "before it happened"),
        ({"ends_on": "2026-01-30"}, "ends_on", "before it happened"),
        ({"uprn": "1.00012E+11"}, "uprn", "spreadsheet changed it"),
        ({"uprn": "0"}, "uprn", "1 to 12 digits"),
        ({"uprn": "1234567890123"}, "uprn", "1 to 12 digits"),
        ({"phones": "7.7009E+09"}, "phones", "spreadsheet changed it"),
        ({"phones": "ask the neighbour"}, "phones", "several with ; between"),
        ({"phones": ";".join(["07700 900123"] * 21)}, "phones", "at most 20"),
        ({"latitude": "north"}, "latitude", "degrees"),
        ({"latitude": "91"}, "latitude", "-90 to 90"),
        ({"latitude": None}, "latitude", "go together"),
        ({"longitude": None}, "longitude", "go together"),
        ({"address": "=HYPERLINK(A1)"}, "address", "formula"),
        ({"what": "@SUM(1)"}, "what", "formula"),
        ({"what": "a\0b"}, "what", "control characters"),
        ({"what": "a\x1b[31m"}, "what", "control characters"),
        ({"what": "x" * 2001}, "what", "at most 2000"),
        ({"source": "x" * 201}, "source", "at most 200"),
        ({"what": '"say ""hi"" to me" now'}, "row", "quotes"),
        ({"what": "one, two"}, "row", "put quotes around"),
        ({"what": '"' + "x" * 16_000 + '"'}, "row", "longer than 16000"),
        (
            {"address": None, "uprn": None, "latitude": None, "longitude": None},
            "address",
            "needs an address, a UPRN or a position",
        ),
        ({"scope": "person", "person": None, "phones": None}, "person", "a name or a number"),
    ],
)
def test_a_bad_row_is_refused_with_field_reason_and_no_content(
    change: dict[str, str | None], field: str, reason: str
) -> None:
    refusal = refused(csv_of(change))
    assert (refusal.line, refusal.field) == (2, field)
    assert reason in refusal.reason
    assert "Canary" not in refusal.reason
    assert refusal.raw.startswith(change.get("id") or ("," if "id" in change else "EOC-1"))


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("scope", "Building", Scope.BUILDING),
        ("category", "Verbal abuse - sexual", Category.VERBAL_ABUSE_SEXUAL),
        ("category", "verbal_abuse_racial/religious", Category.VERBAL_ABUSE_RACIAL_RELIGIOUS),
        ("severity", " HIGH ", Severity.HIGH),
        ("happened_on", "1/2/2026", date(2026, 2, 1)),
        ("uprn", "000012345", "12345"),
        ("what", '"two ""quoted"" words, and a comma"', 'two "quoted" words, and a comma'),
        ("what", '"two\nlines"', "two\nlines"),
        ("what", "- hit a paramedic", "- hit a paramedic"),
        ("what", '12" pipe', '12" pipe'),
        ("phones", "999", ("999",)),
        ("ends_on", None, None),
    ],
)
def test_what_people_write_is_understood(field: str, cell: str | None, value: object) -> None:
    assert getattr(accepted(csv_of({field: cell})), field) == value


def test_bad_rows_harm_no_others_and_every_line_is_named() -> None:
    data = csv_of({"id": "A"}, {"id": "B", "source": None}, {"id": "C"}, {"id": "D", "scope": "x"})
    told = [(type(result), result.line) for result in results(data)]
    assert told == [(Accepted, 2), (Refusal, 3), (Accepted, 4), (Refusal, 5)]


def test_a_quote_that_is_never_closed_costs_one_row_only() -> None:
    data = csv_of({"id": "A", "what": '"open'}, *({"id": f"B{n}"} for n in range(50)))
    first, *others = results(data)
    assert isinstance(first, Refusal)
    assert "never closed" in first.reason
    assert len(others) == 50
    assert all(isinstance(other, Accepted) for other in others)


def test_an_id_that_comes_twice_is_refused_the_second_time() -> None:
    _, second = results(csv_of({"id": "A"}, {"id": "A"}))
    assert isinstance(second, Refusal)
    assert second.field == "id"
    assert "on line 2 already" in second.reason


def test_an_id_of_a_refused_row_may_come_again() -> None:
    _, second = results(csv_of({"id": "A", "source": None}, {"id": "A"}))
    assert isinstance(second, Accepted)


def test_rows_without_anything_in_them_are_no_rows() -> None:
    data = csv_of({}) + b"\n\n" + b"," * (len(ROW) - 1) + b"\n  \n"
    assert len(results(data)) == 1


@pytest.mark.parametrize(
    ("prefix", "encoding", "said", "street"),
    [
        (b"", "utf-8", Encoding.UTF_8, "Caf\u00e9 Row"),
        (b"\xef\xbb\xbf", "utf-8", Encoding.UTF_8_BOM, "Caf\u00e9 Row"),
        (b"", "cp1252", Encoding.CP1252, "Caf\u00e9 Row"),
        (b"", "cp1252", Encoding.CP1252, "St Mary\u2019s Row"),
    ],
)
def test_the_encoding_is_decided_and_said(
    prefix: bytes, encoding: str, said: Encoding, street: str
) -> None:
    text = csv_of({"address": f"1 {street}"}).decode()
    reading = read_markers(prefix + text.encode(encoding), TODAY)
    (result,) = reading.results
    assert reading.encoding is said
    assert isinstance(result, Accepted)
    assert result.marker.address == f"1 {street}"


def test_a_damaged_byte_in_utf8_costs_one_row_and_stays_visible_in_it() -> None:
    text = csv_of({"id": "A", "what": "caf\u00e9"}, {"id": "B", "what": "caf?"})
    first, second = results(text.replace(b"caf?", b"caf\xe9"))
    assert isinstance(first, Accepted)
    assert isinstance(second, Refusal)
    assert "save the file as CSV UTF-8" in second.reason
    assert "caf\\xe9" in second.raw


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_every_kind_of_line_end_is_read(ending: str) -> None:
    data = csv_of({"id": "A"}, {"id": "B"}).decode().replace("\n", ending).encode()
    assert [result.line for result in results(data)] == [2, 3]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"id,what\n", "column source is missing"),
        (csv_of({}).replace(b"review_on", b"revue_on"), "did you mean review_on?"),
        (csv_of({}).replace(b"supplied_by", b"source"), "column source is there twice"),
        (csv_of({}).replace(b",", b";"), "not separated by commas"),
        (csv_of({}).replace(b",", b"\t"), "not separated by commas"),
        (csv_of({}).decode().encode("utf-16"), "is UTF-16"),
        (b"PK\x03\x04rest", "is a spreadsheet"),
        (b'"id,what\n', "first line"),
    ],
)
def test_a_file_that_cannot_be_taken_at_all_says_what_to_do(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_markers(data, TODAY)
    assert reason in str(caught.value)


def test_the_header_is_read_as_people_write_it() -> None:
    header, _, row = csv_of({}).decode().partition("\n")
    assert accepted(f"{header.replace('_', ' ').title()}\n{row}".encode()).id == "EOC-1"
