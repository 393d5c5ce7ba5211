"""One codec, fuzzed by atheris: guided by which lines of it were reached (O4).

    python -m tests.fuzz.guided bars.read -max_total_time=60

The further options are atheris' own (-help=1). It is not among what `make setup` installs:
.venv/bin/pip install atheris
"""

import importlib
import importlib.util
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.fuzz.account import Account
from tests.fuzz.mutate import Mutator


def main() -> int:
    if len(sys.argv) < 2 or importlib.util.find_spec("atheris") is None:
        print(__doc__, file=sys.stderr)
        return 2
    atheris, name = importlib.import_module("atheris"), sys.argv[1]
    with atheris.instrument_imports(include=["adapters.codecs"]):
        parsers = importlib.import_module("tests.fuzz.codecs").parsers()
    found = {parser.name: parser for parser in parsers}
    if name not in found:
        print(f"there is no {name}; there are {', '.join(found)}", file=sys.stderr)
        return 2

    def one_input(data: bytes) -> None:
        mutator = Mutator(Random(len(data)))
        found[name].take(Account(name), data, mutator)

    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(found[name].seeds):
            (Path(folder) / str(number)).write_bytes(seed)
        atheris.Setup([sys.argv[0], folder, *sys.argv[2:]], one_input)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
