"""What is published of the MDT contract is what the code does (N3, N8)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from adapters.codecs import mdt as codec
from adapters.codecs.mdt import Heard
from schemas.export import FOLDER
from schemas.mdt import DOWN, UP
from schemas.mdt_documents import EXAMPLES, MODELS, mdt_documents

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ASYNCAPI: dict[str, Any] = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text())
SCHEMAS = mdt_documents()
ALL = [(leaf, example) for leaf in MODELS for example in EXAMPLES[leaf]]


def accepts(leaf: str, said: dict[str, Any]) -> bool:
    schema = SCHEMAS[f"schemas/mdt-{leaf}.json"]
    return Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(said)


def reads(leaf: str, said: dict[str, Any]) -> bool:
    topic = codec.topic("eoc1", "A101", leaf)
    result = codec.read("eoc1", topic, json.dumps(said).encode(), "mdt", NOW)
    return isinstance(result, Heard)


def test_every_topic_of_the_contract_is_described_with_its_direction() -> None:
    described = {
        operation["channel"]["$ref"].rpartition("/")[2]: operation["action"]
        for operation in ASYNCAPI["operations"].values()
    }
    assert described == dict.fromkeys(DOWN, "send") | dict.fromkeys(UP, "receive")


@pytest.mark.parametrize("leaf", MODELS)
def test_a_described_topic_is_the_one_spoken_on(leaf: str) -> None:
    channel = ASYNCAPI["channels"][leaf]
    assert channel["address"].format(room="eoc1", device="A101") == codec.topic(
        "eoc1", "A101", leaf
    )
    (message,) = channel["messages"].values()
    assert (FOLDER / message["payload"]["$ref"]).is_file()
    assert [example["payload"] for example in message["examples"]] == EXAMPLES[leaf]


@pytest.mark.parametrize(("leaf", "example"), ALL)
def test_every_example_is_what_the_schema_allows_and_the_model_reads(
    leaf: str, example: dict[str, Any]
) -> None:
    assert accepts(leaf, example)
    MODELS[leaf].model_validate_json(json.dumps(example))


@pytest.mark.parametrize(("leaf", "example"), [row for row in ALL if row[0] in DOWN])
def test_what_is_sent_is_what_the_schema_allows(leaf: str, example: dict[str, Any]) -> None:
    body: Any = MODELS[leaf].model_validate_json(json.dumps(example))
    assert codec.leaf_of(body) == leaf
    assert accepts(leaf, json.loads(codec.write(body)))


@pytest.mark.parametrize(("leaf", "example"), [row for row in ALL if row[0] in UP])
@pytest.mark.parametrize(
    "change",
    [
        {}, {"battery": 80}, {"contract": "forewarn.mdt/2"}, {"contract": None}, {"note": "a/b"},
        {"note": 5}, {"kind": "seen"}, {"revision": 0}, {"revision": 2**31}, {"revision": "1"},
        {"by": "P1001"}, {"by": ""}, {"by": None}, {"by": "x" * 201}, {"session": ""},
        {"ask": "a b"}, {"session": "x" * 33},
    ],
    ids=str,
)  # fmt: skip
def test_schema_and_codec_agree(leaf: str, example: dict[str, Any], change: dict[str, Any]) -> None:
    said = example | change
    assert accepts(leaf, said) == reads(leaf, said)


@pytest.mark.parametrize(("leaf", "example"), [row for row in ALL if row[0] in UP])
def test_schema_and_codec_agree_on_what_is_missing(leaf: str, example: dict[str, Any]) -> None:
    for name in example:
        said = {key: value for key, value in example.items() if key != name}
        assert accepts(leaf, said) == reads(leaf, said), name


def test_the_described_limit_is_that_of_the_code() -> None:
    assert f"may have\n{codec.LIMIT:,} bytes" in ASYNCAPI["info"]["description"]
