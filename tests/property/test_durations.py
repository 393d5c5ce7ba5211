"""Every duration that can be written is read back to the same (O1)."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from middleware.ops.durations import read_duration, write_duration


@given(st.integers(0, 3650 * 86_400_000))
def test_written_and_read_is_the_same(milliseconds: int) -> None:
    value = timedelta(milliseconds=milliseconds)
    assert read_duration(write_duration(value)) == value


@given(st.text(alphabet="0123456789dhms .-+e", max_size=20) | st.text(max_size=20))
def test_any_text_is_refused_or_has_one_written_form(text: str) -> None:
    try:
        value = read_duration(text)
    except ValueError:
        return
    assert read_duration(write_duration(value)) == value
