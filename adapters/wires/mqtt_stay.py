"""Connected to a broker again and again, with pauses that grow; told with a remedy (O1)."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

import aiomqtt
import structlog

from adapters.wires.mqtt_connection import Connection, NotGranted
from middleware.ops.redaction import Fixed
from middleware.ports import World

FIRST_PAUSE = timedelta(milliseconds=100)
LONGEST_PAUSE = timedelta(seconds=5)

log = structlog.get_logger()


class Comings(Protocol):
    """Who is told of the connection coming and going: a Presence, where it is a source's."""

    def connected(self) -> None: ...
    def lost(self, reason: str) -> None: ...


async def stay_connected(
    name: str,
    world: World,
    presence: Comings,
    connected: Callable[[], AbstractAsyncContextManager[Connection]],
    use: Callable[[Connection], Awaitable[str]],
) -> None:
    """Never returns. `use` is given each connection and says how it ended (Connection.ended)."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with connected() as connection:
                pause = FIRST_PAUSE
                presence.connected()
                log.info("broker_connected", adapter=name)
                ended = await use(connection)
        except (aiomqtt.MqttError, OSError) as fault:
            ended = _reason(fault)
        presence.lost(ended)
        delay = pause * (1 + world.random.random()) / 2
        log.warning(
            "no_broker",
            adapter=name,
            reason=Fixed(ended),
            remedy=Fixed(REMEDIES[ended]),
            again_in=str(delay),
        )
        await world.clock.sleep(delay)
        pause = min(2 * pause, LONGEST_PAUSE)


def _reason(fault: Exception) -> str:
    """A code for what went wrong, and nothing of what the other side said."""
    match fault:
        case NotGranted():
            return "not_granted"
        case aiomqtt.exceptions.MqttConnectError():
            return "refused"
        case aiomqtt.MqttError():
            return "untrusted" if "certificate" in str(fault).lower() else "unreachable"
    return "unreadable"


REMEDIES = {
    "closed": "if it comes again, see the broker's own log",
    "silent": "see whether the broker still runs",
    "not_granted": "let our account hear the topics of the other side",
    "refused": "mend user name or password in its section",
    "untrusted": "give the authority of the broker's certificate in its section",
    "unreachable": "see whether the broker runs where its section says",
    "unreadable": "see the password and TLS files of its section",
}
