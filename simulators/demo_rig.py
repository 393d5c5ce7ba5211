"""What the demo sets up: a state directory, credentials and the service, as an engineer would do
it from the command line."""

import asyncio
import fcntl
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from aiohttp import ClientError, ClientSession

from simulators.demo_config import written
from simulators.shift import Shift

Say = Callable[[str], None]

FOREWARN = (sys.executable, "-m", "middleware")
READY_WITHIN_S = 60.0
PEOPLE = {"handler": "call_handler", "dispatcher": "dispatcher", "marking": "marking_team",
          "supervisor": "supervisor"}  # fmt: skip
"""Who can sign in at the demo's console, and as what."""
WANTED = {"console": 8100, "cad_http": 8101, "cad_tcp": 8102, "cad_notes": 8110, "broker": 1883,
          "ami": 5038, "radio": 4001}  # fmt: skip
"""The ports that the demo takes where they are free."""


class Broken(Exception):
    """The demo cannot go on; the text says why and what to do."""


def reserve(wanted: int) -> socket.socket:
    """A port on 127.0.0.1: `wanted`, or one that the system picks when somebody has it. While it
    stays bound nobody else is given it, another demo neither; a server may listen there."""
    for port in (wanted, 0):
        held = socket.socket()
        try:
            held.bind(("127.0.0.1", port))
        except OSError:
            held.close()
            continue
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return held
    raise Broken("no port is free on 127.0.0.1; end some program that listens and try again")


def alone_in(folder: Path) -> IO[bytes]:
    """A lock beside the directory, held until it is closed; Broken when another demo has it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.with_name(folder.name + ".lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Broken(f"one runs in {folder} already; end it, or start from elsewhere") from None
    return lock


@dataclass(slots=True)
class Rig:
    """A directory of the demo's own, made anew at each start."""

    folder: Path
    ports: dict[str, int]
    password: str
    held: ExitStack
    """The directory and the ports, its own until it stops."""
    cad_token: str = ""
    device_passwords: dict[str, str] | None = None
    service: subprocess.Popen[bytes] | None = None

    @classmethod
    def prepare(cls, folder: Path) -> "Rig":
        """Empty the directory and choose the ports."""
        held = ExitStack()
        held.enter_context(alone_in(folder))
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, mode=0o700)
        kept = {name: held.enter_context(reserve(port)) for name, port in WANTED.items()}
        ports = {name: one.getsockname()[1] for name, one in kept.items()}
        if sys.platform != "linux":  # elsewhere nobody may listen where another is bound
            for one in kept.values():
                one.close()
        return cls(folder, ports, secrets.token_urlsafe(9), held)

    @property
    def config(self) -> Path:
        return self.folder / "forewarn.toml"

    @property
    def ami_secret(self) -> Path:
        return self._secret("ami.password", "demo-" + self.password)

    @property
    def console(self) -> str:
        return f"http://127.0.0.1:{self.ports['console']}"

    @property
    def cad_notes_secret(self) -> Path:
        """The token that the service shows to the CAD that takes notes."""
        return self._secret("cad-notes.token", secrets.token_urlsafe(24))

    def configure(self, shift: Shift, sip: int) -> None:
        """Write the configuration that the service will read, and the secrets that it names; `sip`
        is where telephones are called, 0 where there are none."""
        ports = self.ports | ({"sip": sip} if sip else {})
        pressed = [s.about["callsign"] for s in shift.steps if s.do == "emergency"]
        secret_files = {"ami": self.ami_secret, "cad_notes": self.cad_notes_secret}
        text = written(self.folder, secret_files, ports, shift.fleet, pressed[:1])
        self.config.write_text(text, encoding="utf-8")

    def make_credentials(self, devices: Iterable[str], say: Say) -> None:
        """Tokens, people and device accounts, made by the command line."""
        self.cad_token = self._forewarn("tokens", "add", "system:cad").strip()
        say("credentials: a token for the CAD")
        password = self._secret("people.password", self.password)
        for name, role in PEOPLE.items():
            self._forewarn("people", "add", name, "--role", role, "--password-file", str(password))
            say(f"credentials: {name} may sign in as {role}")
        made = self._forewarn("devices", "add", *devices)
        pairs = (line.split() for line in made.splitlines())
        self.device_passwords = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
        say(f"credentials: {len(self.device_passwords)} mobile data terminals")

    def import_markers(self, file: Path) -> str:
        """Stage and activate; what the command prints (refused rows are part of the show)."""
        secret = str(self.folder / "people.password")
        said = self._forewarn(
            "markers", "import", str(file), "--decided-by", "marking",
            "--sign-in", "marking", "--password-file", secret, accept=(0, 1),
        )  # fmt: skip
        lines = (line.replace(str(file), file.name) for line in said.splitlines())
        return "\n".join(line for line in lines if line and "━" not in line)

    def start(self) -> None:
        """The service, in a process of its own; what it says goes to service.log."""
        with (self.folder / "service.log").open("wb") as log:
            self.service = subprocess.Popen(
                [*FOREWARN, "run", "--config", str(self.config)],
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C ends the play; the service is needed for its end
            )

    async def ready(self, session: ClientSession) -> None:
        """Wait for /readyz; Broken with the end of its log when it ends or is late."""
        for _ in range(int(READY_WITHIN_S / 0.1)):
            if self.service is not None and self.service.poll() is not None:
                break
            try:
                async with session.get(f"{self.console}/readyz") as answer:
                    if answer.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.1)
        log = (self.folder / "service.log").read_text(encoding="utf-8", errors="replace")
        raise Broken(f"the service did not become ready; its log ends with\n{log[-2000:]}")

    def stop(self) -> None:
        """SIGTERM, and wait; the directory and the ports are free again."""
        if self.service is not None and self.service.poll() is None:
            self.service.terminate()
            self.service.wait()
        self.held.close()

    def _secret(self, name: str, text: str) -> Path:
        path = self.folder / name
        if not path.exists():
            with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
                file.write(text)
        return path

    def _forewarn(self, *words: str, accept: tuple[int, ...] = (0,)) -> str:
        command = [*FOREWARN, *words, "--config", str(self.config)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in accept:
            raise Broken(f"`forewarn {words[0]} {words[1]}` said: {done.stderr or done.stdout}")
        return done.stdout if accept == (0,) else done.stdout + done.stderr
