"""`python -m simulators phone`: the hands-free telephone of a crew, with what can go wrong (O3)."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from simulators.phone import Behaviour, Phone, Press

EXAMPLE = """example:
  python -m simulators phone --listen 127.0.0.1:5060
  python -m simulators phone --listen 127.0.0.1:5060 --presses 2@4 1@20 --record heard

Point Forewarn at it with these lines, and give a resource a telephone number (any):
  [channel.voice]
  sip_to = "sip:{number}@127.0.0.1:5060"
  sip_interface = "127.0.0.1"

A key pressed while the note is being said counts when it has been said. Ctrl-C ends it.
"""


def main(argv: Sequence[str]) -> int:
    given = _parser().parse_args(argv)
    try:
        asyncio.run(_phone(given).run())
    except KeyboardInterrupt:
        print("phone: ended")
    except (OSError, ValueError) as fault:
        print(f"phone: {fault}; choose another --listen or --record", file=sys.stderr)
        return 2
    return 0


def _phone(given: argparse.Namespace) -> Phone:
    host, _, port = given.listen.rpartition(":")
    behaviour = Behaviour(
        answers_after=given.answers_after,
        presses=() if given.silent else tuple(given.presses),
        busy=given.busy,
        declines=given.declines,
        never_answers=given.never_answers,
        hangs_up_after=given.hangs_up_after,
    )
    if given.record:
        given.record.mkdir(parents=True, exist_ok=True)
    return Phone(
        host, int(port), behaviour, lambda line: print(f"phone: {line}", flush=True), given.record
    )


def _press(text: str) -> Press:
    """`1@5`: the key 1, five seconds after the answer."""
    key, _, after = text.partition("@")
    if key not in set("0123456789*#"):
        raise ValueError
    return Press(key, float(after or 5))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators phone",
        description="A hands-free telephone that takes calls over SIP, to whatever number.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--listen", default="127.0.0.1:5060", metavar="HOST:PORT", help="UDP; %(default)s")
    add("--answers-after", type=float, default=1.0, metavar="S", help="seconds of ringing (1)")
    add("--presses", type=_press, nargs="+", default=[Press("1", 5.0)], metavar="KEY@S",
        help="keys, each so many seconds after the answer (1@5)")  # fmt: skip
    add("--record", type=Path, metavar="FOLDER", help="keep what was heard: call-1.wav, …")
    faults = parser.add_argument_group("what goes wrong")
    add = faults.add_argument
    add("--busy", action="store_true", help="in another call: 486")
    add("--declines", action="store_true", help="somebody presses decline: 603")
    add("--never-answers", action="store_true", help="rings and rings")
    add("--silent", action="store_true", help="answers and presses nothing, like a voicemail")
    add("--hangs-up-after", type=float, metavar="S", help="seconds after the answer")
    return parser
