"""What a site calls its own on its telephone exchange, and how numbers are read (C2)."""

from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from middleware.ports import Problem
from schemas.base import Code, Name

LONGEST_NUMBER = 40


class Headers(Protocol):
    """A message of an exchange: names and values."""

    def first(self, key: str) -> str:
        """The value; "" without it."""
        ...


class Dialect(BaseModel):
    """How this site's exchange and dialplan speak; the defaults are those of docs/telephony.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exchange: Code = Field(
        "pbx", description="a name for this exchange, part of every call's id; never change it"
    )
    contexts: tuple[Name, ...] = Field(
        ("in999",),
        description="dialplan contexts in which emergency calls come in; needed to find calls "
        "again after a cut",
    )
    call_events: tuple[Name, ...] = Field(
        ("EmergencyCall", "UrgentCareCall"),
        description="user events that announce an emergency call",
    )
    number_header: Name = Field("CLI", description="their header with the caller's number")
    warning_event: Name = Field(
        "CallWarning", description="user event: the handler warned the caller"
    )
    warning_header: Name = Field("Warning", description="its header with which warning, 1 to 9")
    terminated_event: Name = Field(
        "AbusiveCallTerminated", description="user event: ended under the call-termination policy"
    )
    ground_header: Name = Field("Ground", description="its header with the ground")
    category_header: Name = Field("Category", description="its header with the category")
    handler_header: Name = Field(
        "Handler", description="header with the handler in both events about abuse"
    )


def read_number(given: str) -> str | Problem | None:
    """The number as given; None when withheld (`anonymous`, `<unknown>`, nothing: no digit)."""
    number = given.strip()
    if not any(c.isdigit() for c in number.partition("@")[0]):
        return None
    if len(number) > LONGEST_NUMBER or not number.isprintable():
        return Problem("number", f"must be at most {LONGEST_NUMBER} printable characters")
    return number
