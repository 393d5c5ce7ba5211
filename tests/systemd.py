"""A machine in a folder on which docs/running.md and docs/pair.md are carried out: paths lie under
the folder, and `sudo`, `systemctl` and the installer are small programs; all else is the real
thing."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
from aiohttp import ClientSession

from tests.cad import message
from tests.needs import require

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "running.md"
PATIENCE_S = 600.0
UNIT = "forewarn.service"
_PATH = re.compile(r"(?<![\w.])/(?=(?:opt|etc|var|usr/local|run/credentials)/)")
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAMS = {
    "bin/sudo": '[ "$1" != -u ] || shift 2\nexec "$@"',
    "bin/systemctl": f'exec "{sys.executable}" -m tests.systemctl "{{root}}" "$@"',
    "bin/systemd-sysusers": 'exec {sysusers} --root="{root}"',
    "source/docker/install": (
        'mkdir -p "$2/bin"\n'
        'printf \'#!/bin/sh\\nexport INSTALLED_AT=%s PYTHONPATH={repository}\\nexec {python} -m '
        'middleware "$@"\\n\' "$2" >"$2/bin/forewarn"\nchmod +x "$2/bin/forewarn"'
    ),
}  # fmt: skip


@dataclass(slots=True)
class Machine:
    """`ports`: those of docker/systemd/forewarn.toml to those of the test."""

    root: Path
    ports: dict[int, int]

    def prepare(self) -> None:
        """The repository's files with the folder's paths, and the programs."""
        for folder in ("bin", "source/docker/systemd", "etc/systemd/system", "opt", "var/lib"):
            (self.root / folder).mkdir(parents=True)
        for file in (REPOSITORY / "docker" / "systemd").iterdir():
            copy = self.root / "source" / "docker" / "systemd" / file.name
            copy.write_text(self.here(file.read_text()))
        known = {
            "root": self.root, "python": sys.executable, "repository": REPOSITORY,
            "sysusers": require("systemd-sysusers"),
        }  # fmt: skip
        for name, text in PROGRAMS.items():
            program = self.root / name
            for word, value in known.items():
                text = text.replace(f"{{{word}}}", str(value))
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(0o755)

    def here(self, text: str) -> str:
        """The same text about this machine."""
        for there, here in self.ports.items():
            text = re.sub(rf"(?<=[: ]){there}\b", str(here), text)
        return _PATH.sub(f"{self.root}/", text)

    def does(self, section: str) -> str:
        """Every block of the section of the page, each line that fails fails; what was printed."""
        for program in ("curl", "sqlite3"):
            require(program)
        return self.shell("\n".join(blocks(section)))

    def shell(self, commands: str) -> str:
        path = os.pathsep.join((str(self.root / "bin"), os.environ.get("PATH", os.defpath)))
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", self.here(commands)],
            cwd=self.root / "source", env={"PATH": path, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stderr}\n{self.log()}"
        return done.stdout

    def log(self, unit: str = UNIT) -> str:
        """What the unit printed and logged, the end of it."""
        file = self.root / f"{unit}.log"
        return file.read_text()[-3000:] if file.exists() else ""


@dataclass(slots=True)
class Site(Machine):
    """The machine with its service, and a CAD that speaks to it."""

    token: str = ""

    @property
    def state(self) -> Path:
        return self.root / "var" / "lib" / "forewarn"

    @property
    def pid(self) -> int:
        return int((self.root / f"{UNIT}.pid").read_text())

    @property
    def installed_at(self) -> str:
        """Of the version that runs, the folder's name."""
        return Path(psutil.Process(self.pid).environ()["INSTALLED_AT"]).name

    def secret(self, name: str, text: str) -> None:
        """As an administrator lays it there."""
        folder = self.root / "etc" / "forewarn" / "secrets"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{text}\n")

    def configured(self, text: str) -> None:
        """The configuration to begin with, now that of `text` about this machine."""
        (self.root / "source/docker/systemd/forewarn.toml").write_text(self.here(text))

    async def says(self, n: int) -> str:
        """What becomes of incident `n`: taken, known …"""
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"http://127.0.0.1:{self.ports[8101]}/cad/v1/messages"
        async with (
            ClientSession(headers=headers) as http,
            http.post(url, data=message(n=n)) as told,
        ):
            return str(json.loads(await told.text())["standing"])


def blocks(section: str, page: Path = PAGE) -> list[str]:
    """The commands of a section of the page."""
    text = page.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = _BLOCK.findall(text)
    assert found, section
    return found


def sections_with_commands(page: Path) -> tuple[str, ...]:
    """Their headings."""
    sections = re.split(r"^## ", page.read_text(), flags=re.MULTILINE)[1:]
    return tuple(s.splitlines()[0] for s in sections if "```sh" in s)
