"""Whatever stands in a record, what is spoken can be spoken (N4)."""

import re
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from middleware.domain.spoken_address import MOST, UNKNOWN, spoken_address
from middleware.domain.spoken_words import day, in_words, number, spelled
from middleware.domain.wording_spoken import spoken_note, spoken_withdrawal
from schemas.check import Relation, Whereabouts
from schemas.decision import Ended, Matched
from schemas.marker import Category, Marker, Scope, Severity

LONGEST_NOTE = 1_600
"""Letters: about a minute and a half."""

SPEAKABLE = re.compile(r"[A-Za-z' ,.:-]+")
junk = st.text(max_size=2_000)
likely = st.text("0123456789ABCDabcd SsTtRr,.-/&'\u00bd\u0663\u4e94\x00", max_size=120)
addresses = st.one_of(st.none(), junk, likely)
postcodes = st.one_of(st.none(), st.text(max_size=12))
codes = st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True)
dates = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def can_be_spoken(text: str) -> bool:
    """Not empty, no figure of any script, no NUL, nothing that the voice would stumble over."""
    return bool(text.strip(" ,.")) and SPEAKABLE.fullmatch(text) is not None


@given(address=addresses, postcode=postcodes)
def test_every_address_can_be_spoken_n4(address: str | None, postcode: str | None) -> None:
    spoken = spoken_address(Whereabouts(address=address, postcode=postcode))
    assert can_be_spoken(spoken)
    assert len(spoken) <= MOST + 200
    assert not re.search(r",\s*,|  |^[ ,]|[ ,]$", spoken)


@given(figures=st.from_regex(r"[0-9]{1,5}", fullmatch=True))
def test_every_number_says_each_of_its_figures_or_its_value_n4(figures: str) -> None:
    """Two house numbers never sound the same."""
    assert can_be_spoken(number(figures))
    assert number(figures) != number(str(int(figures) + 1))


@given(house=st.integers(1, 99_999), flat=st.integers(1, 99_999))
def test_no_figure_of_an_address_gets_lost_n4(house: int, flat: int) -> None:
    spoken = spoken_address(Whereabouts(address=f"Flat {flat} {house} Tern Road"))
    assert spoken == f"Flat {number(str(flat))}, {number(str(house))} Tern Road"
    assert spoken != UNKNOWN


@given(value=st.dates())
def test_every_date_can_be_spoken_n4(value: date) -> None:
    assert can_be_spoken(day(value))


@given(text=junk)
def test_every_phrase_is_plain_n4(text: str) -> None:
    assert not in_words(text) or SPEAKABLE.fullmatch(in_words(text))


@given(
    category=st.sampled_from(Category), severity=st.sampled_from(Severity),
    scope=st.sampled_from(Scope), relation=st.sampled_from(Relation), happened=dates,
    review=dates, today=dates, source=st.text(min_size=1, max_size=200), address=addresses,
    postcode=postcodes, callsign=codes, ended=st.sampled_from(Ended),
)  # fmt: skip
def test_every_note_can_be_spoken_in_bounded_time_n4_n6(
    category: Category, severity: Severity, scope: Scope, relation: Relation, happened: date,
    review: date, today: date, source: str, address: str | None, postcode: str | None,
    callsign: str, ended: Ended,
) -> None:  # fmt: skip
    marker = Marker(
        id="m1", scope=scope, category=category, severity=severity, what="not spoken",
        happened_on=happened, review_on=review, source=source,
    )  # fmt: skip
    place = Whereabouts(address=address, postcode=postcode)
    until = datetime(2026, 11, 23, tzinfo=UTC)
    told = spoken_note(
        marker, Matched(marker="m1", relation=relation, certainty=900), note="n1", revision=1,
        incident="C-1", callsign=callsign, place=place, expires_at=until, today=today,
    )  # fmt: skip
    back = spoken_withdrawal(
        note="n1", revision=2, incident="C-1", callsign=callsign, place=place, expires_at=until,
        ended=ended,
    )  # fmt: skip
    for spoken in (told, back):
        assert all(can_be_spoken(sentence) for sentence in spoken.sentences)
        assert len(" ".join(spoken.sentences)) <= LONGEST_NOTE
        assert spelled(callsign) in " ".join(spoken.sentences)
