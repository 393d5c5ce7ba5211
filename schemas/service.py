"""What happens to the service itself and its sources (O1, O4, E3)."""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from schemas.base import Name, Text
from schemas.event import Event

RAW_KEPT = 65_536
JOURNAL = "journal"
"""Under this name the journal stands among the sources: it can be cut off as they can."""


class BuildStarted(Event):
    """The service started: configuration is state, and part of what was known when."""

    kind: ClassVar[str] = "build.started"
    ours: ClassVar[bool] = True
    build: Name
    matcher: Name
    rules: Annotated[str, Field(max_length=1_000_000)]
    """JSON of the rules that decisions depend on (middleware.domain.rules)."""
    configuration: Annotated[str, Field(max_length=2_000_000)]


class SourceConnected(Event):
    """The source named by `id` is connected; `resynced` when it gave its present state."""

    kind: ClassVar[str] = "source.connected"
    ours: ClassVar[bool] = True
    resynced: bool = False


class SourceLost(Event):
    """The source named by `id` is cut off; `gap` when what happens meanwhile is lost for good."""

    kind: ClassVar[str] = "source.lost"
    ours: ClassVar[bool] = True
    reason: Name
    gap: bool


class Refused(Event):
    """Input that could not be taken: in quarantine with its raw bytes (at most RAW_KEPT).

    `field` and `reason` say what to mend; `conflict` when the same id came with other content.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    kind: ClassVar[str] = "input.refused"
    ours: ClassVar[bool] = True
    field: Name
    reason: Text
    raw: Annotated[bytes, Field(max_length=RAW_KEPT)]
    size: Annotated[int, Field(ge=0)]
    conflict: bool = False


class JournalAway(Event):
    """The journal cannot be written. What comes behind position `after` is kept beside it, in the
    spool, or, worse, `in_memory` alone: it was told to people before it was on record."""

    kind: ClassVar[str] = "journal.away"
    ours: ClassVar[bool] = True
    urgent: ClassVar[bool] = True
    after: Annotated[int, Field(ge=0)]
    in_memory: bool


class JournalBack(Event):
    """The journal has what was kept beside it: the positions behind `after`, up to `until`."""

    kind: ClassVar[str] = "journal.back"
    ours: ClassVar[bool] = True
    after: Annotated[int, Field(ge=0)]
    until: Annotated[int, Field(ge=0)]


class ProbesLost(Event):
    """What the channel named by `id` accepts does not arrive: probes have not come back."""

    kind: ClassVar[str] = "probes.lost"
    ours: ClassVar[bool] = True


class ProbesBack(Event):
    """Probes of the channel named by `id` come back again."""

    kind: ClassVar[str] = "probes.back"
    ours: ClassVar[bool] = True


class SignedIn(Event):
    """A person signed in at the console (E1)."""

    kind: ClassVar[str] = "person.signed_in"
    by: Name
    role: Name
