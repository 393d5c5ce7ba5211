"""An image run as a container: read-only root, its user, no capability, processes, mounts and a
network of its own. All of it ends with the test, however that ends. Needs root."""

import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.dockerfile import Image
from tests.empty_root import APART, PATIENCE_S, as_user, environed
from tests.needs import require

NO_POWER = ("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder or a file of this machine, seen at `target` in the container."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """`held`: the first process of its namespaces; `at`: where its root is seen there."""

    image: Image
    held: int
    at: Path

    def command(self, *words: str) -> list[str]:
        """Which runs `words` in the container, as its first process."""
        apart = [*APART, f"--mount-proc={self.at}/proc"]
        inside = ["chroot", str(self.at), *as_user(self.image.user, *NO_POWER)]
        known = environed(self.image.environ, self.image.folder)
        return self.beside(*apart, *inside, *known, *words)

    def beside(self, *words: str) -> list[str]:
        """The same for a program of this machine, which shares only mounts and network."""
        return ["nsenter", f"--target={self.held}", "--mount", "--net", "--pid", "--", *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = self.command(*words)
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )


@contextmanager
def started(command: list[str], log: Path) -> Iterator[psutil.Popen]:
    """Until the end at the latest; what it leaves ends with its container."""
    with log.open("wb") as out:
        process = psutil.Popen(command, stdout=out, stderr=out)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def first_process(started: psutil.Popen) -> psutil.Process:
    """To which an engine sends its signals."""
    processes = started.children(recursive=True)
    return next(one for one in processes if not one.children())


@contextmanager
def container(image: Image, at: Path, mounts: list[Mount], tmpfs: list[str]) -> Iterator[Container]:
    """`at`: an empty folder; below it the root is read-only but for what is mounted. `tmpfs`: as
    in compose, `/tmp:mode=1777`."""
    for program in ("ip", "nsenter", "setpriv", "unshare"):
        require(program)
    lines = ["set -eu", "ip link set lo up", *_bound(image.root, at, writable=False)]
    for place, _, options in (text.partition(":") for text in [*tmpfs, "/dev/shm:mode=1777"]):
        lines += [f"mount -t tmpfs -o {options} tmpfs {shlex.quote(f'{at}{place}')}"]
    for mount in mounts:
        _make_room(mount, image.root / mount.target[1:])
        lines += _bound(mount.source, at / mount.target[1:], writable=mount.writable)
    script = "\n".join([*lines, "echo ready", "exec cat"])
    holder = psutil.Popen(
        [*APART, "--net", "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline() == b"ready\n", script
        yield Container(image, holder.children()[0].pid, at)
    finally:
        holder.kill()
        holder.communicate()


def _bound(source: Path, target: Path, *, writable: bool) -> list[str]:
    here, there = shlex.quote(str(source)), shlex.quote(str(target))
    lines = [f"mount --bind {here} {there}"]
    return lines if writable else [*lines, f"mount -o remount,bind,ro {there}"]


def _make_room(mount: Mount, place: Path) -> None:
    """What an engine makes in the container's own layer when there is nothing to mount at."""
    if mount.source.is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()


def fill_volume(image: Image, target: str, folder: Path) -> None:
    """A new volume has what the image has there, with its owners."""
    subprocess.run(["cp", "-a", image.root / target[1:], folder], check=True)
