"""Asterisk's REST Interface as a client reaches it: requests, and one WebSocket for the events."""

import ssl
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import aiohttp

MOST_MESSAGE = 1_000_000
"""Bytes of one WebSocket message; with more, the connection is closed."""
CLOSING = timedelta(seconds=1)
"""For the other side to say goodbye."""


def signed_in(
    username: str, secret: str, tls: ssl.SSLContext | None, within: timedelta
) -> aiohttp.ClientSession:
    """A session whose requests carry the sign-in, and have an answer `within`."""
    return aiohttp.ClientSession(
        headers={"Authorization": aiohttp.encode_basic_auth(username, secret)},
        timeout=aiohttp.ClientTimeout(total=within.total_seconds()),
        connector=aiohttp.TCPConnector(ssl=tls or True),
    )


def events(
    session: aiohttp.ClientSession,
    url: str,
    application: str,
    *,
    everything: bool = False,
    heartbeat: timedelta | None = None,
) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
    """The events of our application; `everything`: of the whole exchange. Without a `heartbeat`
    pings and pongs are for the caller to see and to answer."""
    asked = {"app": application, "subscribeAll": str(everything).lower()}
    return session.ws_connect(
        f"{url}/events",
        params=asked,
        heartbeat=heartbeat.total_seconds() if heartbeat else None,
        autoping=heartbeat is not None,
        max_msg_size=MOST_MESSAGE,
        timeout=aiohttp.ClientWSTimeout(ws_close=CLOSING.total_seconds()),
    )
