"""`python -m simulators mandown`: a radio gateway on a console; a line for each answer."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from simulators.cad_faults import Faults
from simulators.cad_links import HttpLink
from simulators.cad_messages import Message
from simulators.man_down import GatewaySimulator, Position
from simulators.outbox_cli import faults_of, run

EXAMPLE = """example:
  python -m simulators mandown --url http://127.0.0.1:8103/man-down/v1/messages \\
      --token-file gateway-token.txt --radio 1234567 --at 51.3,-0.5 --error 20

It ends when everything has its answer; the exit code is 1 when something was refused.
"""
RATES = {
    "duplicate": "says a signal twice",
    "conflict": "says something else under the id of a signal",
    "garbage": "says what is no message: shown as an unreadable emergency",
    "cut": "dies in the middle of a message, and says it again",
    "lost": "never says a signal",
}


def main(argv: Sequence[str]) -> int:
    asked = _parser().parse_args(argv)
    try:
        gateway = _gateway(asked)
    except (OSError, ValueError) as fault:
        print(f"mandown: {fault}", file=sys.stderr)
        return 2
    return run("mandown", gateway, _tell(gateway, asked), "refused")


def _gateway(asked: argparse.Namespace) -> GatewaySimulator:
    token = asked.token_file.read_text().strip()
    faults = Faults(
        duplicate=asked.duplicate,
        conflict=asked.conflict,
        garbage=asked.garbage,
        cut=asked.cut,
        silent=asked.silent,
    )
    return GatewaySimulator(
        HttpLink(asked.url, token),
        seed=asked.seed,
        faults=faults,
        late_s=asked.late,
        lost=asked.lost,
        heard=_say,
    )


async def _tell(gateway: GatewaySimulator, asked: argparse.Namespace) -> None:
    for n in range(asked.presses):
        for radio in asked.radio:
            gateway.press(radio, position=_position(asked))
        await asyncio.sleep(asked.every if n + 1 < asked.presses else 0)
    if asked.cancel:
        for radio in asked.radio:
            gateway.cancel(radio)
    await gateway.settled()
    await asyncio.sleep(asked.stay)


def _position(asked: argparse.Namespace) -> Position | None:
    if asked.at is None:
        return None
    latitude, longitude = asked.at
    known = {} if asked.error is None else {"error_m": asked.error}
    return {"latitude": latitude, "longitude": longitude, "age_s": 5.0} | known


def _say(message: Message, standing: str) -> None:
    print(f"{message.body['type']:<22}{message.body['radio']}  {standing}", flush=True)


def _degrees(text: str) -> tuple[float, float]:
    latitude, _, longitude = text.partition(",")
    try:
        return float(latitude), float(longitude)
    except ValueError:
        wanted = "degrees are written latitude,longitude, like 51.3,-0.5"
        raise argparse.ArgumentTypeError(wanted) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators mandown",
        description="A radio gateway that speaks forewarn.man-down/1: the button is pressed.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--url", required=True, help="where to post the messages")
    add("--token-file", type=Path, required=True, metavar="FILE", help="the gateway's token")
    add("--radio", nargs="+", default=["1234567"], metavar="ISSI", help="(default: 1234567)")
    add("--presses", type=int, default=1, metavar="N", help="signals of each radio (default: 1)")
    add("--every", type=float, default=5.0, metavar="S", help="seconds between (default: 5)")
    add("--stay", type=float, default=0.0, metavar="S",
        help="stay so long after it, saying only that it is there (default: 0)")  # fmt: skip
    add("--cancel", action="store_true", help="the radio takes it back at the end")
    add("--at", type=_degrees, metavar="LAT,LONG", help="where the radio is")
    add("--error", type=float, metavar="M", help="metres within which that is right")
    add("--seed", type=int, default=7, help="of the faults (default: %(default)s)")
    faults = faults_of(parser, "signals", RATES)
    faults.add_argument("--late", type=float, default=0.0, metavar="S", help="seconds too late")
    faults.add_argument("--silent", action="store_true", help="says nothing at all")
    return parser
