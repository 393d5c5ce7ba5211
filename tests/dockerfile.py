"""A Dockerfile's steps, one by one, into directories: what an engine does with them, without one.

Only what docker/Dockerfile uses is known here. Anything else is refused, so that no step of the
image is passed over.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Template
from typing import ClassVar

BASE_ENVIRON = {
    "PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
}
"""Of the base image."""
HEALTH_OPTIONS = {"interval", "timeout", "start-period", "retries"}


class UnknownStep(ValueError):
    """A step, an option or a form that is not known here, with its line."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line: `COPY --from=build /a /b` is COPY, {"from": "build"}, "/a /b"."""

    line: int
    name: str
    options: dict[str, str]
    rest: str

    def unknown(self, what: str) -> UnknownStep:
        return UnknownStep(f"line {self.line}: {what} in {self.name} is not known to the tests")

    def only(self, *options: str) -> None:
        for option in self.options.keys() - set(options):
            raise self.unknown(f"--{option}")

    def words(self) -> list[str]:
        """Of the exec form, `["a", "b"]`."""
        if not re.fullmatch(r'\["[^"\\]*"(, *"[^"\\]*")*\]', self.rest):
            raise self.unknown("another form than [...]")
        return re.findall(r'"([^"]*)"', self.rest)


@dataclass(frozen=True, slots=True)
class Image:
    """What the steps made: a root and how it is to be run. `user` is `uid:gid`."""

    root: Path
    environ: dict[str, str] = field(default_factory=lambda: dict(BASE_ENVIRON))
    user: str = "0:0"
    folder: str = "/"
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset()
    stop_signal: str = "SIGTERM"


Run = Callable[[Image, str], None]
"""Runs a line of shell in the image's root, without any network."""


def steps(text: str) -> Iterator[Step]:
    """Raises UnknownStep for a line that goes on in the next."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(" ")
        options = dict[str, str]()
        while found := re.match(r"--([a-z-]+)=(\S+) +", rest):
            options[found[1]] = found[2]
            rest = rest[found.end() :]
        step = Step(number, name, options, rest.strip())
        if rest.endswith("\\") or rest.startswith("--") or "<<" in rest:
            raise step.unknown("a line of this form")
        yield step


def in_context(path: str, patterns: list[str]) -> bool:
    """Whether .dockerignore lets `path`, relative to the context, into it: the last that fits."""
    lies_under = [*("/".join(path.split("/")[: n + 1]) for n in range(path.count("/") + 1))]
    kept = True
    for pattern in patterns:
        expression = re.escape(pattern.removeprefix("!")).replace(r"\*\*/", "(?:.*/)?")
        expression = expression.replace(r"\*", "[^/]*")
        if any(re.fullmatch(expression, part) for part in lies_under):
            kept = pattern.startswith("!")
    return kept


def left_out(context: Path, patterns: list[str]) -> Callable[[str, list[str]], set[str]]:
    """What shutil.copytree is to ignore of a context."""

    def ignore(folder: str, names: list[str]) -> set[str]:
        at = Path(folder).relative_to(context)
        return {name for name in names if not in_context(str(at / name), patterns)}

    return ignore


@dataclass(slots=True)
class Build:
    """From a base's root and a context to the last stage; each has its directory in `folder`."""

    base: Path
    context: Path
    ignored: list[str]
    folder: Path
    run: Run
    args: dict[str, str] = field(default_factory=dict)
    stages: dict[str, Image] = field(default_factory=dict)

    def build(self, text: str) -> Image:
        image = Image(self.base)
        for step in steps(text):
            if step.name not in self._STEPS:
                raise step.unknown("this step")
            if step.name not in ("COPY", "HEALTHCHECK"):
                step.only()
            image = self._STEPS[step.name](self, image, step)
        return image

    def _arg(self, image: Image, step: Step) -> Image:
        name, _, value = step.rest.partition("=")
        self.args[name] = value
        return image

    def _from(self, image: Image, step: Step) -> Image:
        """Each stage begins with the base, whose name is an argument."""
        base, *named = step.rest.split(" AS ")
        if Template(base).safe_substitute(self.args) not in self.args.values():
            raise step.unknown("a base that is no argument")
        name = named[0] if named else "last"
        root = self.folder / name
        subprocess.run(["cp", "-a", "--reflink=auto", self.base, root], check=True)
        self.stages[name] = Image(root)
        return self.stages[name]

    def _copy(self, image: Image, step: Step) -> Image:
        """Everything becomes root's; modes stay."""
        step.only("from", "chmod")
        source, target = step.rest.split()
        stage = step.options.get("from")
        origin = self.stages[stage].root / source[1:] if stage else self.context / source
        into = image.root / target.removeprefix("/")
        into.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            if "chmod" in step.options:
                raise step.unknown("--chmod of a folder")
            ignore = None if stage else left_out(self.context, self.ignored)
            shutil.copytree(origin, into, symlinks=True, dirs_exist_ok=True, ignore=ignore)
        else:
            shutil.copy2(origin, into)
            if "chmod" in step.options:
                into.chmod(int(step.options["chmod"], 8))
        return image

    def _run(self, image: Image, step: Step) -> Image:
        self.run(image, step.rest)
        return image

    def _env(self, image: Image, step: Step) -> Image:
        environ = dict(image.environ)
        for word in shlex.split(step.rest):
            name, _, value = word.partition("=")
            environ[name] = Template(value).substitute(image.environ)
        return replace(image, environ=environ)

    def _health(self, image: Image, step: Step) -> Image:
        step.only(*HEALTH_OPTIONS)
        command = replace(step, rest=step.rest.removeprefix("CMD "))
        return replace(image, health=tuple(command.words()))

    def _expose(self, image: Image, step: Step) -> Image:
        return replace(image, ports=image.ports | {int(port) for port in step.rest.split()})

    _STEPS: ClassVar[dict[str, Callable[["Build", Image, Step], Image]]] = {
        "ARG": _arg,
        "FROM": _from,
        "COPY": _copy,
        "RUN": _run,
        "ENV": _env,
        "EXPOSE": _expose,
        "HEALTHCHECK": _health,
        "USER": lambda _, image, step: replace(image, user=step.rest),
        "WORKDIR": lambda _, image, step: replace(image, folder=step.rest),
        "VOLUME": lambda _, image, step: replace(image, volumes=(*image.volumes, step.rest)),
        "STOPSIGNAL": lambda _, image, step: replace(image, stop_signal=step.rest),
        "ENTRYPOINT": lambda _, image, step: replace(image, entrypoint=tuple(step.words())),
        "CMD": lambda _, image, step: replace(image, command=tuple(step.words())),
    }
