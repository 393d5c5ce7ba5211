"""The pages say what the code does: every key of the configuration, every column of markers."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from adapters.codecs.marker_cells import READERS
from adapters.codecs.marker_csv import REQUIRED, Accepted, read_markers
from adapters.table import ADAPTERS
from middleware.config import Config, configuration_page, load
from middleware.ops.durations import write_duration
from middleware.ports import AdapterSpec
from schemas.marker import Category, Scope, Severity
from tests.unit.test_marker_csv import TODAY

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "configuration.md").read_text()
MARKERS = (DOCS / "markers-csv.md").read_text()


def test_the_page_is_what_the_code_says_now() -> None:
    assert configuration_page(ADAPTERS) == PAGE, (
        "write it anew: forewarn check-config --keys > docs/configuration.md"
    )


def test_each_row_of_the_table_names_the_adapter_behind_it() -> None:
    assert [(spec.kind, spec.name) for spec in ADAPTERS.values()] == list(ADAPTERS)


def test_every_key_of_every_section_is_on_the_page() -> None:
    config = load(None, ADAPTERS, {})
    rung = config.escalation.rung[0]
    for section in (config.check, config.note, config.memory, config.broker, config.journal, rung):
        for key in type(section).model_fields:
            assert f"| `{key}` |" in PAGE
    for key in set(Config.model_fields) - {"source", "channel", "store", "escalation"}:
        assert f"`{key}`" in PAGE or f"`[{key}]`" in PAGE
    assert write_duration(config.check.limit) in PAGE


@pytest.mark.parametrize("spec", ADAPTERS.values(), ids=lambda spec: f"{spec.kind}.{spec.name}")
def test_every_setting_of_an_adapter_has_its_meaning(spec: AdapterSpec) -> None:
    assert f"## `[{spec.kind}.{spec.name}]`" in PAGE
    for name, field in spec.settings.model_fields.items():
        is_set_by_the_app = isinstance(field.default, BaseModel)
        assert field.description or is_set_by_the_app, f"describe {name}"


def test_every_column_of_the_marker_file_is_explained_m1() -> None:
    told = re.findall(r"^\| (`.+?`) \| (yes)? ?\|", MARKERS, flags=re.MULTILINE)
    columns = {name for cell, _ in told for name in re.findall(r"`(\w+)`", cell)}
    required = {name for cell, must in told if must for name in re.findall(r"`(\w+)`", cell)}
    assert columns == set(READERS)
    assert required == set(REQUIRED)
    for value in (*Category, *Severity, *Scope):
        assert f"`{value}`" in MARKERS


def test_the_example_of_the_page_is_taken_whole_m5() -> None:
    example = MARKERS.split("```csv\n")[1].split("```")[0]
    results = list(read_markers(example.encode(), TODAY).results)
    assert len(results) == 2
    assert all(isinstance(result, Accepted) for result in results)
