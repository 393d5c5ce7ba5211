"""`python -m simulators mait`: a service that hands incidents over in XML (O3, C1)."""

import argparse
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from simulators.posting import parser_of, run

ABOUT = """\
Another agency: posts documents in XML, one after the other. Point it at [source.mait_http] listen,
with a mapping that fits the documents.

example:
  python -m simulators mait --token-file mait-token.txt docs/mait/sample.xml
"""
NAME = "mait"
URL = "http://127.0.0.1:8108/mait/v1/messages"
BOMB = b"""<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><a>&d;</a>"""


def spoilt(body: bytes, fault: str) -> bytes:
    """The document as it goes out when something is wrong with it."""
    if fault == "bomb":
        return BOMB
    return body[: len(body) // 2] if fault == "cut" else body


def main(argv: Sequence[str]) -> int:
    """The exit code is that of `run`."""
    parser = parser_of(NAME, ABOUT, URL)
    add = parser.add_argument
    add("document", nargs="+", type=Path, help="file with one XML document")
    add("--fault", choices=("bomb", "cut"), default="",
        help="entities that would grow; half of a document")  # fmt: skip
    return run(NAME, _messages, parser.parse_args(argv))


async def _messages(given: argparse.Namespace) -> AsyncIterator[tuple[str, bytes]]:
    for path in given.document:
        yield path.name, spoilt(path.read_bytes(), given.fault)
