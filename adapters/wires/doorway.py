"""What everything that listens has in common: TLS, who may speak, and what is said when the address
cannot be had (E2)."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from middleware.ops.access import Role, may
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ops.tokens import digest, read_holder


class ServerTls(BaseModel):
    """Settings of a server's certificate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    certificate: Path | None = Field(
        None, description="file with the certificate chain (PEM); without one there is no TLS"
    )
    key: Path | None = Field(None, description="file with the private key of the certificate (PEM)")

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.certificate is None) is not (self.key is None):
            raise ValueError("TLS needs certificate and key: give both files, or neither")
        return self

    def tls(self) -> ssl.SSLContext | None:
        """The server's TLS context; Trouble when the files cannot be used."""
        if self.certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self.certificate, self.key)
        except OSError as fault:
            what = f"the certificate {self.certificate} and its key cannot be used"
            raise Trouble(what, "give a PEM certificate, and the key that belongs to it") from fault
        return context


def cannot_listen(adapter: str, address: HostPort, kind: str = "source") -> Trouble:
    """What is said when the address of the adapter cannot be had."""
    remedy = f"end the program that listens there, or set listen in [{kind}.{adapter}]"
    return Trouble(f"{adapter} cannot listen at {address}", remedy)


def role_of(token: str, tokens: Mapping[str, str]) -> Role | None:
    """Who holds the token: found by digest, so that timing tells nothing of the tokens kept."""
    holder = tokens.get(digest(token))
    return read_holder(holder).role if holder else None


def may_speak(token: str, tokens: Mapping[str, str], action: str) -> bool:
    """Whether the holder of the token may do `action` (a rule of the access table)."""
    role = role_of(token, tokens)
    return role is not None and may(role, action)
