"""What is said to a radio over its Peripheral Equipment Interface (ETSI TS 100 392-5)."""

CTRL_Z = b"\x1a"
SDS_TL = "AT+CTSDS=12,0,0,0,1"
"""What is sent from now on is SDS-TL to an individual SSI (clause 6.14.6)."""

STATUS = "AT+CTSDS=13,0"
"""What is sent from now on is a pre-coded status."""

PROFILES = (
    "AT+CTSP=1,3,130",
    "AT+CTSP=1,3,131",
    "AT+CTSP=1,3,10",
    "AT+CTSP=1,2,20",
    "AT+CTSP=1,3,24",
    "AT+CTSP=1,3,25",
    "AT+CTSP=2,0,0",
)
"""Hand over to us: text, GPS, LIP, status, protocols 0-127 and 128-255; voice stays a radio's."""


def command(words: str) -> bytes:
    """One line of ours."""
    return words.encode("ascii") + b"\r\n"


def send_message(radio: str, octets: bytes, bits: int | None = None) -> bytes:
    """Send a payload to an SSI in digits; `bits` where it is not whole octets."""
    length = 8 * len(octets) if bits is None else bits
    digits = octets.hex().upper()[: -(-length // 4)]
    return command(f"AT+CMGS={radio},{length}") + digits.encode() + CTRL_Z
