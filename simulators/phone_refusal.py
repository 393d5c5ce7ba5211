"""A phone on which somebody presses "decline": SIP 603 over UDP, which the SIP stack cannot say."""

import asyncio
from collections.abc import Callable
from typing import cast

ECHOED = ("via", "from", "to", "call-id", "cseq")
"""Header fields that an answer repeats (RFC 3261, 8.2.6)."""


class Decliner(asyncio.DatagramProtocol):
    """Answers every INVITE with 603 Decline; `declined` is called with the called user."""

    def __init__(self, declined: Callable[[str], None]) -> None:
        self._declined = declined
        self._seen: set[str] = set()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        head = data.decode(errors="replace").partition("\r\n\r\n")[0].split("\r\n")
        if not head[0].startswith("INVITE sip:") or self._transport is None:
            return
        fields = [line for line in head[1:] if line.partition(":")[0].lower() in ECHOED]
        call = next((line for line in fields if line.lower().startswith("call-id")), "")
        if call not in self._seen:
            self._seen.add(call)
            self._declined(head[0].removeprefix("INVITE sip:").partition("@")[0])
        self._transport.sendto(_answer(fields), addr)


def _answer(fields: list[str]) -> bytes:
    said = [line + ";tag=declined" if line.lower().startswith("to:") else line for line in fields]
    return "\r\n".join(["SIP/2.0 603 Decline", *said, "Content-Length: 0", "", ""]).encode()
