"""`python -m simulators freeswitch`: that exchange from the command line (O3)."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from simulators.freeswitch import FreeswitchSimulator
from simulators.telephony_cli import secret_of
from simulators.telephony_play import NUMBERS, Traffic

ABOUT = """\
A telephone exchange that speaks FreeSWITCH's event socket, as a server. It makes up calls by the
seed for every client that signs in. Point Forewarn at it with [source.freeswitch_esl] connect and
password_file.
"""
FAULTS = ("slow", "silent", "drop_hang_ups", "spoil_list")


def main(argv: Sequence[str] | None = None) -> int:
    """Run until interrupted."""
    given = _parser().parse_args(argv)
    try:
        asyncio.run(_run(given))
    except KeyboardInterrupt:
        print("freeswitch: ended")
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        remedy = "choose another --port, or check the file that was named"
        print(f"freeswitch: {why}; {remedy}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulators freeswitch", description=ABOUT)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=8021, help="port to listen on (default: %(default)s)")
    add("--password-file", type=Path, help="file with the secret; without: one is made and shown")
    what = parser.add_argument_group("what happens")
    add = what.add_argument
    add("--calls-per-minute", type=float, default=6.0, help="how often it rings (%(default)s)")
    add("--talk", type=float, default=20.0, help="seconds a call lasts about (%(default)s)")
    add("--seed", type=int, default=7, help="the same seed makes the same calls (%(default)s)")
    wrong = parser.add_argument_group("what goes wrong")
    add = wrong.add_argument
    add("--cut-every", type=int, metavar="BYTES", help="cut every connection after so many bytes")
    add("--slow", action="store_true", help="send one byte at a time")
    add("--silent", action="store_true", help="accept connections and say nothing")
    add("--drop-hang-ups", action="store_true", help="calls end without a word")
    add("--spoil-list", choices=("refused", "short", "endless"), default="",
        help="what is wrong with the list of channels")  # fmt: skip
    return parser


async def _run(given: argparse.Namespace) -> None:
    secret = secret_of("freeswitch", given.password_file)
    async with FreeswitchSimulator(secret, given.host, given.port) as exchange:
        exchange.faults.cut_after = given.cut_every
        for name in FAULTS:
            setattr(exchange.faults, name, getattr(given, name))
        where = f"{given.host}:{exchange.port}"
        print(f"freeswitch: event socket on {where}; waiting for a client", flush=True)
        await exchange.signed_in()
        print("freeswitch: a client is signed in")
        traffic = Traffic(given.calls_per_minute, Random(given.seed), NUMBERS, given.talk)
        await traffic.run(exchange)
