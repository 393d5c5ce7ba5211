"""What goes to a desk of the police, or of others who are asked for help (P1, P2)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from schemas.back_up import Because
from schemas.base import Code, Moment, Name, Said, Text
from schemas.police import Threat, Wanted


class DeskRequest(Said):
    """One revision of a request, or with `withdrawn` its standing down. `note` is the request,
    `incident` the number it has in the CAD, `words` what is read out, `asked_of` whom this step of
    the escalation asks, and `because` why it came to it."""

    note: Code
    revision: Annotated[int, Field(ge=1)]
    expires_at: Moment
    withdrawn: bool = False
    incident: Name | None = None
    service_day: date | None = None
    wanted: Wanted = Wanted.POLICE
    asked_of: Name = "police"
    because: Because | None = None
    words: Annotated[tuple[Text, ...], Field(max_length=40)] = ()
    threat: Threat = Threat()
