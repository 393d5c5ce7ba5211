"""A WebSocket text message as it goes on the wire, made once for all screens (RFC 6455, 5.2)."""

import struct

_TEXT_AND_FINAL = 0x81
_SHORT, _MEDIUM = 126, 1 << 16


def text_frame(payload: bytes) -> bytes:
    """One unmasked, uncompressed text message in one frame, as a server sends it."""
    length = len(payload)
    if length < _SHORT:
        header = struct.pack("!BB", _TEXT_AND_FINAL, length)
    elif length < _MEDIUM:
        header = struct.pack("!BBH", _TEXT_AND_FINAL, 126, length)
    else:
        header = struct.pack("!BBQ", _TEXT_AND_FINAL, 127, length)
    return header + payload
