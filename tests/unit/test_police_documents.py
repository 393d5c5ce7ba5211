"""What is published of the back-up contract is what the code does (P2)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from adapters.codecs import police
from adapters.codecs.contract import Read
from middleware.ports import Problem
from schemas.desk import DeskRequest
from schemas.police import BackUpAnswered
from schemas.police_documents import police_documents
from tests.police import message

PAGE = (Path(__file__).parents[2] / "docs/police.md").read_text()
SCHEMAS = {document["title"]: document for document in police_documents().values()}
EXAMPLES = {
    said["type"]: said
    for text in re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
    for said in [json.loads(text)]
}
OUT = ("back_up.requested", "back_up.stood_down")


def accepts(example: dict[str, Any]) -> bool:
    schema = SCHEMAS[example["type"]]
    return Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(example)


def test_p2_the_page_has_an_example_of_every_message() -> None:
    assert EXAMPLES.keys() == SCHEMAS.keys()
    assert all(accepts(example) for example in EXAMPLES.values())


@pytest.mark.parametrize("kind", OUT)
def test_p2_what_is_sent_is_what_the_page_says(kind: str) -> None:
    example = EXAMPLES[kind]
    wire = {"id": "note", "number": "incident"}
    fields = {wire.get(n, n): v for n, v in example.items() if n not in ("contract", "type")}
    until = {"expires_at": "2026-11-23T10:14:05Z", "withdrawn": kind == OUT[1]}
    body = DeskRequest.model_validate_json(json.dumps(until | fields))
    assert json.loads(police.write(body)) == example


def test_p2_the_answer_of_the_page_is_taken_with_nothing_unknown() -> None:
    outcome = police.BACK_UP.read(json.dumps(EXAMPLES["back_up.answered"]).encode(), "police")
    assert isinstance(outcome, Read)
    assert outcome.unknown == 0


@pytest.mark.parametrize(
    "wrong", [{}, {"request": ""}, {"says": "maybe"}, {"of": 0}, {"id": ""}, {"occurred_at": 7},
              {"reference": "x" * 201}, {"crn": 7}, {"colour": "red"}]
)  # fmt: skip
def test_p2_schema_and_codec_agree(wrong: dict[str, Any]) -> None:
    raw = message(**wrong)
    read = isinstance(police.BACK_UP.read(raw, "police"), Read)
    assert accepts(json.loads(raw)) == read


@given(st.integers(0, len(message()) - 1))
def test_p2_what_is_cut_is_refused_with_field_and_reason(length: int) -> None:
    outcome = police.BACK_UP.read(message()[:length], "police")
    assert isinstance(outcome, Problem)
    assert outcome.field
    assert outcome.reason


@given(st.binary(max_size=200))
def test_p2_junk_is_read_or_refused(raw: bytes) -> None:
    outcome = police.BACK_UP.read(raw, "police")
    assert isinstance(outcome, Problem) or isinstance(outcome.event, BackUpAnswered)


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "says": st.text() | st.sampled_from(["accepted", "refused"]),
    "of": st.integers(-(2**63), 2**63) | st.text(),
    "reason": st.text(max_size=600),
    "crn": st.none() | st.text(max_size=300),
    "said_by": st.text(max_size=300),
}


@given(st.fixed_dictionaries({}, optional=FIELDS))
def test_p2_whatever_is_in_its_fields_it_is_read_or_refused(fields: dict[str, Any]) -> None:
    outcome = police.BACK_UP.read(message(**fields), "police")
    assert isinstance(outcome, Problem) or isinstance(outcome.event, BackUpAnswered)
