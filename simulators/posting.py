"""The command line of a system that posts messages over HTTP under a token (O3).

A message is (what it is called, its bytes). What a system adds is its encoder and its options.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from aiohttp import ClientError, ClientSession

TAKEN = range(200, 300)
Messages = Callable[[argparse.Namespace], AsyncIterator[tuple[str, bytes]]]


def parser_of(program: str, about: str, url: str) -> argparse.ArgumentParser:
    """What every one of them can be told."""
    parser = argparse.ArgumentParser(
        prog=f"python -m simulators {program}", description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("--url", default=url, help="where messages are posted to (default: %(default)s)")
    add("--token-file", type=Path, required=True, help="file with the token of the sender")
    return parser


def run(program: str, messages: Messages, given: argparse.Namespace) -> int:
    """Post them all; 1 when something was refused, 2 when nobody is there or a file is not."""
    try:
        return asyncio.run(_post(program, messages, given))
    except (OSError, ClientError) as fault:
        remedy = "check --url, --token-file and other files, and that it runs"
        print(f"{program}: {type(fault).__name__}; {remedy}", file=sys.stderr)
        return 2


async def _post(program: str, messages: Messages, given: argparse.Namespace) -> int:
    token, refused = given.token_file.read_text().strip(), 0
    async with ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
        async for name, body in messages(given):
            async with http.post(given.url, data=body) as answer:
                refused += answer.status not in TAKEN
                print(f"{program}: {name} was posted: {answer.status} {await answer.text()}")
    return 1 if refused else 0
