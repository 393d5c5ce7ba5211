"""The image's steps, read from docker/Dockerfile, in an empty root that debootstrap makes; then
what they made, run as compose.yaml runs it, by the commands of docs/docker.md (E2, O4)."""

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import yaml
from packaging.utils import canonicalize_name

from tests.container import Container, Mount, container, fill_volume, first_process, started
from tests.dockerfile import Build, Image, left_out
from tests.empty_root import as_user, debootstrap, locked, python_of, run_step, succeeds, wheels
from tests.needs import require

pytestmark = pytest.mark.timeout(900)  # a Debian and every package are taken from the network
REPOSITORY = Path(__file__).parents[2]
DOCKER = REPOSITORY / "docker"
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
START = (REPOSITORY / "docs" / "docker.md").read_text().split("\n## Start\n")[1].split("\n## ")[0]
VERSION = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
PATIENCE_S = 90.0
LARGEST_MB = 300
"""Of what the steps add to the base."""
NOT_IN_IT = ("cc", "gcc", "g++", "clang", "ld", "make", "git", "pip", "pytest", "ruff", "mypy")
ADDED = re.compile(
    r"opt/forewarn(/.*)?|usr/local/bin/forewarn-health|etc/forewarn(/forewarn\.toml)?"
    r"|var/lib/forewarn|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|etc/\.pwd\.lock"
)
"""By the steps: Forewarn, its health check, its configuration, its state, its account."""
INSTALLED = (
    "import importlib.metadata as found\n"
    "print(*(f'{one.name}=={one.version}' for one in found.distributions()))"
)
WRITABLE = ("find", "/", "-xdev", "(", "!", "-type", "l", "-writable", "!", "-path", "/dev/*",
            "-print", ")", ",", "(", "!", "-readable", "-prune", ")")  # fmt: skip
"""By whoever asks."""


