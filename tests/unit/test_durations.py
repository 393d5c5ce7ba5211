"""Durations are written with their unit, and can be read in one way only (O1)."""

from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import BaseModel, ValidationError

from middleware.ops.durations import Between, Duration, read_duration, write_duration


class Settings(BaseModel):
    wait: Annotated[Duration, Between("1s", "2m")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45s", timedelta(seconds=45)),
        ("2m", timedelta(minutes=2)),
        ("50ms", timedelta(milliseconds=50)),
        ("1h30m", timedelta(minutes=90)),
        ("90m", timedelta(minutes=90)),
        ("1d", timedelta(days=1)),
        ("1m5ms", timedelta(minutes=1, milliseconds=5)),
        ("0s", timedelta()),
        (" 10s ", timedelta(seconds=10)),
    ],
)
def test_a_duration_is_read_as_written(text: str, expected: timedelta) -> None:
    assert read_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "45", "1.5h", "5M", "1h90m", "1m60s", "30m1h", "5 m", "-5s", "1h 30m", "PT5M", "٣s", "s"],
)
def test_what_could_be_meant_in_two_ways_is_refused_with_the_way_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"45s, 2m or 1h30m"):
        read_duration(text)


def test_a_duration_of_ten_years_and_more_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than ten years"):
        read_duration("3651d")


@pytest.mark.parametrize("text", ["50ms", "45s", "2m", "1h30m", "1d", "0s"])
def test_a_duration_is_written_back_the_same(text: str) -> None:
    assert write_duration(read_duration(text)) == text


@pytest.mark.parametrize("value", [timedelta(microseconds=1), timedelta(seconds=-1)])
def test_what_has_no_written_form_is_refused(value: timedelta) -> None:
    with pytest.raises(ValueError, match="whole milliseconds"):
        write_duration(value)


def test_a_setting_is_read_and_dumped_in_its_written_form() -> None:
    settings = Settings.model_validate({"wait": "1m30s"})
    assert settings.wait == timedelta(seconds=90)
    assert settings.model_dump(mode="json") == {"wait": "1m30s"}


@pytest.mark.parametrize("text", ["999ms", "2m1s"])
def test_a_setting_beyond_its_bounds_is_refused_with_the_bounds(text: str) -> None:
    with pytest.raises(ValidationError, match="must be from 1s to 2m"):
        Settings.model_validate({"wait": text})


@pytest.mark.parametrize("value", [45, 45.0, True, None])
def test_a_bare_number_is_no_duration(value: object) -> None:
    with pytest.raises(ValidationError, match="with its unit"):
        Settings.model_validate({"wait": value})
