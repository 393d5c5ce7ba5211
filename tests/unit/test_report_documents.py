"""docs/reports.md says what the code does (R1, R3); what comes back is read with care."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import reports
from middleware.domain.report_csv import COLUMNS
from schemas.report import IncidentReport, SecurityNotice

PAGE = (Path(__file__).parents[2] / "docs" / "reports.md").read_text()
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
BODY = IncidentReport(id="rv1042", revision=2)


def test_r1_the_page_names_every_column_in_its_order() -> None:
    listed = re.search(r"in this order:\n`(.*?)`", PAGE, re.DOTALL)
    assert listed
    assert listed[1].replace("\n", " ").split(", ") == list(COLUMNS)


def test_r1_the_example_is_a_message_as_it_is_written() -> None:
    example = EXAMPLES[0]
    body = IncidentReport.model_validate_json(json.dumps(example))
    written = json.loads(reports.write(body))
    assert {name: written[name] for name in example} | {"place": None} == example | {"place": None}
    assert written["place"]["address"] == example["place"]["address"]


@pytest.mark.parametrize(
    ("kind", "shape"), [("report.drafted", IncidentReport), ("assault.notified", SecurityNotice)]
)
def test_r1_r3_the_page_names_every_field(kind: str, shape: type[Any]) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{kind}`"))
    shown = EXAMPLES[0].keys() if kind == "report.drafted" else {"contract", "id", "revision"}
    named = {*re.findall(r"`([a-z_]+)`", row), *shown, "type", "withdrawn"}
    assert set(shape.model_fields) <= named


def test_r1_the_receipt_of_the_page_is_one_and_gives_its_number() -> None:
    raw = json.dumps(EXAMPLES[1]).encode()
    assert reports.is_receipt(raw, BODY)
    assert reports.reference(raw) == "W004711"


def test_n8_a_taking_back_says_only_what_it_takes_back() -> None:
    body = IncidentReport(id="rv1", revision=3, withdrawn=True, type="report.withdrawn",
                          what_happened="a secret")  # fmt: skip
    assert json.loads(reports.write(body)).keys() == {"contract", "type", "id", "revision"}


@given(st.binary(max_size=300) | st.recursive(st.none() | st.integers() | st.text(),
       lambda more: st.lists(more) | st.dictionaries(st.text(), more)).map(
           lambda said: json.dumps(said).encode()))  # fmt: skip
def test_r1_junk_is_no_receipt_and_no_reference(raw: bytes) -> None:
    assert not reports.is_receipt(raw, BODY)
    assert reports.reference(raw) is None or isinstance(json.loads(raw), dict)


@pytest.mark.parametrize("number", [17, None, "", "  ", "a\nb", ["W1"], "\x1b[31m"])
def test_r1_a_number_that_cannot_be_shown_is_none(number: object) -> None:
    assert reports.reference(json.dumps({"reference": number}).encode()) is None


def test_r1_a_long_number_is_cut() -> None:
    raw = json.dumps({"reference": "W" * 5_000}).encode()
    assert reports.reference(raw) == "W" * reports.LONGEST_REFERENCE
