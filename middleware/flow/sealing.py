"""How a part of a record is sealed, and how header and parts lie in the stored bytes.

The cipher is AES-256-GCM-SIV (RFC 8452). The nonce follows from (token, position, part): a
writer's token is never given twice and a writer decides a position once, so a nonce is used
once. Three accidents could break that: a batch decided anew after a failed append, a store put
back from a backup (its tokens begin again), two rooms that share a key. Plain GCM would then
give away both texts and its authentication key; the SIV form shows at most that two sealed
parts are equal. That is worth its 2 microseconds a part.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

PART_NUMBERS = {"event": 1, "decisions": 2, "snapshot": 3, "index": 4}
"""What the same writer seals at the same position must differ here."""
_LENGTH = 4


class BadSeal(ValueError):
    """The bytes are not what was sealed under this key at this place."""


@lru_cache(maxsize=256)
def _cipher(key: bytes) -> AESGCMSIV:
    return AESGCMSIV(key)


def _nonce(token: int, position: int, part: str) -> bytes:
    return b"%b%b%c" % (token.to_bytes(5), position.to_bytes(6), PART_NUMBERS[part])


def seal_part(plain: bytes, key: bytes, header: bytes, place: tuple[int, int, str]) -> bytes:
    """`place` is (token, position, part name); the header is authenticated with the part."""
    return _cipher(key).encrypt(_nonce(*place), plain, header)


def open_part(sealed: bytes, key: bytes, header: bytes, place: tuple[int, int, str]) -> bytes:
    """Raises BadSeal when a bit of the part, the header or the place is another."""
    try:
        return _cipher(key).decrypt(_nonce(*place), sealed, header)
    except (InvalidTag, OverflowError) as error:
        raise BadSeal from error


def frame(pieces: tuple[bytes, ...]) -> bytes:
    """Each piece behind its length: 4 bytes, big-endian."""
    return b"".join([part for piece in pieces for part in (len(piece).to_bytes(_LENGTH), piece)])


def unframe(data: bytes) -> list[bytes]:
    """The pieces; ValueError when the lengths do not add up to exactly these bytes."""
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + _LENGTH + int.from_bytes(data[at : at + _LENGTH])
        if at + _LENGTH > len(data) or end > len(data):
            raise ValueError("the lengths do not add up")
        pieces.append(data[at + _LENGTH : end])
        at = end
    return pieces
