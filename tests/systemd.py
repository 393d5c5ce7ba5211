"""A machine in a folder on which docs/running.md is carried out: paths lie under the folder, and
`sudo`, `systemctl` and the installer are small programs; all else is the real thing."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.needs import require

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "running.md"
PATIENCE_S = 600.0
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

    def log(self, unit: str = "forewarn.service") -> str:
        """What the unit printed and logged, the end of it."""
        file = self.root / f"{unit}.log"
        return file.read_text()[-3000:] if file.exists() else ""


def blocks(section: str) -> list[str]:
    """The commands of a section of the page."""
    text = PAGE.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = _BLOCK.findall(text)
    assert found, section
    return found
