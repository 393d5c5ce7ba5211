"""Who may import whom is held by import-linter (DESIGN, "Who may import whom")."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = [contract["name"] for contract in CONFIG["contracts"]]

TRESPASSES = {
    "schemas/trespass.py": "import middleware.ports",
    "middleware/domain/trespass.py": "import random\nimport middleware.flow\nimport adapters",
    "middleware/engine/trespass.py": "import middleware.ops",
    "adapters/sources/trespass.py": "import adapters.channels\nimport middleware.engine",
    "middleware/config/trespass.py": "import adapters",
    "middleware/ops/trespass.py": "import simulators",
    "simulators/trespass.py": "import adapters",
}


def lint_imports(where: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)


def test_every_module_imports_only_what_it_may() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def verdict_on_trespasses(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the house in which every rule is broken."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in CONFIG["root_packages"]:
        shutil.copytree(ROOT / package, copy / package)
    for path, source in TRESPASSES.items():
        (copy / path).write_text(source + "\n")
    return lint_imports(copy).stdout


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_contract_finds_its_trespass(contract: str, verdict_on_trespasses: str) -> None:
    assert f"{contract} BROKEN" in verdict_on_trespasses
