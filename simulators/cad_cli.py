"""`python -m simulators cad`: a CAD on a console, playing a shift; a line for what happens."""

import argparse
import asyncio
import ssl
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from simulators.cad import CadSimulator
from simulators.cad_faults import Faults
from simulators.cad_links import HttpLink, TcpLink
from simulators.cad_messages import Message
from simulators.cad_outbox import Link
from simulators.cad_player import CadPlayer
from simulators.outbox_cli import faults_of, run
from simulators.shift import SHIFT, Shift, load, play

EXAMPLE = """example:
  python -m simulators cad --url http://127.0.0.1:8101/cad/v1/messages --token-file cad-token.txt
  python -m simulators cad --tcp 127.0.0.1:8102 --token-file cad-token.txt --cut 0.05 --speed 4

It ends when the shift was played and every message has its answer; the exit code is 1 when a
message was refused, or conflicts with what was said before. The same seed makes the same faults.
"""


def main(argv: Sequence[str]) -> int:
    asked = _parser().parse_args(argv)
    try:
        shift = load(asked.scenario)
        cad = CadSimulator(_link(asked), seed=asked.seed, faults=_faults(asked), heard=_say)
    except (OSError, ValueError, KeyError) as fault:
        print(f"cad: {fault}", file=sys.stderr)
        return 2
    return run("cad", cad, _tell(cad, shift, asked), "refused", "conflict")


async def _tell(cad: CadSimulator, shift: Shift, asked: argparse.Namespace) -> None:
    first = asked.first_number or _tenths_since_midnight(datetime.now().astimezone())
    player = CadPlayer(cad, shift.fleet, first)
    steps = [step for step in shift.steps if step.system == "cad"]
    print(f"cad: {len(steps)} messages of {shift.incidents} incidents, from number {first:06}")
    await play(steps, player.act, speed=asked.speed)
    await (asyncio.Event().wait() if asked.silent else cad.settled())


def _tenths_since_midnight(now: datetime) -> int:
    """Numbers that no earlier run of the day has used."""
    return (now.hour * 60 + now.minute) * 600 + now.second * 10


def _say(message: Message, standing: str) -> None:
    print(f"{message.body['type']:<26}{message.id}  {standing}", flush=True)


def _link(asked: argparse.Namespace) -> Link:
    """ValueError or OSError with what to mend."""
    token = asked.token_file.read_text().strip()
    tls = ssl.create_default_context(cafile=asked.ca) if asked.ca else None
    if asked.url:
        return HttpLink(asked.url, token, tls)
    host, _, port = asked.tcp.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError("--tcp is written host:port, like 127.0.0.1:8102")
    return TcpLink(host.strip("[]"), int(port), token, tls)


def _faults(asked: argparse.Namespace) -> Faults:
    names = ("duplicate", "conflict", "garbage", "cut", "reorder", "resource_first", "silent")
    return Faults(**{name: getattr(asked, name) for name in names})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators cad",
        description="A computer-aided dispatch system that speaks forewarn.cad/1.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--url", help="where to post the messages")
    way.add_argument("--tcp", metavar="HOST:PORT", help="where to open the stream")
    add = parser.add_argument
    add("--token-file", type=Path, required=True, metavar="FILE", help="the CAD's token")
    add("--ca", type=Path, metavar="FILE", help="authority of the service's certificate (TLS)")
    add("--scenario", type=Path, default=SHIFT, metavar="FILE", help="the shift to play")
    add("--speed", type=float, default=1.0, help="2 plays twice as fast (default: %(default)s)")
    add("--seed", type=int, default=7, help="of the faults (default: %(default)s)")
    add("--first-number", type=int, default=0, metavar="N",
        help="number of the first incident; made from the time of day when left out")  # fmt: skip
    faults = faults_of(parser, "messages", RATES)
    faults.add_argument("--resource-first", action="store_true",
                        help="a resource comes before the incident it belongs to")  # fmt: skip
    faults.add_argument("--silent", action="store_true", help="connects and says nothing")
    return parser


RATES = {
    "duplicate": "says a message twice",
    "conflict": "says something else under the same id and revision",
    "garbage": "says what is no message",
    "cut": "cuts the connection in the middle of a message",
    "reorder": "says two messages the wrong way round",
}
