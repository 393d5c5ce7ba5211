"""The disk that a benchmark runs on: how long it takes to make something durable, and a slower one.

A virtual disk often answers from the memory of its host; a server's own takes 0.2 to 4 ms.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path

SYNCS = 300
LINE = bytes(1_500)
CALLS = "fsync,fdatasync"


def sync_times(folder: Path) -> tuple[float, float]:
    """Median and p99, in seconds, of writing an incident's bytes to a file there and syncing it."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(SYNCS):
            os.write(file.fileno(), LINE)
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - begun)
            time.sleep(0.001)
    took.sort()
    return took[SYNCS // 2], took[SYNCS * 99 // 100]


def slower(milliseconds: float) -> list[str]:
    """What goes before a command so that each sync of it takes so much longer; all else is as
    quick as before. Nothing for 0; SystemExit without strace."""
    if not milliseconds:
        return []
    if shutil.which("strace") is None:
        raise SystemExit("strace plays a slower disk: install it, or do without --disk-slower")
    delay = f"inject={CALLS}:delay_exit={round(milliseconds * 1_000)}"
    quiet = ["-D", "-f", "--seccomp-bpf", "-qqq", "-o", os.devnull]
    return ["strace", *quiet, "-e", f"trace={CALLS}", "-e", delay]
