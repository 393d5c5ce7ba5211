"""The scene-safety flag for an incident that was handed on, to the service that took it (N2, N7): a
BaRS message over HTTP, with retry, idempotency key and receipt; docs/bars.md.

No crew is told by it. Sending twice is harmless by hand-on and revision, and a flag counts as there
when their system said so; nobody has read it by that.
"""

from pydantic import Field

from adapters.codecs import bars_flag
from adapters.wires.posting import Dialect, PostingChannel, PostingSettings
from middleware.ports import AdapterSpec, By, Kind, Way
from schemas.hand_on import SceneFlags

NAME = "bars_flag"


class BarsFlagSettings(PostingSettings):
    """Section `[channel.bars_flag]`."""

    url: str = Field(
        "http://127.0.0.1:8111/bars/v1/$process-message",
        description="where BaRS messages are posted to: the proxy, or the other service itself; "
        "https beyond this machine. That it is there is seen at `metadata` beside it",
    )

    @property
    def look_at(self) -> str:
        return f"{self.url.rpartition('/')[0]}/metadata"


class BarsFlag(PostingChannel):
    """The channel `bars_flag`."""

    name = NAME
    dialect = Dialect(
        SceneFlags,
        bars_flag.write,
        bars_flag.key,
        bars_flag.is_receipt,
        sent_as="flag",
        content_type=bars_flag.CONTENT_TYPE,
        headers=bars_flag.headers,
        answer_limit=bars_flag.LIMIT,
    )


SPEC = AdapterSpec(Kind.CHANNEL, NAME, BarsFlagSettings, BarsFlag, Way(by=By.SERVICE))
