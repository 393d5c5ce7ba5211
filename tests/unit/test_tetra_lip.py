"""Positions of radios: every public vector of LIP to six decimals (D1; ETSI TS 100 392-18-1)."""

from datetime import timedelta

import pytest

from adapters.codecs.tetra_lip import EMERGENCY, Located, TimeOfFix, read_lip
from adapters.codecs.tetra_pei import Payload
from middleware.ports import Problem


def lip(digits: str, bits: int = 84) -> Located | Problem:
    given = 4 * len(digits)
    return read_lip(Payload(bytes.fromhex(digits + "0" * (len(digits) % 2)), bits, given))


@pytest.mark.parametrize(
    ("digits", "latitude", "longitude", "reason"),
    [
        ("0A0088BD4247F737FFE810", 51.325099, 12.018099, 129),
        ("0A112853A9FF4D4FFFE810", 44.938642, 26.044346, 129),
        ("0A0BA7D5B95BC50AFFE16", 30.565692, -97.748891, 22),
        ("0A0005B05A47AE1B00002", 51.300005, 0.499996, EMERGENCY),
    ],
)
def test_d1_a_short_report_is_read_to_six_decimals(
    digits: str, latitude: float, longitude: float, reason: int
) -> None:
    located = lip(digits)
    assert isinstance(located, Located)
    assert (located.latitude, located.longitude) == (latitude, longitude)
    assert located.reason == reason


def packed(*fields: tuple[int, int]) -> str:
    """Hex digits of (value, bits), padded to whole nibbles."""
    value = size = 0
    for field, bits in fields:
        value, size = value << bits | field & (1 << bits) - 1, size + bits
    pad = -size % 4
    return f"{value << pad:0{(size + pad) // 4}X}"


SHORT = ((0x0A, 8), (0, 2))
POINT = (round(0.5 / 360 * 2**25), 25), (round(51.3 / 180 * 2**24), 24)


@pytest.mark.parametrize(
    ("elapsed", "age"),
    [(0, timedelta(seconds=5)), (1, timedelta(minutes=5)), (2, timedelta(minutes=30)), (3, None)],
)
@pytest.mark.parametrize(
    ("error", "metres"), [(0, 2), (1, 20), (2, 200), (3, 2_000), (5, 200_000), (7, None)]
)
def test_d1_age_and_error_of_a_position_are_upper_bounds(
    elapsed: int, age: timedelta | None, error: int, metres: float | None
) -> None:
    tail = ((error, 3), (127, 7), (0, 4), (0, 1), (EMERGENCY, 8))
    located = lip(packed(*SHORT, (elapsed, 2), *POINT, *tail))
    assert isinstance(located, Located)
    assert (located.age, located.error_m, located.reason) == (age, metres, EMERGENCY)


LONG = ((0x0A, 8), (1, 2), (3, 4))
END = ((0, 1), (0, 1), (EMERGENCY, 8))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([(0, 2), (0, 4), (0, 3)], Located(reason=EMERGENCY)),
        ([(1, 2), (2, 2), (0, 4), (0, 3)], Located(age=timedelta(minutes=30), reason=EMERGENCY)),
        (
            [(2, 2), (23, 5), (9, 5), (30, 6), (59, 6), (1, 4), *POINT, (1, 3), (40, 7)],
            Located(51.3, 0.5, fixed_at=TimeOfFix(23, 9, 30, 59), reason=EMERGENCY),
        ),
        ([(0, 2), (2, 4), *POINT, (10, 6), (0, 3)], Located(51.3, 0.5, 26.8, reason=EMERGENCY)),
        ([(0, 2), (4, 4), *POINT, (700, 12), (0, 3)], Located(51.3, 0.5, reason=EMERGENCY)),
        ([(0, 2), (10, 4), *POINT, (2, 3), (0, 3)], Located(51.3, 0.5, 200, reason=EMERGENCY)),
        ([(0, 2), (3, 4), *POINT, (0, 60)], Located()),
    ],
)
def test_d1_a_long_report_is_read_as_far_as_its_shape_is_known(
    fields: list[tuple[int, int]], expected: Located
) -> None:
    located = lip(packed(*LONG, *fields, *END), bits=200)
    assert isinstance(located, Located)
    for name in ("latitude", "longitude", "error_m"):
        found, wanted = getattr(located, name), getattr(expected, name)
        assert found == (None if wanted is None else pytest.approx(wanted, abs=1e-5))
    for name in ("age", "fixed_at", "reason"):
        assert getattr(located, name) == getattr(expected, name)


def test_d1_user_defined_data_is_no_reason() -> None:
    located = lip(packed(*SHORT, (0, 2), *POINT, (0, 3), (0, 7), (0, 4), (1, 1), (EMERGENCY, 8)))
    assert isinstance(located, Located)
    assert located.reason is None


@pytest.mark.parametrize("digits", ["0A", "0A0005B05A47AE1B0000", "0A80", "0A5000", "0A4C"])
def test_o4_what_is_cut_or_no_report_is_refused(digits: str) -> None:
    problem = lip(digits)
    assert isinstance(problem, Problem)
    assert problem.field == "position"
