"""What holds for every test."""

import signal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

# No test asserts a wall-clock time, so a slow machine must not fail one either.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

# A shell's background jobs ignore Ctrl-C, and so would every program that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Who may take longest begins first: no worker is left alone with it at the end."""
    items.sort(key=lambda item: _limit(config, item), reverse=True)


def _limit(config: pytest.Config, item: pytest.Item) -> float:
    """Seconds after which it counts as hanging."""
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0] if mark else config.getini("timeout"))


class OneByOne(LoadScopeScheduling):  # type: ignore[misc]
    """Each worker takes the next test, or all of a file that makes something once for all of them.

    Most of the slow part waits for what another side does, so there are more workers than cores.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if _makes_something_once(ROOT / file) else nodeid


@cache
def _makes_something_once(file: Path) -> bool:
    return 'scope="module"' in file.read_text()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneByOne | None:
    """In place of --dist=loadgroup, whose groups get lost in pytest 9.2 with xdist 3.8."""
    return OneByOne(config, log) if config.getoption("dist") == "loadgroup" else None
