"""MQTT 3.1.1 packets by hand: as little as a measuring instrument can cost."""

import asyncio
from collections.abc import Callable
from typing import cast

CONNACK, PUBLISH, PUBACK, SUBACK = 0x20, 0x30, 0x40, 0x90


def _length(size: int) -> bytes:
    out = bytearray()
    while True:
        size, digit = divmod(size, 128)
        out.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(out)


def _text(value: str) -> bytes:
    data = value.encode()
    return len(data).to_bytes(2, "big") + data


def packet(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _length(len(body)) + body


def connect_packet(client: str) -> bytes:
    return packet(0x10, _text("MQTT") + b"\x04\x02\x00\x3c" + _text(client))


def publish_packet(topic: str, payload: bytes, identifier: int) -> bytes:
    """QoS 1."""
    return packet(0x32, _text(topic) + identifier.to_bytes(2, "big") + payload)


def publish_0_packet(topic: str, payload: bytes) -> bytes:
    """QoS 0."""
    return packet(0x30, _text(topic) + payload)


def subscribe_packet(pattern: str) -> bytes:
    """QoS 0: a device's own acknowledgements are not what is measured."""
    return packet(0x82, b"\x00\x01" + _text(pattern) + b"\x00")


class Client(asyncio.Protocol):
    """A connection; `on_publish(topic, payload)` gets what arrives."""

    def __init__(self, name: str, on_publish: Callable[[bytes, bytes], None] | None = None) -> None:
        self._name, self._on_publish = name, on_publish
        self._rest = b""
        self.connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.write = cast(asyncio.Transport, transport).write
        self.write(connect_packet(self._name))

    def data_received(self, data: bytes) -> None:
        data, at = self._rest + data, 0
        while True:
            size, shift, here = 0, 0, at + 1
            while here < len(data):
                digit = data[here]
                size |= (digit & 0x7F) << shift
                here, shift = here + 1, shift + 7
                if not digit & 0x80:
                    break
            else:
                break
            if here + size > len(data):
                break
            self._packet(data[at], data[here : here + size])
            at = here + size
        self._rest = data[at:]

    def _packet(self, first: int, body: bytes) -> None:
        kind = first & 0xF0
        if kind == PUBLISH and self._on_publish is not None:
            size = int.from_bytes(body[:2], "big")
            start = 2 + size + (2 if first & 0x06 else 0)
            self._on_publish(body[2 : 2 + size], body[start:])
        elif kind == CONNACK:
            self.connected.set_result(None)
        elif kind == SUBACK:
            self.subscribed.set_result(None)
