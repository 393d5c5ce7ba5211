"""What a TETRA radio writes and reads on its Peripheral Equipment Interface, with an encoder of
its own (O3): ETSI TS 100 392-5, EN 300 392-2 clause 29, TS 100 392-18-1."""

from dataclasses import dataclass

TEXT, IMMEDIATE, WITH_HEADER = 0x82, 0x89, 0x8A
RECEIVED, CONSUMED = 0x00, 0x02
NOT_REGISTERED, BUSY = 0x4B, 0x5F
EMERGENCY_STATUS = 0x0000
EMERGENCY_REASON = 2
CONTROL = "1000001"
"""The number of the radio at the control room."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text that the control room sent: `wants` 1 received, 2 consumed, 3 both. `part` is
    (reference, total, number)."""

    protocol: int
    reference: int
    wants: int
    text: str
    part: tuple[int, int, int] | None = None
    validity: int | None = None


def message_line(calling: str, service: int, octets: bytes, bits: int | None = None) -> bytes:
    """The two lines of a short message that comes in."""
    length = bits or 8 * len(octets)
    digits = octets.hex().upper()[: -(-length // 4)]
    return f"\r\n+CTSDSR: {service},{calling},0,{CONTROL},0,{length}\r\n{digits}\r\n".encode()


def status(calling: str, value: int) -> bytes:
    """A pre-coded status."""
    return message_line(calling, 13, value.to_bytes(2, "big"))


def report(calling: str, protocol: int, reference: int, level: int) -> bytes:
    """SDS-REPORT, without asking for an acknowledgement."""
    return message_line(calling, 12, bytes([protocol, 0x10, level, reference]))


def short_report(calling: str, reference: int, *, consumed: bool) -> bytes:
    """The same in a status: 0x7E.. received, 0x7F.. consumed."""
    return status(calling, (0x7F00 if consumed else 0x7E00) + reference)


def text(calling: str, words: str, reference: int) -> bytes:
    """A text of a crew, Latin-1, no reports wanted."""
    octets = bytes([TEXT, 0x02, reference, 0x01]) + words.encode("latin-1", "replace")
    return message_line(calling, 12, octets)


def emergency_call(calling: str, priority: int = 15) -> bytes:
    """A group call of emergency priority, its caller in the long form."""
    tsi = "023400001" + calling.zfill(8)
    fields = f"1,0,0,1,{tsi},0,1,0,1,1,1,02340000109000001,{priority}"
    return f"\r\n+CTICN: {fields}\r\n".encode()


def location(
    calling: str, latitude: float, longitude: float, reason: int, elapsed: int = 0, error: int = 2
) -> bytes:
    """A short location report: 84 bits, padded to 22 digits as some radios do."""
    fields = (
        (0x0A, 8), (0, 2), (elapsed, 2),
        (round(longitude * 2**25 / 360) % 2**25, 25), (round(latitude * 2**24 / 180) % 2**24, 24),
        (error, 3), (0, 7), (0, 4), (0, 1), (reason, 8), (0, 4),
    )  # fmt: skip
    value = 0
    for field, size in fields:
        value = value << size | field
    digits = f"{value:022X}"
    head = f"\r\n+CTSDSR: 12,{calling},0,{CONTROL},0,84\r\n"
    return head.encode() + digits.encode() + b"\r\n"


def read_text(octets: bytes) -> Incoming | None:
    """A text sent by the control room; None for what is none (a report, an acknowledgement)."""
    if len(octets) < 4 or octets[0] not in {TEXT, IMMEDIATE, WITH_HEADER} or octets[1] >> 4:
        return None
    rest, validity = octets[3:], None
    if octets[1] & 1:
        validity, rest = rest[0] >> 3, rest[1:]
    scheme, rest = rest[0], rest[1:]
    if scheme != 1:
        raise ValueError("is not in Latin-1 without a time stamp")
    part = None
    if octets[0] == WITH_HEADER:
        if rest[:3] != b"\x05\x00\x03":
            raise ValueError("has another user data header than that of a part")
        part, rest = (rest[3], rest[4], rest[5]), rest[6:]
    wants = octets[1] >> 2 & 3
    return Incoming(octets[0], octets[2], wants, rest.decode("latin-1"), part, validity)
