"""`python -m simulators ari`: an Asterisk's REST Interface from the command line (O3)."""

import argparse
import asyncio
from collections.abc import Sequence
from functools import partial

from simulators.asterisk_ari import AriExchange
from simulators.exchange_cli import parser_of, run, secret_of, spoil, traffic_of

NAME = "ari"
ABOUT = """\
A telephone exchange that speaks Asterisk's REST Interface, as a server. It makes up calls by the
seed for every application that connects. Point Forewarn at it with [source.asterisk_ari] connect
and password_file.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run until interrupted."""
    parser, wrong = parser_of(NAME, ABOUT, 8088)
    parser.add_argument(
        "--username", default="forewarn", help="who may sign in (default: %(default)s)"
    )
    wrong.add_argument(
        "--replace-every", type=float, metavar="SECONDS",
        help="another client takes every application's place",
    )  # fmt: skip
    return run(NAME, partial(_run, parser.parse_args(argv)))


async def _run(given: argparse.Namespace) -> None:
    secret = secret_of(NAME, given.password_file)
    exchange = AriExchange(secret, given.host, given.port, username=given.username)
    async with exchange:
        spoil(exchange.faults, given)
        print(f"{NAME}: ARI on {given.host}:{exchange.port}; waiting for a client", flush=True)
        await exchange.signed_in()
        print(f"{NAME}: a client listens")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(traffic_of(given).run(exchange))
            while given.replace_every:
                await asyncio.sleep(given.replace_every)
                exchange.replace()
