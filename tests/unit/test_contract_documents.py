"""What is published of the contracts is what the code does (C1)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from adapters.codecs import cad, cad_notes, cad_stream
from schemas.cad_documents import WRITTEN_BACK, cad_documents
from schemas.events import CAD_TYPES
from schemas.export import FOLDER, documents, main
from schemas.told import CadNote
from tests.cad import message, resource_message

CONTRACT = (Path(__file__).parents[2] / "docs/cad-contract.md").read_text()
CAD = {document["title"]: document for document in cad_documents().values()}


def fenced(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", CONTRACT, flags=re.DOTALL)


def said() -> list[dict[str, Any]]:
    """Every object in the examples."""
    lines = [line for block in fenced("ndjson") for line in block.splitlines()]
    return [json.loads(text) for text in fenced("json") + lines]


SAID = [example for example in said() if "contract" in example]
EXAMPLES = [example for example in SAID if example["type"] in CAD_TYPES]
WRITTEN = [example for example in SAID if example["type"] not in CAD_TYPES]


def accepts(example: dict[str, Any]) -> bool:
    validator = Draft202012Validator(CAD[example["type"]], format_checker=FormatChecker())
    return validator.is_valid(example)


def test_the_committed_documents_are_those_of_the_models() -> None:
    committed = {name: (FOLDER / name).read_text() for name in documents()}
    assert committed == documents(), "run: python -m schemas.export"


def test_export_writes_every_document_where_it_is_told(tmp_path: Path) -> None:
    assert main(["--into", str(tmp_path)]) == 0
    written = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert written == set(documents())


def test_c1_the_documentation_has_an_example_of_every_message_type() -> None:
    assert {example["type"] for example in EXAMPLES} == set(CAD_TYPES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["type"]))
def test_c1_every_example_is_taken_by_codec_and_schema_with_nothing_unknown(
    example: dict[str, Any],
) -> None:
    outcome = cad.read(json.dumps(example).encode(), "cad_http")
    assert isinstance(outcome, cad.Read)
    assert outcome.unknown == 0
    assert accepts(example)


def test_n2_the_documentation_has_an_example_of_all_that_is_written_back() -> None:
    assert [example["type"] for example in WRITTEN] == list(WRITTEN_BACK)


@pytest.mark.parametrize("example", WRITTEN, ids=lambda example: str(example["type"]))
def test_n2_what_is_written_back_is_what_the_documents_say(example: dict[str, Any]) -> None:
    content = {n: v for n, v in example.items() if n not in {"contract", "type", "id", "number"}}
    until = {"expires_at": "2026-11-22T21:30:00Z"}
    named = {"note": example["id"], "incident": example["number"]}
    withdrawn = {"withdrawn": example["type"] == "note.withdrawn"}
    body = CadNote.model_validate_json(json.dumps(until | content | named | withdrawn))
    assert json.loads(cad_notes.write(body)) == example
    assert accepts(example)
    receipt = next(one for one in said() if one.keys() == {"id", "revision", "standing"})
    first = example["revision"] == receipt["revision"]
    assert cad_notes.is_receipt(json.dumps(receipt).encode(), body) == first


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not json",
        b"[]",
        b'{"id": "w1", "revision": 1, "standing": "refused"}',
        b'{"id": "w2", "revision": 1, "standing": "taken"}',
        b'{"id": "w1", "revision": 2, "standing": "taken"}',
        b'{"id": "w1", "revision": 1, "standing": ["taken"]}',
        b"{" * 9_000,
    ],
    ids=lambda raw: raw[:60].decode(),
)
def test_n2_anything_else_is_no_receipt(raw: bytes) -> None:
    named = {"note": "w1", "revision": 1, "incident": "000042", "service_day": "2026-11-22"}
    until = {"expires_at": "2026-11-22T21:30:00Z"}
    body = CadNote.model_validate_json(json.dumps(named | until))
    assert not cad_notes.is_receipt(raw, body)
    assert cad_notes.is_receipt(b'{"id": "w1", "revision": 1, "standing": "known"}', body)


def test_c1_hello_and_heartbeat_are_as_documented() -> None:
    lines = fenced("ndjson")[0].encode().splitlines()
    assert cad_stream.hello_token(lines[0]) == "the CAD's token"
    assert sum(map(cad_stream.is_heartbeat, lines)) == 1


def test_c1_the_documented_limits_are_those_of_the_code() -> None:
    assert f"{cad.LIMIT:,} bytes and {cad.DEPTH} levels" in CONTRACT
    window = json.loads(cad_stream.welcome("eoc1", 256, cad.LIMIT))
    assert window in said()


@pytest.mark.parametrize("kind", CAD_TYPES)
@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"revision": 0}, {"revision": "1"}, {"id": ""}, {"number": 5}, {"service_day": "today"},
        {"occurred_at": 1_795_000_000}, {"contract": "forewarn.cad/2"}, {"colour": "red"},
        {"place": 7}, {"callsign": "A/1"}, {"resource": {"callsign": ""}}, {"nature": "x" * 2_001},
    ],
    ids=str,
)  # fmt: skip
def test_c1_schema_and_codec_agree(kind: str, wrong: dict[str, Any]) -> None:
    write = resource_message if kind.startswith("resource.") else message
    example = json.loads(write(kind)) | wrong
    read = isinstance(cad.read(json.dumps(example).encode(), "cad_http"), cad.Read)
    assert accepts(example) == read
