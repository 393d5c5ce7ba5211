"""Fuzz the TETRA codec: `python -m tests.fuzz.tetra [RUNS]` (O4).

With atheris installed it is guided by coverage (its own options work, see -help=1); without, it
changes what radios say at random, from a seed that it prints. An exception is a finding.
"""

import importlib.util
import sys
from random import Random

RUNS = 100_000


def main(argv: list[str]) -> int:
    if importlib.util.find_spec("atheris"):
        import atheris

        with atheris.instrument_imports(include=["adapters.codecs", "tests.fuzz.tetra_target"]):
            from tests.fuzz import tetra_target
        atheris.Setup(argv, tetra_target.one_input)
        atheris.Fuzz()
    else:
        at_random(int(argv[1]) if len(argv) > 1 else RUNS)
    return 0


def at_random(runs: int, seed: int = 7) -> None:
    """The same seed makes the same changes."""
    from tests.fuzz import tetra_target

    print(f"atheris is not installed: {runs} changes at random, seed {seed}", flush=True)
    random = Random(seed)
    for n in range(runs):
        data = tetra_target.changed(random)
        try:
            tetra_target.one_input(data)
        except Exception:
            print(f"run {n} found this: {data.hex()}", file=sys.stderr)
            raise
        if n % 10_000 == 9_999:
            print(f"{n + 1} of {runs}, nothing found", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
