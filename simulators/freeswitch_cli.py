"""`python -m simulators freeswitch`: that exchange from the command line (O3)."""

import argparse
from collections.abc import Sequence
from functools import partial

from simulators.exchange_cli import parser_of, run, secret_of, spoil, traffic_of
from simulators.freeswitch import FreeswitchSimulator

NAME = "freeswitch"
ABOUT = """\
A telephone exchange that speaks FreeSWITCH's event socket, as a server. It makes up calls by the
seed for every client that signs in. Point Forewarn at it with [source.freeswitch_esl] connect and
password_file.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run until interrupted."""
    parser, _ = parser_of(NAME, ABOUT, 8021)
    return run(NAME, partial(_run, parser.parse_args(argv)))


async def _run(given: argparse.Namespace) -> None:
    secret = secret_of(NAME, given.password_file)
    async with FreeswitchSimulator(secret, given.host, given.port) as exchange:
        spoil(exchange.faults, given)
        where = f"{given.host}:{exchange.port}"
        print(f"{NAME}: event socket on {where}; waiting for a client", flush=True)
        await exchange.signed_in()
        print(f"{NAME}: a client is signed in")
        await traffic_of(given).run(exchange)
