"""Whatever a gateway posts is a position in our area, or a refusal without its values (C2, C4)."""

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import aml
from adapters.codecs.contract import Read
from middleware.ports import Problem
from schemas.caller import CallerLocated
from tests.aml import NUMBER, https, sms

NOW = datetime(2026, 11, 23, 4, 30, 40, tzinfo=UTC)
names = st.sampled_from([*aml.NUMBERS, *aml.TEXTS, *aml.HTTPS, *aml.HTTPS_UNUSED, "other"])
values = st.text(max_size=60) | st.floats().map(str) | st.integers().map(str)
fields = st.dictionaries(names, values, max_size=12)
anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def check(raw: bytes) -> None:
    told = aml.read(raw, "aml", NOW)
    if isinstance(told, Problem):
        assert told.field
        assert told.reason
        return
    assert isinstance(told.event, CallerLocated)
    where = told.event.circle
    assert aml.SOUTH <= where.latitude <= aml.NORTH
    assert aml.WEST <= where.longitude <= aml.EAST


@given(raw=st.binary(max_size=300))
def test_junk_is_refused(raw: bytes) -> None:
    check(raw)


@given(said=fields)
def test_any_form_is_read_or_refused(said: dict[str, str]) -> None:
    check(urlencode(said).encode(errors="replace"))


@given(said=st.dictionaries(names, anything, max_size=8))
def test_any_json_is_read_or_refused(said: dict[str, object]) -> None:
    check(json.dumps(said).encode())


@given(text=st.text(st.characters(codec="ascii"), max_size=200))
def test_any_text_of_an_sms_is_read_or_refused(text: str) -> None:
    check(json.dumps({"number": NUMBER, "text": f'A"ML=1;{text}'}).encode())


@given(at=st.integers(0, 400), whole=st.sampled_from([sms(), sms(form=True)]))
def test_an_sms_cut_anywhere_is_never_read_as_another(at: int, whole: bytes) -> None:
    """Its own length is in it."""
    told = aml.read(whole[:at], "aml", NOW)
    assert isinstance(told, Problem) is (at < len(whole))


@given(
    latitude=st.floats(aml.SOUTH, aml.NORTH), longitude=st.floats(aml.WEST, aml.EAST),
    radius=st.floats(1, 5_000),
)  # fmt: skip
def test_what_is_in_the_area_is_kept_and_swapped_is_refused(
    latitude: float, longitude: float, radius: float
) -> None:
    given = {"location_accuracy": radius}
    kept = aml.read(
        https(location_latitude=latitude, location_longitude=longitude, **given), "aml", NOW
    )
    assert isinstance(kept, Read)
    assert isinstance(kept.event, CallerLocated)
    assert (kept.event.circle.latitude, kept.event.circle.longitude) == (latitude, longitude)
    swapped = aml.read(
        https(location_latitude=longitude, location_longitude=latitude, **given), "aml", NOW
    )
    assert isinstance(swapped, Problem)
