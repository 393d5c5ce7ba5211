"""The letter that is proposed after a call was ended for abuse (A2): a draft that a named person
words, sends or drops. It repeats nothing that was said and names nobody of the staff (N8)."""

import re
from datetime import datetime

from middleware.domain.calendar import LONDON
from middleware.domain.reporting import sub_category
from schemas.marker import Category

PLACES = ("date", "time", "number", "category", "service", "reference")
"""What may stand in braces in a letter."""
LETTER = """\
Reference: {reference}

Dear Sir or Madam,

On {date} at {time} a call was made to us from the telephone number {number}. The person who took
it had to end it because of how they were spoken to ({category}).

Our staff are there to help, and nobody may abuse or threaten them. Please do not speak to them in
this way again. We may tell the police of calls like this one.

Whoever needs us will always be answered. If the call was not made by you, or if something about
your health was the cause, please tell us.

Yours faithfully,
{service}
"""
_PLACE = re.compile(r"\{([a-z_]*)\}")


def unknown_places(template: str) -> list[str]:
    """What stands in braces there and is nothing that can be filled in."""
    return [name for name in _PLACE.findall(template) if name not in PLACES]


def letter(
    template: str,
    *,
    rang_at: datetime,
    number: str,
    category: Category | None,
    service: str,
    reference: str,
) -> str:
    """The draft; what nobody said of the call is left general, never guessed."""
    at = rang_at.astimezone(LONDON)
    filled = {
        "date": f"{at.day} {at:%B %Y}",
        "time": f"{at:%H:%M}",
        "number": number,
        "category": sub_category(category).lower() or "abusive behaviour",
        "service": service,
        "reference": reference,
    }
    return _PLACE.sub(lambda found: filled.get(found[1], found[0]), template)
