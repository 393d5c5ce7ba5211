"""`python -m schemas.export`: writes the documents of all contracts to docs.

To add a contract: a function that gives file name and JSON document, and a line in SOURCES.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from schemas.cad_documents import cad_documents
from schemas.man_down_documents import man_down_documents
from schemas.mdt_documents import asyncapi, mdt_documents
from schemas.police_documents import police_documents

SOURCES: tuple[Callable[[], dict[str, dict[str, Any]]], ...] = (
    cad_documents,
    man_down_documents,
    mdt_documents,
    police_documents,
)
FOLDER = Path(__file__).parents[1] / "docs"


def documents() -> dict[str, str]:
    """File name below docs to text, of every document."""
    found = {name: document for source in SOURCES for name, document in source().items()}
    written = {
        name: json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for name, document in found.items()
    }
    return written | {"asyncapi.yaml": _yaml(asyncapi())}


def _yaml(document: dict[str, Any]) -> str:
    class Plain(yaml.SafeDumper):
        """Writes text of several lines as it is, and everything in full."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Plain.add_representer(str, text)
    return yaml.dump(document, Dumper=Plain, sort_keys=False, allow_unicode=True, width=100)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m schemas.export",
        description="Write the JSON Schemas and the AsyncAPI of the contracts anew.",
    )
    parser.add_argument("--into", type=Path, default=FOLDER, metavar="FOLDER", help="(%(default)s)")
    folder: Path = parser.parse_args(argv).into
    for name, text in documents().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    print(f"wrote {len(documents())} documents to {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
