"""A child process that never outlives the service, also not when that is killed with -9."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

STOP_WITHIN = timedelta(seconds=5)

_DIES_WITH_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG outlasts the exec
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""


async def start_child(program: Path, arguments: Sequence[str]) -> asyncio.subprocess.Process:
    """Start it from the main thread: the system takes the starting thread for the parent.

    A short Python runs first and becomes the program: what is safe to call between fork and exec
    in a process with threads is too little to do it there.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", _DIES_WITH_PARENT, str(os.getpid()),
        str(program), *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def stop_child(process: asyncio.subprocess.Process) -> None:
    """Ask it to end, and after a while no longer ask."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(STOP_WITHIN.total_seconds()):
                await process.wait()
        except TimeoutError:
            process.kill()
    await process.wait()
