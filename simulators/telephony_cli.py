"""`python -m simulators telephony`: the exchange from the command line (O3)."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from simulators.exchange_cli import parser_of, run, secret_of, spoil, traffic_of
from simulators.telephony import TelephonySimulator
from simulators.telephony_play import play

NAME = "telephony"
ABOUT = """\
A telephone exchange that speaks the Asterisk Manager Interface, as a server. It makes up calls
by the seed, or plays a recording, to every client that signs in. Point Forewarn at it with
[source.asterisk_ami] connect, username and password_file.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run until interrupted, or until the recording has been played."""
    parser, wrong = parser_of(NAME, ABOUT, 5038)
    add = parser.add_argument
    add("--username", default="forewarn", help="who may sign in (default: %(default)s)")
    add("--play", type=Path, metavar="RECORDING.ami.jsonl", help="play this instead, once")
    add("--speed", type=float, default=1.0, help="2 plays twice as fast, 0 without waiting")
    add = wrong.add_argument
    add("--repeat-headers", action="store_true", help="headers of events come twice")
    add("--greeting", default="", help="the first line that is sent, instead of Asterisk's")
    return run(NAME, partial(_run, parser.parse_args(argv)))


async def _run(given: argparse.Namespace) -> None:
    secret = secret_of(NAME, given.password_file)
    async with TelephonySimulator(given.username, secret, given.host, given.port) as exchange:
        spoil(exchange.faults, given)
        print(f"{NAME}: AMI on {given.host}:{exchange.port}; waiting for a client", flush=True)
        await exchange.signed_in()
        print(f"{NAME}: a client is signed in")
        if given.play:
            pieces = await play(exchange, given.play, given.speed)
            await exchange.carried_out()
            print(f"{NAME}: played {pieces} pieces")
            return
        await traffic_of(given).run(exchange)
