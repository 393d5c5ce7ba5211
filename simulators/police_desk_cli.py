"""`python -m simulators police-desk`: a police desk on a console."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from simulators.cad_links import HttpLink
from simulators.cad_messages import Message
from simulators.cad_outbox import Dismissed
from simulators.police_desk import PATH, Conduct, PoliceDesk
from simulators.receiving_cli import parser_of, run

NAME = "police-desk"
ABOUT = "A desk of the police that takes requests and answers them."
EXAMPLE = """example:
  python -m simulators police-desk --token-file forewarn-token.txt \\
      --answer-url http://127.0.0.1:8104/back-up/v1/messages --answer-token-file police-token.txt \\
      --refuses 1 --decides-after 10

Without --answer-url it only takes requests: a person at the console logs what they say.
"""


def main(argv: Sequence[str]) -> int:
    given = _parser().parse_args(argv)
    conduct = Conduct(
        refuses=given.refuses,
        mute=given.mute,
        stays=given.stays,
        decide_s=given.decides_after,
        come_s=given.comes_after,
    )
    desk = partial(PoliceDesk, conduct=conduct, heard=_said)
    try:
        where = f"takes requests at {{at}}{PATH}"
        return run(NAME, desk, given, where, partial(_answer, given))
    except Dismissed as fault:
        print(f"{NAME}: the service says: {fault}", file=sys.stderr)
        return 2


async def _answer(given: argparse.Namespace, desk: PoliceDesk) -> None:
    if given.answer_url is None:
        await asyncio.Event().wait()
    token = given.answer_token_file.read_text().strip() if given.answer_token_file else ""
    await desk.run(HttpLink(given.answer_url, token))


def _said(message: Message, standing: str) -> None:
    body = message.body
    print(f"answers {body['request']}: {body['says']}, {standing}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = parser_of(NAME, ABOUT, 8111, EXAMPLE)
    add = parser.add_argument
    add("--answer-url", metavar="URL", help="where its answers are posted")
    add("--answer-token-file", type=Path, metavar="FILE", help="the desk's token there")
    add("--refuses", type=int, default=0, metavar="N", help="so many refusals before it accepts")
    add("--mute", action="store_true", help="takes everything, and nobody ever decides")
    add("--stays", action="store_true", help="accepts, and nobody comes")
    add("--decides-after", type=float, default=5.0, metavar="S", help="seconds (%(default)s)")
    add("--comes-after", type=float, default=20.0, metavar="S",
        help="seconds from accepted to en route, and on to arrived (%(default)s)")  # fmt: skip
    return parser
