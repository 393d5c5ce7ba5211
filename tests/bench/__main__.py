"""All benchmarks, one after the other: `make bench`. Each is a ratio to a floor of the same run.

The soak of an hour is not among them: `python -m tests.bench.soak`.
"""

import os
import subprocess
import sys

PROGRAMS = ("journal", "pipeline", "importing", "following", "consoles", "restart")


def main() -> int:
    """1 when one of them failed."""
    failed = []
    programs = [*PROGRAMS, "matching"] if os.environ.get("FOREWARN_ADDRESSES") else PROGRAMS
    for number, name in enumerate(programs, start=1):
        print(f"\n[{number}/{len(programs)}] {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode:
            failed.append(name)
    if len(programs) == len(PROGRAMS):
        print("\nmatching: left out; set FOREWARN_ADDRESSES to the folder of labelled addresses")
    for name in failed:
        print(f"failed: {name}; run python -m tests.bench.{name} alone to see why")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
