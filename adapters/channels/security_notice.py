"""A physical assault to the system of the security team, by itself (R3): HTTP out, with retry,
idempotency key and receipt; docs/reports.md.

Told again with a later revision until a named person has taken it at the console: a receipt is no
person.
"""

from pydantic import Field

from adapters.codecs import reports
from adapters.wires.posting import Dialect, PostingChannel, PostingSettings
from middleware.ports import AdapterSpec, By, Kind, Way
from schemas.report import SecurityNotice

NAME = "security_notice"


class SecurityNoticeSettings(PostingSettings):
    """Section `[channel.security_notice]`."""

    url: str = Field(
        "http://127.0.0.1:8120/security/v1/notices",
        description="where the security team's system takes notices; https beyond this machine",
    )


class SecurityNotices(PostingChannel):
    """The channel `security_notice`."""

    name = NAME
    dialect = Dialect(
        SecurityNotice, reports.write, reports.key, reports.is_receipt, sent_as="notice"
    )


SPEC = AdapterSpec(Kind.CHANNEL, NAME, SecurityNoticeSettings, SecurityNotices, Way(by=By.SECURITY))
