"""What the sources of contracts have in common: whose words they bring, and TLS (E2)."""

from pydantic import Field

from adapters.wires.doorway import ServerTls
from schemas.base import Code


class CadSettings(ServerTls):
    """Settings that every CAD source has."""

    said_by: Code = Field(
        "cad", description="name of the CAD; ways in that the same CAD uses have the same name"
    )