@dataclass(frozen=True, slots=True)
class Made:
    """`base`: what debootstrap made; `image`: what the steps made of it."""

    base: Path
    image: Image
    python: dict[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The roots are large, and go when the tests are done."""
    folder = tmp_path_factory.mktemp("image")
    try:
        yield _make(folder)
    finally:
        shutil.rmtree(folder)


def _make(folder: Path) -> Made:
    text = (DOCKER / "Dockerfile").read_text()
    named = re.search(r"^ARG PYTHON=python:([\d.]+)-slim-(\w+)$", text, re.MULTILINE)
    assert named, "the base is a Python on a release of Debian"
    base = folder / "base"
    debootstrap(named[2], base)
    python = python_of(base)
    assert python["python_version"] == named[1], "Debian's Python is of the same series"
    wheelhouse = folder / "wheels"
    wheels([DOCKER / "build.lock", DOCKER / "requirements.lock"], python, wheelhouse)
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text().split()
    context, stages = folder / "context", folder / "stages"
    shutil.copytree(REPOSITORY, context, ignore=left_out(REPOSITORY, ignored))
    succeeds("chmod", "-R", "go-rwx", str(context))  # a checkout that its owner alone can read
    stages.mkdir()

    def run(image: Image, line: str) -> None:
        run_step(image, line, wheelhouse)

    build = Build(base, context, ignored, stages, run)
    return Made(base, build.build(text), python)


def _files(root: Path) -> set[Path]:
    """Everything below, relative to the root."""
    return {path.relative_to(root) for path in root.rglob("*")}


def _canonical(pinned: str) -> str:
    name, version = pinned.split("==")
    return f"{canonicalize_name(name)}=={version}"


def _megabytes(root: Path) -> int:
    return int(succeeds("du", "-sxm", str(root)).split()[0])


def test_e2_the_steps_add_forewarn_its_locked_packages_and_an_account_alone(made: Made) -> None:
    root, environ = made.image.root, made.image.environ
    added = {str(path) for path in _files(root) - _files(made.base)}
    assert not {path for path in added if not ADDED.fullmatch(path)}
    installed = succeeds("chroot", str(root), "/opt/forewarn/bin/python", "-c", INSTALLED).split()
    expected = {*locked(DOCKER / "requirements.lock", made.python), f"forewarn=={VERSION}"}
    assert {_canonical(name) for name in installed} == {_canonical(name) for name in expected}
    path = os.pathsep.join(str(root / folder[1:]) for folder in environ["PATH"].split(":"))
    assert not [name for name in NOT_IN_IT if shutil.which(name, path=path)]
    whole, base = _megabytes(root), _megabytes(made.base)
    print(f"the image's root: {whole} MB, of which the steps added {whole - base} MB")
    assert whole - base <= LARGEST_MB


def test_e2_the_account_can_change_nothing_but_its_own_state(made: Made) -> None:
    """By modes and owners alone, before the root is made read-only as well."""
    uid, gid = made.image.user.split(":")
    inside = ("chroot", str(made.image.root), *as_user(made.image.user))
    found = succeeds(*inside, *WRITABLE).split()
    shared = {"/tmp", "/var/tmp", "/run/lock"}  # Debian's own, for everybody
    assert set(found) - shared == set(made.image.volumes)
    own = succeeds(*inside, "cat", made.image.command[-1])
    assert own == (DOCKER / "forewarn.toml").read_text(), "and can read what it needs"
    state = (made.image.root / made.image.folder[1:]).stat()
    assert (state.st_uid, state.st_gid) == (int(uid), int(gid))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder in which the commands of docs/docker.md are given."""
    for file in (DOCKER / "forewarn.toml", DOCKER / "mosquitto.conf"):
        shutil.copy(file, tmp_path)
        (tmp_path / file.name).chmod(0o644)
    (tmp_path / "reader.txt").write_text("a password of the reader's own\n")
    (tmp_path / "hosts").write_text("127.0.0.1 localhost forewarn mosquitto\n")
    (tmp_path / "root").mkdir()
    tmp_path.chmod(0o755)  # as a checkout is; the account must come to what it reads in it
    return tmp_path


def _mounts(service: str, here: Path) -> list[Mount]:
    """Of compose.yaml: `./certs` and the volume `state` lie in the folder."""
    texts = (text.split(":") for text in COMPOSE[service]["volumes"])
    return [Mount(here / source, target, mode != ["ro"]) for source, target, *mode in texts]


@pytest.fixture
def room(made: Made, here: Path) -> Iterator[Container]:
    """All that `Start` of docs/docker.md does up to `docker compose up`; its container."""
    service = COMPOSE["forewarn"]
    assert (service["user"], service["read_only"]) == (made.image.user, True)
    [state] = made.image.volumes
    fill_volume(made.image, state, here / "state")
    _start(here, r"^sudo install -d .*", 'sudo() { "$@"; }')
    mounts = [Mount(here / "hosts", "/etc/hosts"), *_mounts("forewarn", here)]
    assert state in {mount.target for mount in mounts if mount.writable}
    ours = [*mounts, Mount(here, "/here", writable=True)]
    with container(made.image, here / "root", ours, service["tmpfs"]) as commands:
        words = commands.command("env", "-C", "/here", f"FOREWARN_STATE={state}", "forewarn")
        _start(here, r"^fw .*", f'fw() {{ {shlex.join(words)} "$@"; }}')
    with container(made.image, here / "root", mounts, service["tmpfs"]) as room:
        yield room


def _start(here: Path, wanted: str, before: str) -> str:
    """The lines of the block `Start` that are wanted."""
    lines = re.findall(wanted, START, re.MULTILINE)
    assert lines
    script = "\n".join(["set -euo pipefail", f"cd {shlex.quote(str(here))}", before, *lines])
    return succeeds("bash", "-c", script)


def _mosquitto(room: Container, here: Path) -> list[str]:
    """A real one beside it with docker/mosquitto.conf, as its user and with its mounts."""
    lines = ["set -eu", "mount -t tmpfs tmpfs /run"]
    for mount in _mounts("mosquitto", here):
        place = Path(mount.target)
        if place.is_relative_to("/run"):
            lines += [f"mkdir {place}", f"mount --bind {shlex.quote(str(mount.source))} {place}"]
    lines += [f"cp {shlex.quote(str(here / 'mosquitto.conf'))} /run", 'exec "$@"']
    account = as_user(COMPOSE["mosquitto"]["user"])
    run = [*account, require("mosquitto"), "-c", "/run/mosquitto.conf"]
    return room.beside("unshare", "--mount", "sh", "-c", "\n".join(lines), "sh", *run)


def _ports(room: Container) -> set[int]:
    """At which somebody listens in the container's network."""
    lines = succeeds(*room.beside("ss", "--listening", "--tcp", "--numeric", "--no-header"))
    return {int(line.split()[3].rpartition(":")[2]) for line in lines.splitlines()}


@pytest.fixture
def service(room: Container, here: Path) -> Iterator[psutil.Popen]:
    """What the image runs by itself, with its broker."""
    words = (*room.image.entrypoint, *room.image.command)
    with (
        started(_mosquitto(room, here), here / "mosquitto.log"),
        started(room.command(*words), here / "service.log") as service,
    ):
        yield service


async def test_o4_the_container_is_healthy_ready_read_only_and_drains_when_it_is_told_to(
    room: Container, service: psutil.Popen, here: Path
) -> None:
    image, log = room.image, here / "service.log"
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while room.run(*image.health).returncode or "broker_connected" not in log.read_text():
                assert service.poll() is None, log.read_text()[-2000:]
                await asyncio.sleep(0.1)
    healthy = room.run(*image.health)
    assert healthy.returncode == 0, healthy.stderr
    curl = f'nsenter --target={room.held} --net curl --silent --show-error --fail "$@"'
    ready = json.loads(_start(here, r"^curl .*", f"curl() {{ {curl}; }}"))
    assert set(ready.values()) == {"ready"}
    assert _ports(room) == {8883, *image.ports}
    places = {*image.volumes, *(text.split(":")[0] for text in COMPOSE["forewarn"]["tmpfs"])}
    writable = {Path(text) for text in room.run(*WRITABLE).stdout.split()}
    assert {place for place in places if Path(place) in writable} == places
    assert not [path for path in writable if not any(path.is_relative_to(p) for p in places)]

    first_process(service).send_signal(signal.Signals[image.stop_signal])
    grace = float(COMPOSE["forewarn"]["stop_grace_period"].removesuffix("s"))
    assert await asyncio.to_thread(service.wait, grace) == 0, log.read_text()[-2000:]
    assert room.run(*image.health).returncode != 0, "nobody listens any more"
