"""Positions of radios: the Location Information Protocol (ETSI TS 100 392-18-1), read.

Short reports are 84 bits with their protocol identifier; of long ones the shapes that hold a point
are read. Others have no position, and their reason stands where nobody can find it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.codecs.tetra_pei import SEEN, Payload
from middleware.ports import Problem

LIP = 0x0A
EMERGENCY = 2
LONG_REPORT = 3

NO_REPORT = Problem("position", "is no location report; only short and long ones are read")
"""Requests and answers of the protocol: they say of no radio where it is."""

ELAPSED = (timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), None)
"""Age of a position, at most (clause 6.3.78)."""

ERRORS_M = (2, 20, 200, 2_000, 20_000, 200_000, 200_000, None)
"""Position error, at most (clause 6.3.63); 6 is beyond 200 km, 7 not known."""

_EXTRA = {1: 0, 2: 6, 4: 12, 5: 18, 7: 21, 10: 3}
"""Shape of a long report to the bits that follow longitude and latitude (clause 6.3.49)."""

_VELOCITY = {0: 0, 1: 7, 2: 10, 3: 15, 4: 21, 5: 15, 6: 21, 7: 32}
"""Type of velocity to its bits (clause 6.3.90): for 2 to 7 as read from the tables, unverified."""


@dataclass(frozen=True, slots=True)
class TimeOfFix:
    """Of a long report; month and year are not said."""

    day: int
    hour: int
    minute: int
    second: int


@dataclass(frozen=True, slots=True)
class Located:
    """Where a radio is, as it says. Degrees; `error_m` and `age` are upper bounds; `reason` is
    why it was sent (clause 6.3.64), None where that stands too far behind."""

    latitude: float | None = None
    longitude: float | None = None
    error_m: float | None = None
    age: timedelta | None = None
    fixed_at: TimeOfFix | None = None
    reason: int | None = None

    @property
    def has_position(self) -> bool:
        return self.latitude is not None and self.longitude is not None


class _Cut(Exception):
    """Not as many bits as are wanted."""


class _Bits:
    def __init__(self, payload: Payload) -> None:
        self._value = int.from_bytes(payload.octets, "big")
        self._left = 8 * len(payload.octets)
        self._end = self._left - payload.given

    def take(self, count: int) -> int:
        if self._left - count < self._end:
            raise _Cut
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def signed(self, count: int) -> int:
        value = self.take(count)
        return value - (1 << count) if value >> count - 1 else value


def read_lip(payload: Payload) -> Located | Problem:
    """The report in a payload whose first octet is LIP."""
    bits = _Bits(payload)
    try:
        bits.take(8)
        if (kind := bits.take(2)) == 0:
            return _short(bits)
        if kind == 1 and bits.take(4) == LONG_REPORT:
            return _long(bits)
    except _Cut:
        return Problem("position", f"is cut; {SEEN}")
    return NO_REPORT


def _short(bits: _Bits) -> Located:
    age = ELAPSED[bits.take(2)]
    longitude, latitude = _point(bits)
    error = ERRORS_M[bits.take(3)]
    bits.take(7 + 4)
    return Located(latitude, longitude, error, age, reason=_reason(bits))


def _long(bits: _Bits) -> Located:
    located = _time(bits)
    shape = bits.take(4)
    if shape not in {0, *_EXTRA}:
        return located
    if shape:
        longitude, latitude = _point(bits)
        error = _error(shape, bits.take(_EXTRA[shape]))
        located = replace(located, latitude=latitude, longitude=longitude, error_m=error)
    bits.take(_VELOCITY[bits.take(3)] + 1)  # and whether an acknowledgement is wanted
    return replace(located, reason=_reason(bits))


def _time(bits: _Bits) -> Located:
    kind = bits.take(2)
    if kind == 1:
        return Located(age=ELAPSED[bits.take(2)])
    if kind == 2:
        return Located(fixed_at=TimeOfFix(*(bits.take(size) for size in (5, 5, 6, 6))))
    return Located()


def _point(bits: _Bits) -> tuple[float, float]:
    """Longitude and latitude in degrees, to six decimals: a decimetre."""
    longitude = bits.signed(25) * 360 / 2**25
    latitude = bits.signed(24) * 180 / 2**24
    return round(longitude, 6), round(latitude, 6)


def _error(shape: int, extra: int) -> float | None:
    """Metres, out of the bits that follow the point."""
    if shape == 10:
        return ERRORS_M[extra]
    if shape in {2, 5, 7}:
        return round(2 * (1.2 ** ((extra >> _EXTRA[shape] - 6) + 5) - 2), 1)
    return None


def _reason(bits: _Bits) -> int | None:
    user_defined = bits.take(1)
    value = bits.take(8)
    return None if user_defined else value


def moment_of(fix: TimeOfFix, said_at: datetime) -> datetime | None:
    """When that was: the last such moment until a minute after `said_at` (UTC), in this month or
    the one before; None where there is none."""
    latest, month = said_at + timedelta(minutes=1), said_at.replace(day=1)
    for first in (month, (month - timedelta(days=1)).replace(day=1)):
        try:
            moment = first.replace(
                day=fix.day, hour=fix.hour, minute=fix.minute, second=fix.second, microsecond=0
            )
        except ValueError:
            continue
        if moment <= latest:
            return moment
    return None
