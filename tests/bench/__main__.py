"""All benchmarks, one after the other: `make bench`. Each is a ratio to a floor of the same run.

Not among them are the soak of an hour (`python -m tests.bench.soak`), a million records restored
(`python -m tests.bench.restore`, some ten minutes), a day of England's calls
replayed twice (`python -m tests.bench.day`, some ten minutes), what a process carries (`python -m
tests.bench.capacity`, some eight minutes, processor time instead of ratios) and matching beside its
peers, which needs labelled addresses (`make bench-matching`).
"""

import subprocess
import sys

PROGRAMS = ("journal", "pipeline", "importing", "following", "consoles", "restart", "mandown")


def main() -> int:
    """1 when one of them failed."""
    failed = []
    for number, name in enumerate(PROGRAMS, start=1):
        print(f"\n[{number}/{len(PROGRAMS)}] {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode:
            failed.append(name)
    for name in failed:
        print(f"failed: {name}; run python -m tests.bench.{name} alone to see why")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
