"""Requests for police to a desk that takes them (P2): HTTP out, with retry, idempotency key and
receipt. A receipt is no answer: that comes back by `police_answers`, or is logged by a person."""

from pydantic import Field

from adapters.codecs import police
from adapters.codecs.cad_notes import is_receipt, key
from adapters.wires.posting import Dialect, PostingChannel, PostingSettings
from middleware.ports import AdapterSpec, By, Kind, Way
from schemas.desk import DeskRequest

NAME = "police_desk"


class PoliceDeskSettings(PostingSettings):
    """Section `[channel.police_desk]`."""

    url: str = Field(
        "http://127.0.0.1:8111/back-up/v1/requests",
        description="where the desk takes requests; https beyond this machine",
    )


class PoliceDesk(PostingChannel):
    """The channel `police_desk`."""

    name = NAME
    dialect = Dialect(DeskRequest, police.write, key, is_receipt, sent_as="request")


SPEC = AdapterSpec(Kind.CHANNEL, NAME, PoliceDeskSettings, PoliceDesk, Way(by=By.DESK))
