"""`[abuse]` and `[frequent_callers]`: what is known of who rings, and for how long (A2, M6)."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from middleware.domain import rules
from middleware.domain.letter_wording import LETTER, PLACES, unknown_places
from middleware.ops.durations import Between, Duration
from schemas.abuse import SharedBy
from schemas.base import Name, Phone

LONGEST_LETTER = 2_000


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SharedNumber(_Row):
    """A number from which many people ring: it stands for no person (A2)."""

    number: Phone = Field(description="in the form of E.164: +441632960123")
    by: SharedBy = Field(description="who shares it")


class HandlerGroup(_Row):
    """Handlers who are counted together."""

    name: Name = Field(description="of the group, in the figures")
    handlers: Annotated[tuple[Name, ...], Field(max_length=1_000)] = Field(
        description="as the exchange names them"
    )


class Abuse(_Row):
    """The abusive-call ledger."""

    shared: Annotated[tuple[SharedNumber, ...], Field(max_length=10_000)] = Field(
        (),
        description="payphones, switchboards, care homes, hostels: shown as such, no person's",
    )
    group: Annotated[tuple[HandlerGroup, ...], Field(max_length=1_000)] = Field(
        (), description="groups of handlers, for the figures"
    )
    letter_file: Path | None = Field(
        None,
        description="text of the letter drafted after a call was ended for abuse, in UTF-8; "
        f"filled in: {', '.join(f'{{{name}}}' for name in PLACES)}; without it: our own",
    )
    letter_from: Name = Field("The ambulance service", description="who writes that letter")

    @field_validator("letter_file")
    @classmethod
    def _can_be_filled_in(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        try:
            text = value.read_text(encoding="utf-8")
        except (OSError, ValueError):
            raise ValueError("cannot be read as UTF-8; give a file that can") from None
        if wrong := unknown_places(text):
            raise ValueError(f"nothing is known to fill in {{{wrong[0]}}}; mend the letter")
        if not text.strip() or len(text) > LONGEST_LETTER:
            raise ValueError(f"is empty, or longer than {LONGEST_LETTER} characters; shorten it")
        return value

    def letter(self) -> str:
        """As it is drafted."""
        return self.letter_file.read_text(encoding="utf-8") if self.letter_file else LETTER


class Often(_Row):
    """So many calls from one number make a frequent caller."""

    calls: Annotated[int, Field(ge=2, le=100)] = Field(
        description="calls, the present one included"
    )
    within: Annotated[Duration, Between("1d", "366d")] = Field(description="counted back from it")

    @field_validator("within")
    @classmethod
    def _whole_days(cls, value: Duration) -> Duration:
        if value.seconds or value.microseconds:
            raise ValueError("is no number of whole days; give one, for example 30d")
        return value


class FrequentCallers(_Row):
    """Frequent callers. Rings are kept as long as the longest of these, and no longer."""

    often: Annotated[tuple[Often, ...], Field(max_length=5)] = Field(
        tuple(Often(calls=one.calls, within=one.within) for one in rules.OFTEN),
        description="any of these; none: rings are neither counted nor kept",
    )

    def rules(self) -> tuple[rules.Often, ...]:
        """As the engine has them."""
        return tuple(rules.Often(calls=one.calls, within=one.within) for one in self.often)
