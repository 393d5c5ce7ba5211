"""`python -m simulators mait`: a service that hands incidents over in XML (O3, C1)."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import ClientError, ClientSession

ABOUT = """\
Another agency: posts documents in XML, one after the other. Point it at [source.mait_http] listen,
with a mapping that fits the documents.

example:
  python -m simulators mait --token-file mait-token.txt docs/mait/sample.xml
"""
URL = "http://127.0.0.1:8108/mait/v1/messages"
TAKEN = range(200, 300)
BOMB = b"""<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><a>&d;</a>"""


def spoilt(body: bytes, fault: str) -> bytes:
    """The document as it goes out when something is wrong with it."""
    if fault == "bomb":
        return BOMB
    return body[: len(body) // 2] if fault == "cut" else body


def main(argv: Sequence[str]) -> int:
    """Post them all; 1 when something was refused, 2 when nobody is there or a file is not."""
    given = _parser().parse_args(argv)
    try:
        return asyncio.run(_post(given))
    except (OSError, ClientError) as fault:
        what = type(fault).__name__
        print(f"mait: {what}; check --url and the files, and that it runs", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators mait", description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("document", nargs="+", type=Path, help="file with one XML document")
    add("--url", default=URL, help="where documents are posted to (default: %(default)s)")
    add("--token-file", type=Path, required=True, help="file with the token of the sender")
    add("--fault", choices=("bomb", "cut"), default="",
        help="entities that would grow; half of a document")  # fmt: skip
    return parser


async def _post(given: argparse.Namespace) -> int:
    token, refused = given.token_file.read_text().strip(), 0
    async with ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
        for path in given.document:
            body = spoilt(path.read_bytes(), given.fault)
            async with http.post(given.url, data=body) as answer:
                refused += answer.status not in TAKEN
                print(f"mait: {path.name} was posted: {answer.status} {await answer.text()}")
    return 1 if refused else 0
