"""Calls from an Asterisk exchange, by listening to its Manager Interface (C2, A1, O4).

docs/telephony.md says how to set it up and what is read.
"""

from typing import Annotated

from pydantic import Field

from adapters.codecs.ami_calls import AmiTranslator
from adapters.sources.ami_session import PRIMER, AmiSession
from adapters.sources.exchange import Exchange, ExchangeSettings
from adapters.sources.exchange_link import Why
from adapters.sources.exchange_session import OnListed
from middleware.ops.listening import ConnectTo, HostPort
from middleware.ports import AdapterSpec, Intake, Kind, Wire, World

NAME = "asterisk_ami"

REMEDIES = {
    Why.UNREACHABLE: "check that Asterisk runs with manager.conf enabled, then connect, tls and "
    "tls_ca_file in [source.asterisk_ami]",
    Why.CLOSED: "if this repeats, look at the log of the exchange",
    Why.SILENT: "pings had no answer: look at the network on the way to the exchange",
    Why.LIST_MISSING: "the list of channels never ended: look at the load of the exchange",
    Why.NOT_AMI: "what listens there does not greet like Asterisk: check connect and tls in "
    "[source.asterisk_ami]",
    Why.LOGIN_REFUSED: "check username and password_file in [source.asterisk_ami] against secret, "
    "permit and deny in manager.conf",
    Why.NO_SIGN_IN: "write the secret of the manager.conf user into password_file, then chmod 600",
}


class AsteriskAmiSettings(ExchangeSettings):
    """`[source.asterisk_ami]`"""

    connect: ConnectTo = Field(
        HostPort("127.0.0.1", 5038), description="where the Manager Interface listens, host:port"
    )
    username: Annotated[str, Field(pattern=r"^[!-~]{1,200}$")] = Field(
        "forewarn", description="the user's name in manager.conf, whose secret password_file has"
    )


class AsteriskAmi(Exchange):
    """The source `asterisk_ami`."""

    primer = PRIMER

    def __init__(
        self, settings: AsteriskAmiSettings, world: World, wire: Wire | None = None
    ) -> None:
        super().__init__(NAME, settings, world, AmiTranslator(NAME, settings), REMEDIES, wire)
        self._settings = settings

    async def _converse(self, secret: str, intake: Intake, on_listed: OnListed) -> None:
        async with self._link() as link:
            session = AmiSession(NAME, self._translator, intake, self._world, on_listed, link)
            await session.run(self._settings.username, secret, self._settings.list_within)


def _make(settings: AsteriskAmiSettings, world: World) -> AsteriskAmi:
    return AsteriskAmi(settings, world)


SPEC = AdapterSpec(Kind.SOURCE, NAME, AsteriskAmiSettings, _make, play=AsteriskAmi)
