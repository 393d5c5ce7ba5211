"""A Debian root made from nothing, and an image's steps in it. Needs root.

Every mount is in a namespace of its own and ends with the program that made it.
"""

import re
import subprocess
import sys
from pathlib import Path

from packaging.markers import Marker

from tests.dockerfile import Image
from tests.needs import absent, require, require_root

APART = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
BASE_PACKAGES = "ca-certificates,netbase,tzdata,python3,python3-venv"
"""What python:slim has besides Debian's smallest, as far as Debian has it."""
PATIENCE_S = 600.0
WHEELS = "/mnt"
"""Where the wheels lie in a root while a step runs."""


def mirror(suite: str) -> str:
    """Where this machine's apt takes `suite` from."""
    wanted = "$(REPO_URI) $(RELEASE) $(CODENAME) $(COMPONENT)"
    told = succeeds(require("apt-get"), "indextargets", "--format", wanted, "Created-By: Packages")
    for line in told.splitlines():
        uri, *names, component = line.split()
        if suite in names and component == "main":
            return uri
    return absent(f"apt's sources have no {suite}: add it to them, then apt-get update")


def debootstrap(suite: str, root: Path) -> None:
    """`root` becomes the smallest Debian that has Python."""
    require_root()
    program = require("debootstrap")
    words = ["--variant=minbase", f"--include={BASE_PACKAGES}", suite, str(root), mirror(suite)]
    succeeds(*APART, program, *words)


def python_of(root: Path) -> dict[str, str]:
    """What packages may ask of the root's Python (PEP 508)."""
    asked = "import platform, sys; print(*sys.version_info[:2], platform.python_version())"
    major, minor, full = succeeds("chroot", str(root), "python3", "-c", asked).split()
    return {"python_version": f"{major}.{minor}", "python_full_version": full}


def locked(lock: Path, python: dict[str, str]) -> list[str]:
    """`name==version` of what this Python takes of the lock."""
    rows = re.findall(r"^([\w.-]+==[\w.!]+)(?: ; ([^\\\n]+))?", lock.read_text(), re.MULTILINE)
    environ: dict[str, str] = dict(python)
    return [name for name, marker in rows if not marker or Marker(marker).evaluate(environ)]


def wheels(locks: list[Path], python: dict[str, str], folder: Path) -> None:
    """What the steps install, from where this machine's pip takes it; they check every hash."""
    names = [name for lock in locks for name in locked(lock, python)]
    succeeds(
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
        "--only-binary=:all:", "--python-version", python["python_version"],
        "--dest", str(folder), *names,
    )  # fmt: skip


def run_step(image: Image, line: str, wheels: Path) -> None:
    """A RUN of the Dockerfile, in its image's root; no network but the wheels."""
    root = str(image.root)
    mounting = 'mount --bind "$0" "$1$2" && shift && shift && exec "$@"'
    environ = image.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELS}
    apart = [*APART, "--net", f"--mount-proc={root}/proc"]
    mounted = ["sh", "-c", mounting, str(wheels), root, WHEELS]
    inside = ["chroot", root, *as_user(image.user), *environed(environ, image.folder)]
    succeeds(*apart, *mounted, *inside, "/bin/sh", "-c", line)


def as_user(user: str, *more: str) -> list[str]:
    """The beginning of a command that is to run as `uid:gid`."""
    uid, gid = user.split(":")
    return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *more]


def environed(environ: dict[str, str], folder: str) -> list[str]:
    """The beginning of a command that is to have this environment and no other, in a folder."""
    return ["env", "-i", "-C", folder, *(f"{name}={value}" for name, value in environ.items())]


def succeeds(*command: str) -> str:
    """What the command prints; fails with the end of it."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=PATIENCE_S, umask=0o022
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout
