"""Programs that some tests need and a machine may lack."""

import os
import shutil
import sys
from pathlib import Path

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
    reason = f"{program} is not installed; on Debian or Ubuntu: apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
