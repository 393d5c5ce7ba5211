"""What every message has in common: frozen, strict, nothing unknown let through."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _must_be_aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must carry a UTC offset, for example 2026-01-31T09:30:00Z")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the calendar in UTC") from None


Moment = Annotated[datetime, AfterValidator(_must_be_aware)]
"""An instant; read with any UTC offset, kept in UTC."""

Text = Annotated[str, Field(max_length=2_000)]
"""Free words, bounded so that no single field can fill a queue."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
"""A key, code or short label; never empty."""

CODE = r"^[A-Za-z0-9_-]{1,32}$"
Code = Annotated[str, Field(pattern=CODE)]
"""What may stand in an MQTT topic level and a broker permission: call sign, device, room."""


Address = Annotated[str, Field(pattern=r"^\+?[A-Za-z0-9_-]{1,32}$")]
"""Where a channel reaches somebody: a device, a radio, a telephone number, an incident."""


def _short_form(value: str) -> str:
    """A radio is known by its ISSI: the last eight digits of the long form (TSI)."""
    issi = value[-8:].lstrip("0")
    if not issi or int(issi) > MOST_ISSI:
        raise ValueError(f"is no radio; give its ISSI, 1 to {MOST_ISSI}")
    return issi


MOST_ISSI = 2**24 - 1
Radio = Annotated[str, Field(pattern=r"^([0-9]{1,8}|[0-9]{15,17})$"), AfterValidator(_short_form)]
"""A TETRA radio by its individual number; given in the long form (TSI), kept in the short one."""

Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
"""A telephone number in the form of E.164: +447700900123."""


class Said(BaseModel):
    """Base of everything said on a wire or kept in the journal."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
