"""`python -m simulators telephony`: the exchange from the command line (O3)."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from secrets import token_hex

from simulators.ami_session import Faults
from simulators.telephony import TelephonySimulator
from simulators.telephony_play import NUMBERS, Traffic, play

ABOUT = """\
A telephone exchange that speaks the Asterisk Manager Interface, as a server. It makes up calls
by the seed, or plays a recording, to every client that signs in. Point Forewarn at it with
[source.asterisk_ami] connect, username and password_file.
"""


FAULTS = ("slow", "silent", "drop_hang_ups", "repeat_headers", "spoil_list", "greeting")


def main(argv: Sequence[str] | None = None) -> int:
    """Run until interrupted, or until the recording has been played."""
    given = _parser().parse_args(argv)
    try:
        asyncio.run(_run(given))
    except KeyboardInterrupt:
        print("telephony: ended")
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        remedy = "choose another --port, or check the file that was named"
        print(f"telephony: {why}; {remedy}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulators telephony", description=ABOUT)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=5038, help="port to listen on (default: %(default)s)")
    add("--username", default="forewarn", help="who may sign in (default: %(default)s)")
    add("--password-file", type=Path, help="file with the secret; without: one is made and shown")
    what = parser.add_argument_group("what happens")
    add = what.add_argument
    add("--calls-per-minute", type=float, default=6.0, help="how often it rings (%(default)s)")
    add("--numbers", type=Path, help="file with the callers' numbers, one a line")
    add("--talk", type=float, default=20.0, help="seconds a call lasts about (%(default)s)")
    add("--seed", type=int, default=7, help="the same seed makes the same calls (%(default)s)")
    add("--play", type=Path, metavar="RECORDING.ami.jsonl", help="play this instead, once")
    add("--speed", type=float, default=1.0, help="2 plays twice as fast, 0 without waiting")
    wrong = parser.add_argument_group("what goes wrong")
    add = wrong.add_argument
    add("--cut-every", type=int, metavar="BYTES", help="cut every connection after so many bytes")
    add("--slow", action="store_true", help="send one byte at a time")
    add("--silent", action="store_true", help="accept connections and say nothing")
    add("--drop-hang-ups", action="store_true", help="calls end without a word")
    add("--repeat-headers", action="store_true", help="headers of events come twice")
    add("--spoil-list", choices=("refused", "short", "endless"), default="",
        help="what is wrong with the list of channels")  # fmt: skip
    add("--greeting", default=Faults.greeting, help="the first line that is sent")
    return parser


async def _run(given: argparse.Namespace) -> None:
    secret = secret_of("telephony", given.password_file)
    async with TelephonySimulator(given.username, secret, given.host, given.port) as exchange:
        exchange.faults.cut_after = given.cut_every
        for name in FAULTS:
            setattr(exchange.faults, name, getattr(given, name))
        print(f"telephony: AMI on {given.host}:{exchange.port}; waiting for a client", flush=True)
        await exchange.signed_in()
        print("telephony: a client is signed in")
        if given.play:
            pieces = await play(exchange, given.play, given.speed)
            await exchange.carried_out()
            print(f"telephony: played {pieces} pieces")
            return
        await _traffic(given).run(exchange)


def _traffic(given: argparse.Namespace) -> Traffic:
    numbers = given.numbers.read_text().split() if given.numbers else NUMBERS
    return Traffic(given.calls_per_minute, Random(given.seed), numbers, given.talk)


def secret_of(program: str, path: Path | None) -> str:
    """The first line of the file; without one, a secret that is made and shown."""
    if path:
        return path.read_text().splitlines()[0]
    secret = token_hex(8)
    print(f"{program}: the secret is {secret}")
    return secret
