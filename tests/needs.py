"""Programs that some tests need and a machine may lack."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

NAMES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "alertmanager": ("alertmanager", "prometheus-alertmanager"),
}
PACKAGES = {
    "promtool": "prometheus",
    "amtool": "prometheus-alertmanager",
    "alertmanager": "prometheus-alertmanager",
    "systemd-analyze": "systemd",
    "systemd-sysusers": "systemd",
    "ip": "iproute2",
    "unshare": "util-linux",
}
PLACES = (str(Path(sys.executable).parent), "/usr/local/sbin", "/usr/sbin", "/sbin")


def require(program: str) -> str:
    """The path of `program`; without it the test is skipped, or fails where CI=true.

    Looks on the PATH, beside this Python (nats-server) and where Debian keeps daemons (mosquitto).
    """
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *PLACES))
    for name in NAMES.get(program, (program,)):
        if found := shutil.which(name, path=path):
            return found
    package = PACKAGES.get(program, program)
    return absent(f"{program} is not installed; on Debian or Ubuntu: apt-get install {package}")


def require_root() -> None:
    """Only root makes roots and mounts; without, the test is skipped, or fails where CI=true."""
    if os.geteuid() != 0:
        absent("this needs root: it makes an empty root and mounts into it")
    asked = [require("unshare"), "--mount", "--pid", "--net", "--fork", "true"]
    if subprocess.run(asked, capture_output=True, check=False).returncode != 0:
        absent("this machine lets not even root have mounts and processes apart: unshare fails")


def absent(reason: str) -> NoReturn:
    """Skips the test, or fails it where CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
