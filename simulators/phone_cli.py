"""`python -m simulators phone`: the hands-free telephones of crews, with what can go wrong (O3)."""

import argparse
import asyncio
import sys
import tomllib
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from simulators.phone import Behaviour, Crew, Phones, Press
from simulators.phone_refusal import refuse_all

EXAMPLE = """example:
  python -m simulators phone --listen 127.0.0.1:5060
  python -m simulators phone --listen 127.0.0.1:5060 --presses 2@4 1@20 --record heard

Point Forewarn at it with these lines, and give a resource a telephone number (any):
  [channel.voice]
  sip_to = "sip:{number}@127.0.0.1:5060"
  sip_interface = "127.0.0.1"

Several telephones at once, each with its own number, in a file for --crews:
  [A105]
  number = "+447700900105"
  behaviour = { hangs_up_after = 8, presses = [] }
  [R201]
  number = "+447700900201"
  behaviour = { presses = [["1", 25]] }

A key pressed while the note is being said counts when it has been said. Ctrl-C ends it.
"""


def main(argv: Sequence[str]) -> int:
    given = _parser().parse_args(argv)
    try:
        asyncio.run(_phones(given))
    except KeyboardInterrupt:
        print("phone: ended")
    except (OSError, ValueError) as fault:
        why = _in_words(fault) if isinstance(fault, ValidationError) else str(fault)
        print(f"phone: {why}; choose another --listen, --record or --crews", file=sys.stderr)
        return 2
    return 0


def _phones(given: argparse.Namespace) -> Coroutine[Any, Any, None]:
    host, _, port = given.listen.rpartition(":")
    if given.declines or given.lost:
        return refuse_all(host, int(port), _say, lost=given.lost)
    names = ("answers_after", "busy", "never_answers", "hangs_up_after", "doubled", "dies_after")
    presses = () if given.silent else tuple(given.presses)
    behaviour = Behaviour(presses=presses, **{name: getattr(given, name) for name in names})
    if given.record:
        given.record.mkdir(parents=True, exist_ok=True)
    crews = _crews(given.crews) if given.crews else {}
    return Phones(host, int(port), behaviour, _say, given.record, crews).run()


def _crews(file: Path) -> dict[str, Crew]:
    shape = TypeAdapter(dict[str, Crew], config=ConfigDict(extra="forbid"))
    return shape.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))


def _in_words(fault: ValidationError) -> str:
    first = fault.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _say(line: str) -> None:
    print(f"phone: {line}", flush=True)


def _press(text: str) -> Press:
    """`1@5`: the key 1, five seconds after the answer."""
    key, _, after = text.partition("@")
    if key not in set("0123456789*#"):
        raise ValueError
    return Press(key, float(after or 5))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators phone",
        description="Hands-free telephones that take calls over SIP, to whatever number.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--listen", default="127.0.0.1:5060", metavar="HOST:PORT", help="UDP; %(default)s")
    add("--answers-after", type=float, default=1.0, metavar="S", help="seconds of ringing (1)")
    add("--presses", type=_press, nargs="+", default=[Press("1", 5.0)], metavar="KEY@S",
        help="keys, each so many seconds after the answer (1@5)")  # fmt: skip
    add("--record", type=Path, metavar="FOLDER", help="keep what was heard: call-1.wav, …")
    add("--crews", type=Path, metavar="FILE", help="telephones that behave in their own way")
    faults = parser.add_argument_group("what goes wrong (late: --answers-after)")
    add = faults.add_argument
    add("--busy", action="store_true", help="in another call: 486")
    add("--declines", action="store_true", help="somebody presses decline: 603")
    add("--never-answers", action="store_true", help="rings and rings")
    add("--lost", action="store_true", help="not there: no answer of any kind to a call")
    add("--silent", action="store_true", help="answers and presses nothing, like a voicemail")
    add("--doubled", action="store_true", help="every key comes twice")
    add("--hangs-up-after", type=float, metavar="S", help="seconds after the answer")
    add("--dies-after", type=float, metavar="S", help="the same, but gone without a word")
    return parser
