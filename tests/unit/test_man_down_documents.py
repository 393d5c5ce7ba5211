"""What is published of the man-down contract is what the code does (D1)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from adapters.codecs.contract import Read
from adapters.codecs.man_down import MAN_DOWN
from middleware.domain.rules import ManDown
from middleware.ops.durations import write_duration
from schemas.man_down_documents import man_down_documents
from schemas.safety import GATEWAY_TYPES
from tests.alarms import message

PAGE = (Path(__file__).parents[2] / "docs/man-down.md").read_text()
SCHEMAS = {document["title"]: document for document in man_down_documents().values()}
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)]


def accepts(example: dict[str, Any]) -> bool:
    schema = SCHEMAS[example["type"]]
    return Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(example)


def test_d1_the_page_has_an_example_of_every_message() -> None:
    assert [example["type"] for example in EXAMPLES] == list(GATEWAY_TYPES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["type"]))
def test_d1_every_example_is_taken_with_nothing_unknown(example: dict[str, Any]) -> None:
    outcome = MAN_DOWN.read(json.dumps(example).encode(), "gateway")
    assert isinstance(outcome, Read)
    assert outcome.unknown == 0
    assert accepts(example)


@pytest.mark.parametrize(
    "wrong", [{}, {"radio": "A1"}, {"radio": 7}, {"id": ""}, {"occurred_at": 7}, {"colour": "red"},
              {"position": {"latitude": 51.0}}, {"callsign": "A 1"}, {"signal": "shout"}]
)  # fmt: skip
def test_d1_schema_and_codec_agree(wrong: dict[str, Any]) -> None:
    raw = message(**wrong)
    assert accepts(json.loads(raw)) == isinstance(MAN_DOWN.read(raw, "gateway"), Read)


def test_d2_the_ladder_of_the_page_is_the_default() -> None:
    steps, at = ManDown().steps, 0.0
    for number, step in enumerate(steps, 1):
        (row,) = re.findall(rf"^\| {number} \| .* \| (.*) \|$", PAGE, flags=re.MULTILINE)
        assert row.startswith("at once" if number == 1 else f"{at:g} s")
        at += step.wait.total_seconds()
    assert f"every {write_duration(steps[-1].wait)[:-1]} s" in PAGE
