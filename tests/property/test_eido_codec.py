"""Whatever is conveyed as an EIDO is an incident, or a refusal without its values (C1, O4)."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import bars_place, eido
from adapters.codecs import eido_conveyance as conveyance
from adapters.codecs.eido_units import EidoDialect
from middleware.ports import Problem
from schemas.incident import IncidentClosed, IncidentOpened
from tests import eido as said
from tests.cad import CANARY
from tests.property.test_cad_codec import JSON

WHOLE = said.eido(caution=[said.caution("dog")])
PARTS = sorted(name for name in WHOLE if name.endswith("Component"))
DIALECT = EidoDialect()


def check(value: Any) -> None:
    """Read or refused, never both, never neither; no reason holds what was said."""
    raw = said.event(value)
    heard = conveyance.read(raw)
    if isinstance(heard, Problem):
        assert CANARY not in heard.field + heard.reason
        return
    assert isinstance(heard, conveyance.Notified)
    (one,) = heard.eidos
    told = eido.read(one, "eido", DIALECT)
    if isinstance(told, Problem):
        assert told.field
        assert 10 < len(told.reason) < 2_000
        assert CANARY not in told.field + told.reason
        return
    assert told.unknown >= 0
    (about,) = [e for e in told.events if isinstance(e, IncidentOpened | IncidentClosed)]
    if isinstance(about, IncidentOpened):
        where = about.place
        assert where.latitude is None or bars_place.SOUTH <= where.latitude <= bars_place.NORTH
        assert about.number == about.id


@given(st.binary(max_size=2_000))
def test_junk_is_refused(raw: bytes) -> None:
    told = conveyance.read(raw)
    assert isinstance(told, Problem | conveyance.Unknown)


@given(JSON)
def test_any_json_may_be_an_object(value: Any) -> None:
    check(value)


@given(JSON)
def test_any_json_may_be_a_message(value: Any) -> None:
    told = conveyance.read(json.dumps(value).encode())
    assert isinstance(told, Problem | conveyance.Unknown | conveyance.Message)


@given(name=st.sampled_from(PARTS), value=JSON)
def test_any_part_may_be_anything(name: str, value: Any) -> None:
    check(WHOLE | {name: value})


@given(
    name=st.sampled_from(PARTS), value=JSON | st.just(CANARY), at=st.integers(0, 20),
)  # fmt: skip
def test_any_field_of_any_part_may_be_anything(name: str, at: int, value: Any) -> None:
    changed = json.loads(json.dumps(WHOLE))
    parts = changed[name] if isinstance(changed[name], list) else [changed[name]]
    for part in parts:
        keys = sorted(part)
        part[keys[at % len(keys)]] = value
    check(changed)


@given(st.sets(st.sampled_from(PARTS)))
def test_any_part_may_be_missing(left: set[str]) -> None:
    check({name: one for name, one in WHOLE.items() if name not in left})


@given(st.text(max_size=400))
def test_a_location_may_be_any_text(text: str) -> None:
    check(WHOLE | {"locationComponent": [said.location(locationByValue=text)]})


@given(at=st.integers(0, len(said.pidf(said.HOME, "51.3 1.2")) - 1))
def test_a_location_may_be_cut_anywhere(at: int) -> None:
    cut = said.pidf(said.HOME, "51.3 1.2")[:at]
    check(WHOLE | {"locationComponent": [said.location(locationByValue=cut)]})


@given(at=st.integers(0, len(said.event(WHOLE)) - 1))
def test_a_message_cut_anywhere_is_refused(at: int) -> None:
    assert isinstance(conveyance.read(said.event(WHOLE)[:at]), Problem)
