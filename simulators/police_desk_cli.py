"""`python -m simulators police-desk`: a police desk on a console."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from simulators.cad_links import HttpLink
from simulators.cad_messages import Message
from simulators.cad_outbox import Dismissed
from simulators.police_desk import PATH, Conduct, PoliceDesk
from simulators.receiving import Json, add_arguments, faults_of, serving

EXAMPLE = """example:
  python -m simulators police-desk --token-file forewarn-token.txt \\
      --answer-url http://127.0.0.1:8104/back-up/v1/messages --answer-token-file police-token.txt \\
      --refuses 1 --decides-after 10

Without --answer-url it only takes requests: a person at the console logs what they say.
"""


def main(argv: Sequence[str]) -> int:
    asked = _parser().parse_args(argv)
    try:
        desk, link = _desk(asked), _link(asked)
    except OSError as fault:
        print(f"police-desk: {fault}", file=sys.stderr)
        return 2
    try:
        asyncio.run(_run(desk, link, asked.host, asked.port))
    except Dismissed as fault:
        print(f"police-desk: the service says: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        counts = ", ".join(f"{count} {standing}" for standing, count in desk.answered.items())
        print(f"police-desk: {counts or 'nothing came'}", file=sys.stderr)
    return 0


def _desk(asked: argparse.Namespace) -> PoliceDesk:
    token = asked.token_file.read_text().strip() if asked.token_file else None
    conduct = Conduct(
        refuses=asked.refuses,
        mute=asked.mute,
        stays=asked.stays,
        decide_s=asked.decides_after,
        come_s=asked.comes_after,
    )
    return PoliceDesk(
        faults_of(asked), Random(asked.seed), token, took=_show, conduct=conduct, heard=_said
    )


def _link(asked: argparse.Namespace) -> HttpLink | None:
    if asked.answer_url is None:
        return None
    token = asked.answer_token_file.read_text().strip() if asked.answer_token_file else ""
    return HttpLink(asked.answer_url, token)


async def _run(desk: PoliceDesk, link: HttpLink | None, host: str, port: int) -> None:
    async with serving(desk, host, port) as bound:
        print(f"takes requests at http://{host}:{bound}{PATH}", file=sys.stderr, flush=True)
        await (desk.run(link) if link else asyncio.Event().wait())


def _show(said: Json) -> None:
    print(json.dumps(said, ensure_ascii=False), flush=True)


def _said(message: Message, standing: str) -> None:
    body = message.body
    print(f"answers {body['request']}: {body['says']}, {standing}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators police-desk",
        description="A desk of the police that takes requests and answers them. Each request that "
        "it took is one JSON line on standard output.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--token-file", type=Path, metavar="FILE", help="the token that is asked for")
    add("--answer-url", metavar="URL", help="where its answers are posted")
    add("--answer-token-file", type=Path, metavar="FILE", help="the desk's token there")
    add("--refuses", type=int, default=0, metavar="N", help="so many refusals before it accepts")
    add("--mute", action="store_true", help="takes everything, and nobody ever decides")
    add("--stays", action="store_true", help="accepts, and nobody comes")
    add("--decides-after", type=float, default=5.0, metavar="S", help="seconds (%(default)s)")
    add("--comes-after", type=float, default=20.0, metavar="S",
        help="seconds from accepted to en route, and on to arrived (%(default)s)")  # fmt: skip
    add_arguments(parser, 8111)
    return parser
