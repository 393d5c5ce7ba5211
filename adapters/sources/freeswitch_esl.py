"""Calls from a FreeSWITCH exchange, by listening to its event socket (C2, A1, O4).

docs/freeswitch.md says how to set it up and what is read.
"""

from pydantic import Field

from adapters.codecs.esl_calls import EslDialect, EslTranslator
from adapters.sources.esl_session import PRIMER, EslSession
from adapters.sources.exchange import Exchange, ExchangeSettings
from adapters.sources.exchange_link import Why
from adapters.sources.exchange_session import OnListed
from middleware.ops.listening import ConnectTo, HostPort
from middleware.ports import AdapterSpec, Intake, Kind, Wire, World

NAME = "freeswitch_esl"

REMEDIES = {
    Why.UNREACHABLE: "check that FreeSWITCH runs with mod_event_socket, then connect, tls and "
    "tls_ca_file in [source.freeswitch_esl]",
    Why.CLOSED: "if this repeats, look at the log of the exchange",
    Why.SILENT: "pings had no answer: look at the network on the way to the exchange",
    Why.LIST_MISSING: "the list of channels never came: look at the load of the exchange",
    Why.GARBLED: "the stream could not be followed and is begun anew; if this repeats, look at "
    "what is between here and the exchange",
    Why.NOT_ESL: "what listens there does not greet like an event socket: check connect and tls "
    "in [source.freeswitch_esl]",
    Why.LOGIN_REFUSED: "check password_file in [source.freeswitch_esl] against password and "
    "apply-inbound-acl in event_socket.conf.xml",
    Why.NO_SIGN_IN: "write the password of event_socket.conf.xml into password_file, chmod 600",
}


class FreeswitchEslSettings(EslDialect, ExchangeSettings):
    """`[source.freeswitch_esl]`"""

    connect: ConnectTo = Field(
        HostPort("127.0.0.1", 8021), description="where the event socket listens, host:port"
    )


class FreeswitchEsl(Exchange):
    """The source `freeswitch_esl`."""

    primer = PRIMER

    def __init__(
        self, settings: FreeswitchEslSettings, world: World, wire: Wire | None = None
    ) -> None:
        super().__init__(NAME, settings, world, EslTranslator(NAME, settings), REMEDIES, wire)
        self._settings = settings

    async def _converse(self, secret: str, intake: Intake, on_listed: OnListed) -> None:
        async with self._link() as link:
            session = EslSession(NAME, self._translator, intake, self._world, on_listed, link)
            await session.run(self._settings, secret, self._settings.list_within)


def _make(settings: FreeswitchEslSettings, world: World) -> FreeswitchEsl:
    return FreeswitchEsl(settings, world)


SPEC = AdapterSpec(Kind.SOURCE, NAME, FreeswitchEslSettings, _make, play=FreeswitchEsl)
