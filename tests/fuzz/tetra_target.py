"""What the fuzz target of the TETRA codec does with one input (O4)."""

from datetime import timedelta

from adapters.codecs import tetra_pei as pei
from adapters.codecs.tetra_forward import read_forwarding
from adapters.codecs.tetra_heard import Understanding
from adapters.codecs.tetra_lip import read_lip
from adapters.codecs.tetra_parts import Assembly, read_concatenated, read_words
from adapters.codecs.tetra_sds_tl import Transfer, read_pdu, write_pdu
from adapters.codecs.tetra_status import read_status

SEEDS = (
    b"\r\n+CTSDSR: 13,1234567,0,2345678,0,16\r\n8004\r\nOK\r\n",
    b"+CTSDSR: 12,1234567,0,2345678,0,84\r\n0A0088BD4247F737FFE810\r\n+CMGS: 0,4,7\r\n",
    b"+CTSDSR: 12,1234567,0,2345678,0,152\r\n82039C5101020301746573746D657373616765\r\n",
    b"+CTSDSR: 12,1234567,0,2345678,0,192\r\n8A02C981045A8F050003C90201746573746D657373616765\r\n",
    b"+CTICN: 1,0,0,5,09011638300023404,1,1,0,1,1,5,09011638300000001,15\r\n+CME ERROR: 35\r\n",
)


def one_input(data: bytes) -> None:
    """Everything that reads what came over the air; nothing may raise, or hold without bound."""
    reader, assembly = pei.Reader(), Assembly(lasts=timedelta(minutes=1))
    understanding = Understanding(emergency_priority=15)
    half = len(data) // 2
    items = [*reader.feed(data[:half]), *reader.feed(data[half:]), *reader.end()]
    assert sum(len(getattr(item, "raw", b"")) for item in items) <= 2 * len(data) + 2 * len(items)
    for item in items:
        understanding.understand(item, 0.0)
        if isinstance(item, pei.Message):
            _one_message(item, assembly)
    _one_payload(data, assembly)
    assert pei.Reader().feed(b"OK\r\n") == [pei.Done()]


def _one_message(message: pei.Message, assembly: Assembly) -> None:
    read_lip(message.payload)
    read_status(int.from_bytes(message.payload.whole[:2], "big"))
    _one_payload(message.payload.whole, assembly)


def _one_payload(octets: bytes, assembly: Assembly) -> None:
    pdu = read_pdu(octets)
    if isinstance(pdu, Transfer) and pdu.forwarding is None:
        assert write_pdu(pdu) == octets
    for header in (False, True):
        read_words(octets, header=header)
    read_forwarding(octets)
    piece = read_concatenated(octets)
    if isinstance(piece, tuple):
        assembly.add("1", 0x8C, *piece, 0.0)
