"""Whatever is posted as a referral is an incident, or a refusal without its values (C1, O4)."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import bars, bars_place
from middleware.ports import Problem
from schemas.incident import CadEvent, IncidentOpened
from tests.bars import bundle
from tests.cad import CANARY
from tests.property.test_cad_codec import JSON

WHOLE = json.loads(bundle())
RESOURCES = range(len(WHOLE["entry"]))


def check(raw: bytes) -> None:
    """Read or refused, never both, never neither; no reason holds what was said."""
    told = bars.read(raw, "bars")
    if isinstance(told, Problem):
        assert told.field
        assert 10 < len(told.reason) < 2_000
        assert CANARY not in told.field + told.reason
        return
    assert isinstance(told.event, CadEvent)
    assert told.unknown >= 0
    if isinstance(told.event, IncidentOpened):
        where = told.event.place
        assert where.latitude is None or bars_place.SOUTH <= where.latitude <= bars_place.NORTH
        assert any(where.model_dump().values()), "something can be checked"


@given(st.binary(max_size=2_000))
def test_junk_is_refused(raw: bytes) -> None:
    check(raw)


@given(JSON)
def test_any_json_is_refused(value: Any) -> None:
    check(json.dumps(value).encode())


@given(
    at=st.sampled_from(RESOURCES), value=JSON,
    field=st.sampled_from(sorted({key for e in WHOLE["entry"] for key in e["resource"]})),
)  # fmt: skip
def test_any_field_of_any_resource_may_be_anything(at: int, field: str, value: Any) -> None:
    changed = json.loads(bundle())
    changed["entry"][at]["resource"][field] = value
    check(json.dumps(changed).encode())


@given(left=st.sets(st.sampled_from(RESOURCES)))
def test_any_resource_may_be_missing(left: set[int]) -> None:
    entries = [entry for n, entry in enumerate(WHOLE["entry"]) if n not in left]
    check(json.dumps(WHOLE | {"entry": entries}).encode())


@given(extension=JSON)
def test_the_extension_of_a_location_may_be_anything(extension: Any) -> None:
    changed = json.loads(bundle())
    changed["entry"][2]["resource"]["extension"] = [{"url": "UPRN", "valueString": extension}]
    check(json.dumps(changed).encode())


@given(at=st.integers(0, len(bundle()) - 1))
def test_a_bundle_cut_anywhere_is_refused(at: int) -> None:
    assert isinstance(bars.read(bundle()[:at], "bars"), Problem)
