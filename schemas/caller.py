"""Where a caller is, as the telephone itself says (AML), or a look-up by number (C2, C3)."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from schemas.base import Moment, Said
from schemas.check import Whereabouts
from schemas.event import Event

MOST_RADIUS_M = 1_000_000


class FixBy(StrEnum):
    """How a telephone found its position."""

    SATELLITE = "satellite"
    WIFI = "wifi"
    CELL = "cell"
    UNKNOWN = "unknown"


class Circle(Said):
    """A position in degrees (WGS 84): with `confidence` per cent it is within `radius_m` metres.
    `fixed_at`: when it was so; None where that could not be read."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    radius_m: Annotated[float, Field(gt=0, le=MOST_RADIUS_M)]
    confidence: Annotated[int, Field(ge=1, le=100)] | None = None
    fix: FixBy = FixBy.UNKNOWN
    fixed_at: Moment | None = None


class CallerEvent(Event):
    """About whoever rings from `number`: it comes beside the call, often after it."""

    timed_on_arrival: ClassVar[bool] = True
    number: Annotated[str, Field(min_length=1, max_length=40)]


class CallerLocated(CallerEvent):
    """The telephone said where it is."""

    kind: ClassVar[str] = "caller.located"
    circle: Circle


class LookedUp(StrEnum):
    """What became of a look-up. FAILED: nothing can be said of where the number belongs (C4)."""

    FOUND = "found"
    NONE = "none"
    FAILED = "failed"


class CallerLookedUp(CallerEvent):
    """A directory was asked whose number it is. `place` exactly when it was found."""

    kind: ClassVar[str] = "caller.looked_up"
    result: LookedUp
    place: Whereabouts | None = None

    @model_validator(mode="after")
    def _place_when_found(self) -> "CallerLookedUp":
        if (self.place is not None) is not (self.result is LookedUp.FOUND):
            raise ValueError("a place is given when it was found, and only then")
        return self


class CallerPlace(Whereabouts):
    """The question about a caller: what Whereabouts has, and the circle its position is the middle
    of. Only asked, never kept."""

    radius_m: float | None = None
    confidence: int | None = None
