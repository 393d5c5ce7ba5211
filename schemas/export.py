"""`python -m schemas.export`: writes the documents of all contracts to docs/schemas.

To add a contract: a function that gives file name and document, and a line in SOURCES.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from schemas.cad_documents import cad_documents

SOURCES: tuple[Callable[[], dict[str, dict[str, Any]]], ...] = (cad_documents,)
FOLDER = Path(__file__).parents[1] / "docs" / "schemas"


def documents() -> dict[str, str]:
    """File name to text, of every document."""
    found = {name: document for source in SOURCES for name, document in source().items()}
    return {
        name: json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for name, document in found.items()
    }


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m schemas.export",
        description="Write the JSON Schemas and other documents of the contracts anew.",
    )
    parser.add_argument("--into", type=Path, default=FOLDER, metavar="FOLDER", help="(%(default)s)")
    folder: Path = parser.parse_args(argv).into
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"wrote {len(documents())} documents to {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
