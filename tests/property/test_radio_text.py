"""What goes over a radio: one line of Latin-1, the risk first, and no more than needed (N4, N8)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from middleware.domain.wording import risk_word
from middleware.domain.wording_radio import in_one_line, radio_text, radio_withdrawal
from middleware.domain.wording_stand_off import asked_by_radio
from schemas.decision import Ended
from schemas.held import Why
from schemas.incident import Holding
from schemas.marker import Category, Scope, Severity
from schemas.told import LINE
from tests.said import START, marker

words = st.text(max_size=200)


@given(
    st.sampled_from(Category),
    st.sampled_from(Severity),
    st.sampled_from(Scope),
    st.text(min_size=1, max_size=200),
    words,
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
)
def test_n8_a_radio_text_fits_in_one_line_of_latin_1_with_the_risk_first(
    category: Category, severity: Severity, scope: Scope, incident: str, what: str, on: date
) -> None:
    one = marker(category=category, severity=severity, scope=scope, what=what, happened_on=on)
    text = radio_text(
        one, note="n1", revision=1, incident=incident, expires_at=START, today=START.date()
    )
    for times in (0, 1):
        line = text.said(times)
        assert len(line.encode("latin-1")) <= LINE
        assert line.removeprefix("RPT ").startswith(risk_word(one))
        assert line.isprintable()


@given(st.sampled_from(Ended), st.text(min_size=1, max_size=200))
def test_n7_a_withdrawal_on_the_radio_says_so_first(ended: Ended, incident: str) -> None:
    text = radio_withdrawal(note="n1", revision=2, incident=incident, expires_at=START, ended=ended)
    assert text.withdrawn
    assert text.text.startswith("WITHDRAWN")


@given(
    st.sampled_from(Holding),
    st.integers(0, 100_000),
    st.sampled_from(Why),
    st.text(min_size=1, max_size=200),
)
def test_p3_a_crew_that_holds_is_asked_in_one_line_of_latin_1(
    holding: Holding, minutes: int, why: Why, incident: str
) -> None:
    line = asked_by_radio(holding, minutes, why, incident)
    assert len(line.encode("latin-1")) <= LINE
    assert line.startswith("PATIENT CHANGED" if why is Why.PATIENT else "STAND-OFF")
    assert line.isprintable()


def test_n8_a_radio_carries_neither_what_happened_nor_an_address() -> None:
    one = marker(what="threatened with a bread knife by Zoe Example")
    line = radio_text(
        one, note="n1", revision=1, incident="000123", expires_at=START, today=START.date()
    ).text
    assert line == "VIOLENCE inc 000123: high, 14 months ago, this house, see MDT or ask EOC"


@given(st.lists(words, min_size=1, max_size=8))
def test_n8_parts_that_do_not_fit_are_left_out_whole(parts: list[str]) -> None:
    line = in_one_line(tuple(parts))
    line.encode("latin-1")
    assert len(line) <= LINE
