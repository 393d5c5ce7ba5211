"""The base of every event: who said it, about what, and when (O4)."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Moment, Name, Said

ENDING = "end"
"""The aspect of a message that says that the thing is over."""


class Event(Said):
    """Something that happened, as a source said it.

    `source` is the configured name of the adapter, `id` the source's own key of the thing
    the event is about, `revision` a number that grows with each message about that thing:
    (source, id, revision) is said once; the same again changes nothing, other content under
    the same three is a conflict. `occurred_at` is the source's time, or the time of arrival
    where the source has none; the intake adds `received_at` beside the event.
    """

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    timed_on_arrival: ClassVar[bool] = False
    """True where `occurred_at` is our own reading: said again it differs, and is the same."""

    ours: ClassVar[bool] = False
    """True for what the service says to itself: nobody repeats it, nothing is remembered of it."""

    urgent: ClassVar[bool] = False
    """True for man-down: first in every queue, and taken whatever was said under its id before."""

    aspect: ClassVar[str] = ""
    """A later revision supersedes an earlier one that speaks of the same aspect of the thing: a
    new priority does not make an address that comes late untrue. ENDING supersedes all."""

    source: Name
    id: Name
    revision: Annotated[int, Field(ge=1)] = 1
    occurred_at: Moment
