"""A note as one line for a radio (N4, N8): the risk word first, at most 80 signs of Latin-1.

A radio is heard and read by others too: neither what happened nor an address goes over it. Who
reads it knows where it is going, and asks for more by status or through the EOC.
"""

from datetime import date, datetime

from middleware.domain import wording
from schemas.decision import Ended
from schemas.marker import Marker, Scope
from schemas.told import LINE, RadioText

_SCOPE = {
    Scope.DWELLING: "this dwelling",
    Scope.HOUSE: "this house",
    Scope.BUILDING: "whole building",
    Scope.SITE: "whole site",
    Scope.PERSON: "the person",
}
_NOT_LATIN = str.maketrans(
    {
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{HORIZONTAL ELLIPSIS}": "..",
        "\N{EURO SIGN}": "EUR",
    }
)


def radio_text(
    marker: Marker,
    *,
    note: str,
    revision: int,
    incident: str,
    expires_at: datetime,
    today: date,
) -> RadioText:
    """Risk, incident, how serious, how old, what it covers; what does not fit is left out from
    the end, whole words at a time."""
    risk = f"{wording.risk_word(marker)} inc {incident}: {marker.severity}"
    words = (risk, wording.age(marker, today), _SCOPE[marker.scope], "see MDT or ask EOC")
    return RadioText(
        note=note,
        revision=revision,
        incident=incident,
        expires_at=expires_at,
        text=in_one_line(words),
    )


def radio_withdrawal(
    *, note: str, revision: int, incident: str, expires_at: datetime, ended: Ended
) -> RadioText:
    """Takes a note back from a radio (N7)."""
    return RadioText(
        note=note,
        revision=revision,
        incident=incident,
        expires_at=expires_at,
        withdrawn=True,
        text=in_one_line((f"WITHDRAWN inc {incident}", wording.ended_in_words(ended))),
    )


def in_one_line(words: tuple[str, ...]) -> str:
    """As many of the parts as fit, the first one cut if it must be; nothing but Latin-1."""
    line = ""
    for part in map(latin, words):
        longer = f"{line}, {part}" if line else part
        if line and len(longer) > LINE - ROOM:
            break
        line = longer
    return line[: LINE - ROOM]


ROOM = 4
"""Signs kept free for the word that says it is repeated."""


def latin(words: str) -> str:
    """The words in Latin-1, without signs that a radio would not show."""
    plain = words.translate(_NOT_LATIN).encode("latin-1", "replace").decode("latin-1")
    return "".join(sign if sign.isprintable() else " " for sign in plain)
