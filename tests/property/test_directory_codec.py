"""Whatever a directory answers is a place, or refused without its values (C2, C4)."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import directory
from adapters.codecs.contract import Read
from adapters.codecs.directory import Asked
from middleware.ports import Problem
from schemas.caller import CallerLookedUp, LookedUp

NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
ASKED = Asked("pbx/1/rang/1", "01632 960001")
values = st.none() | st.text(max_size=40) | st.floats(allow_nan=False) | st.lists(st.text())
answers = st.dictionaries(st.sampled_from(sorted(directory.FIELDS)) | st.text(max_size=9), values)


def check(raw: bytes) -> None:
    told = directory.found(ASKED, raw, "caller_directory", NOW)
    if isinstance(told, Problem):
        assert told.field
        assert told.reason
        return
    assert isinstance(told, Read)
    assert isinstance(told.event, CallerLookedUp)
    assert told.event.result is LookedUp.FOUND
    assert told.event.place


@given(raw=st.binary(max_size=200))
def test_junk_is_refused(raw: bytes) -> None:
    check(raw)


@given(said=answers)
def test_any_object_is_a_place_or_refused(said: dict[str, object]) -> None:
    check(json.dumps(said).encode())


def test_what_is_too_long_is_refused() -> None:
    assert isinstance(directory.found(ASKED, b" " * 70_000, "x", NOW), Problem)
