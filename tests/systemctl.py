"""What systemd does for the units of docker/systemd, without systemd and without its sandbox:

python -m tests.systemctl ROOT daemon-reload | enable [--now] | disable --now UNIT …
python -m tests.systemctl ROOT start | stop | restart UNIT …
"""

import os
import shutil
import subprocess
import sys
from configparser import ConfigParser, SectionProxy
from pathlib import Path

import psutil

KEPT = ("PATH", "HOME", "LANG")


class Unit:
    """A service of the machine below `root`; its process is known by a file."""

    def __init__(self, root: Path, name: str) -> None:
        self.root, self.name = root, name
        parser = ConfigParser(interpolation=None, comment_prefixes="#", delimiters="=")
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string((root / "etc/systemd/system" / name).read_text())
        self.service: SectionProxy = parser["Service"] if "Service" in parser else parser["Timer"]
        self._pid = root / f"{name}.pid"

    def start(self) -> int:
        """The exit code; 0 as soon as a service that stays was begun."""
        if "ExecStart" not in self.service:
            return 0
        umask = int(self.service.get("UMask", "0022"), 8)
        with (self.root / f"{self.name}.log").open("ab") as log:
            child = subprocess.Popen(
                self.service["ExecStart"].split(), stdout=log, stderr=log, env=self._environ(),
                cwd=self._directories(), umask=umask, start_new_session=True,
            )  # fmt: skip
        if self.service["Type"] == "oneshot":
            return child.wait()
        self._pid.write_text(str(child.pid))
        return 0

    def stop(self) -> int:
        """1 when it had to be killed."""
        if not self._pid.exists() or not psutil.pid_exists(int(self._pid.read_text())):
            return 0
        process = psutil.Process(int(self._pid.read_text()))
        process.terminate()
        try:
            process.wait(float(self.service["TimeoutStopSec"]))
        except psutil.TimeoutExpired:
            if process.status() != psutil.STATUS_ZOMBIE:
                process.kill()
                return 1
        return 0

    def _directories(self) -> str:
        for name in self.service.get("StateDirectory", "").split():
            folder = self.root / "var/lib" / name
            folder.mkdir(exist_ok=True)
            folder.chmod(int(self.service["StateDirectoryMode"], 8))
        return self.service.get("WorkingDirectory", str(self.root))

    def _environ(self) -> dict[str, str]:
        said = dict(one.split("=", 1) for one in self.service.get("Environment", "").split())
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | said | self._credentials()

    def _credentials(self) -> dict[str, str]:
        if "LoadCredential" not in self.service:
            return {}
        name, source = self.service["LoadCredential"].split(":")
        folder = self.root / "run/credentials" / self.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in Path(source).iterdir():
            shutil.copy(file, folder / f"{name}_{file.name}")
            (folder / f"{name}_{file.name}").chmod(0o440)  # with an access list, as systemd may
        return {"CREDENTIALS_DIRECTORY": str(folder)}


def main(root: str, verb: str, *words: str) -> int:
    units = [Unit(Path(root), word) for word in words if not word.startswith("--")]
    if verb in {"stop", "restart", "disable"} and (code := max(unit.stop() for unit in units)):
        return code
    if verb in {"start", "restart"} or (verb == "enable" and "--now" in words):
        return max(unit.start() for unit in units)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
