"""Telephones that the SIP stack cannot play: that decline with 603, or are not there at all."""

import asyncio
from collections.abc import Callable
from typing import cast

ECHOED = ("via", "from", "to", "call-id", "cseq")
"""Header fields that an answer repeats (RFC 3261, 8.2.6)."""


class Refusal(asyncio.DatagramProtocol):
    """Answers every INVITE with 603 Decline, or, `lost`, with nothing; `refused` is called with
    the called user."""

    def __init__(self, refused: Callable[[str], None], *, lost: bool) -> None:
        self._refused, self._lost = refused, lost
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
            self._refused(head[0].removeprefix("INVITE sip:").partition("@")[0])
        if not self._lost:
            self._transport.sendto(_answer(fields), addr)


async def refuse_all(host: str, port: int, say: Callable[[str], None], *, lost: bool) -> None:
    """Until cancelled; `say` gets a line for each call."""
    what = "called in vain" if lost else "declined"
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Refusal(lambda number: say(f"{number} {what}"), lost=lost), (host, port)
    )
    say(f"listening on {host}:{port}")
    try:
        await asyncio.Event().wait()
    finally:
        transport.close()


def _answer(fields: list[str]) -> bytes:
    said = [line + ";tag=declined" if line.lower().startswith("to:") else line for line in fields]
    return "\r\n".join(["SIP/2.0 603 Decline", *said, "Content-Length: 0", "", ""]).encode()
