"""Storage and forwarding of SDS-TL messages: validity and forward address (EN 300 392-2 clauses
29.4.3.5, 29.4.3.6, 29.4.3.12, 29.4.3.14)."""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

_S, _M, _H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

VALIDITIES: tuple[timedelta | None, ...] = (
    timedelta(0),
    *(10 * n * _S for n in range(1, 7)),
    *((n - 5) * _M for n in range(7, 11)),
    *(10 * (n - 10) * _M for n in range(11, 17)),
    *((n - 15) * _H for n in range(17, 22)),
    *(6 * (n - 20) * _H for n in range(22, 25)),
    *(48 * (n - 24) * _H for n in range(25, 31)),
    None,
)
"""Table 29.25 by its number, 0 to 31; None is for ever."""

SHORTEST = 1


class ForwardTo(IntEnum):
    """Type of the address to which a message is forwarded."""

    SNA = 0
    SSI = 1
    TSI = 2
    EXTERNAL = 3
    NOBODY = 7


_SIZES = {ForwardTo.SNA: 1, ForwardTo.SSI: 3, ForwardTo.TSI: 6, ForwardTo.NOBODY: 0}


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What the network does with a message that it cannot deliver at once. `validity` None is for
    ever; `address` as it stands on the wire."""

    validity: timedelta | None
    to: ForwardTo = ForwardTo.NOBODY
    address: bytes = b""


def validity_within(left: timedelta) -> int:
    """The number of the longest validity that ends before `left` is over, or the shortest there
    is: the network must not bring a note that is no longer in force."""
    return max(
        (n for n, long in enumerate(VALIDITIES) if n and long is not None and long <= left),
        default=SHORTEST,
    )


def write_forwarding(forwarding: Forwarding) -> bytes:
    """Validity, type of address, address."""
    number = VALIDITIES.index(forwarding.validity)
    return bytes([number << 3 | forwarding.to]) + forwarding.address


def read_forwarding(octets: bytes) -> tuple[Forwarding, int] | None:
    """It and its length in octets; None where it is cut or of an unknown type."""
    if not octets or octets[0] & 7 not in set(ForwardTo):
        return None
    to = ForwardTo(octets[0] & 7)
    size = _SIZES.get(to)
    if size is None:  # digits, two an octet, after their number
        size = 1 + -(-octets[1] // 2) if len(octets) > 1 else len(octets)
    if len(octets) < 1 + size:
        return None
    return Forwarding(VALIDITIES[octets[0] >> 3], to, octets[1 : 1 + size]), 1 + size
