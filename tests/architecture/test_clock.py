"""Time and chance are arguments: one module reads the real clock or sleeps (DESIGN, N7)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THE_CLOCK = Path("middleware/ops/clock.py")
PURE = (Path("schemas"), Path("middleware/domain"), Path("middleware/engine"))
WATCHED = (Path("schemas"), Path("middleware"), Path("adapters"))

READS_TIME = ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
              "datetime.date.today", "time.", "asyncio.sleep")  # fmt: skip
DRAWS = ("random.",)
DRAWS_OR_ASKS_THE_SYSTEM = ("secrets.", "uuid.uuid1", "uuid.uuid4", "os.urandom", "numpy.random.")


def names(tree: ast.AST) -> dict[str, str]:
    """Local name ─► full name, from every import in the module."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                top = item.name.partition(".")[0]
                found[item.asname or top] = item.name if item.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module:
            for item in node.names:
                found[item.asname or item.name] = f"{node.module}.{item.name}"
    return found


def full_name(node: ast.AST, known: dict[str, str]) -> str | None:
    """`datetime.datetime.now` for what `dt.now` means here; None for what is not imported."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute) and (owner := full_name(node.value, known)):
        return f"{owner}.{node.attr}"
    return None


def readings(source: str, *, pure: bool) -> Iterator[tuple[int, str]]:
    """Line and name of every use of the clock or of chance; a seeded Random is an argument."""
    tree = ast.parse(source)
    known = names(tree)
    forbidden = READS_TIME + DRAWS + (DRAWS_OR_ASKS_THE_SYSTEM if pure else ())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and full_name(node.func, known) == "random.Random":
            if not node.args:
                yield node.lineno, "random.Random without a seed"
        elif isinstance(node, ast.Name | ast.Attribute):
            name = full_name(node, known)
            if name and name != "random.Random" and name.startswith(forbidden):
                yield node.lineno, name


def watched_files() -> list[Path]:
    files = (f.relative_to(ROOT) for top in WATCHED for f in (ROOT / top).rglob("*.py"))
    return sorted(f for f in files if f != THE_CLOCK)


@pytest.mark.parametrize("path", watched_files(), ids=str)
def test_only_the_clock_module_reads_the_clock_or_sleeps(path: Path) -> None:
    pure = any(path.is_relative_to(top) for top in PURE)
    found = list(readings((ROOT / path).read_text(), pure=pure))
    assert not found, f"{path} must take a Clock, a Random or Keys as an argument: {found}"


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime, UTC\nx = datetime.now(UTC)",
        "import datetime as dt\nx = dt.datetime.now(dt.UTC)",
        "from datetime import date\nx = date.today()",
        "import time\nx = time.monotonic()",
        "from time import sleep as nap\nnap(1)",
        "import time\ndef f(clock=time.time): ...",
        "import asyncio\nasync def f(): await asyncio.sleep(1)",
        "import random\nx = random.random()",
        "from random import Random\nx = Random()",
    ],
)
def test_the_rule_finds_every_way_to_read_the_clock_or_chance(source: str) -> None:
    assert list(readings(source, pure=False))


@pytest.mark.parametrize(
    "source",
    ["import uuid\nx = uuid.uuid4()", "import os\nx = os.urandom(8)", "import secrets as s\ns.a()"],
)
def test_the_pure_part_asks_the_system_for_nothing(source: str) -> None:
    assert list(readings(source, pure=True))


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime, UTC\nx = datetime(2026, 1, 1, tzinfo=UTC)",
        "from random import Random\ndef f(chance: Random): return chance.random()",
        "from random import Random\nx = Random(7)",
        "async def f(clock): await clock.sleep(1)",
    ],
)
def test_what_is_given_as_an_argument_is_free(source: str) -> None:
    assert not list(readings(source, pure=True))
