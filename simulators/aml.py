"""`python -m simulators aml`: telephones that say where they are, by an AML gateway (O3, C2)."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from random import Random
from urllib.parse import urlencode

from simulators.posting import parser_of, run

ABOUT = """\
An AML gateway: posts where the telephones of callers are, one message a number, spread about a
place. Point it at [source.aml_http] listen.

example:
  python -m simulators aml --token-file aml-token.txt --number 07700900123 --at 51.3,-0.5
"""
NAME = "aml"
URL = "http://127.0.0.1:8105/aml/v1/messages"
METRES_A_DEGREE = 111_200


def sms_text(latitude: float, longitude: float, radius: int, at: datetime, by: str = "G") -> str:
    """The text of an AML SMS, with its own length at the end."""
    text = (
        f'A"ML=1;lt={latitude:+.6f};lg={longitude:+.6f};rd={radius};top={at:%Y%m%d%H%M%S};'
        f"lc=95;pm={by};si=234300000000000;ei=350000000000000;mcc=234;mnc=30;ml="
    )
    length = len(text) + 3 if len(text) + 3 > 99 else len(text) + 2
    return f"{text}{length}"


def message(
    number: str, latitude: float, longitude: float, radius: int, at: datetime, form: str
) -> bytes:
    """What the gateway posts; `form` is sms or https."""
    if form == "sms":
        text = sms_text(latitude, longitude, radius, at)
        return json.dumps({"number": number, "text": text}).encode()
    said = {
        "number": number, "emergency_number": "999", "time": f"{at.timestamp() * 1000:.0f}",
        "location_latitude": f"{latitude:.6f}", "location_longitude": f"{longitude:.6f}",
        "location_time": f"{at.timestamp() * 1000:.0f}", "location_source": "gps",
        "location_accuracy": str(radius), "location_confidence": "0.95",
    }  # fmt: skip
    return urlencode(said).encode()


def spoilt(body: bytes, fault: str) -> bytes:
    """The message as it goes out when something is wrong with it."""
    if fault == "swap":
        swaps = {b"lt=": b"\0", b"lg=": b"lt=", b"\0": b"lg=", b"latitude": b"\1",
                 b"longitude": b"latitude", b"\1": b"longitude"}  # fmt: skip
        for old, new in swaps.items():
            body = body.replace(old, new)
    elif fault == "garbage":
        body = b"no message at all"
    elif fault == "shorten":
        body = body.replace(b";mcc=234", b"").replace(b"&location_accuracy", b"&accuracy")
    return body


def main(argv: Sequence[str]) -> int:
    """The exit code is that of `run`."""
    parser = parser_of(NAME, ABOUT, URL)
    add = parser.add_argument
    add("--number", action="append", required=True, help="whose telephone; can be given again")
    add("--at", required=True, metavar="LAT,LON", help="the middle of where they are")
    add("--radius", type=int, default=20, help="how sure they are, in metres (%(default)s)")
    add("--form", choices=("sms", "https"), default="sms", help="default: %(default)s")
    add("--late", type=float, default=0.0, metavar="SECONDS", help="wait before each message")
    add("--seed", type=int, default=7, help="the same seed spreads them alike (%(default)s)")
    add("--fault", choices=("swap", "garbage", "shorten"), default="",
        help="coordinates swapped; no message; a part of it left out")  # fmt: skip
    return run(NAME, _messages, parser.parse_args(argv))


async def _messages(given: argparse.Namespace) -> AsyncIterator[tuple[str, bytes]]:
    random = Random(given.seed)
    middle = [float(part) for part in given.at.split(",")]
    for number in given.number:
        await asyncio.sleep(given.late)
        away = given.radius / METRES_A_DEGREE
        where = [degrees + random.uniform(-away, away) for degrees in middle]
        now = datetime.now(UTC)
        body = message(number, where[0], where[1], given.radius, now, given.form)
        yield "a position", spoilt(body, given.fault)
