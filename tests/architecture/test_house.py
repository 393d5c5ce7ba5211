"""The house is in order: what lies where, how large it is, and why each dependency is there."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
CODE = ("adapters", "middleware", "schemas", "simulators", "tests")
TOOLS_NEED = (".ci", ".git", ".gitignore", ".dockerignore", "Makefile", "pyproject.toml",
              "requirements.lock")  # fmt: skip
AT_THE_TOP = {*CODE, *TOOLS_NEED, "docker", "docs", "CHANGELOG.md", "LICENSE", "README.md"}
WRITTEN = ("*.py", "*.js", "*.css", "*.html", "*.md", "*.toml", "*.yml", "*.yaml")
LIMIT = 16_000  # bytes
LOOKED_UP = {Path("docs/configuration.md")}  # made from the code: a table, not read in one sitting
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
DEPENDENCIES = (ROOT / "docs/dependencies.md").read_text()


def ignored(name: str) -> bool:
    patterns = (line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines())
    return any(fnmatch(name, pattern) for pattern in patterns if not pattern.startswith("#"))


def written_files() -> list[Path]:
    tops = (ROOT / name for name in (*CODE, "docker", "docs"))
    files = (f for top in tops for pattern in WRITTEN for f in top.rglob(pattern))
    return sorted(f.relative_to(ROOT) for f in files if "vendor" not in f.parts)


def requirement_names(requirements: list[str]) -> set[str]:
    return {Requirement(text).name for text in requirements}


def documented_names(section: str) -> set[str]:
    """The first column of the table under `## section`; each row must have its reason."""
    body = DEPENDENCIES.split(f"## {section}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", body, flags=re.MULTILINE)
    assert all(len(reason.split()) > 2 for _, reason in rows)
    assert len(rows) == len({name for name, _ in rows}), "a dependency is listed twice"
    return {name for name, _ in rows}


def test_only_known_names_lie_at_the_top() -> None:
    found = {p.name for p in ROOT.iterdir() if not ignored(p.name)}
    assert found <= AT_THE_TOP, f"move or ignore: {sorted(found - AT_THE_TOP)}"


@pytest.mark.parametrize("path", sorted({*written_files()} - LOOKED_UP), ids=str)
def test_a_written_file_can_be_read_in_one_sitting(path: Path) -> None:
    size = (ROOT / path).stat().st_size
    assert size <= LIMIT, f"{path} has {size} bytes, the limit is {LIMIT}: split it by subject"


@pytest.mark.parametrize("path", written_files(), ids=str)
def test_no_file_names_a_path_of_one_machine(path: Path) -> None:
    found = re.findall(r"(?<![\w./-])/(?:home|root|Users|work)/\S*", (ROOT / path).read_text())
    assert not found


def test_each_runtime_dependency_has_its_reason() -> None:
    assert documented_names("Runtime") == requirement_names(PROJECT["dependencies"])


def test_each_dependency_of_the_traces_has_its_reason() -> None:
    extra = PROJECT["optional-dependencies"]["traces"]
    assert documented_names("Traces") == requirement_names(extra)


def test_each_development_dependency_has_its_reason() -> None:
    developed = PROJECT["optional-dependencies"]["dev"]
    assert documented_names("Development") == requirement_names(developed)


def test_the_lock_names_no_host() -> None:
    assert not re.findall(r"://|^--?\w+", LOCK, flags=re.MULTILINE)


def locked() -> list[tuple[Requirement, str]]:
    """Every locked requirement with its hashes."""
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    parted = (entry.partition("\\\n") for entry in entries)
    return [(Requirement(head.strip()), hashes) for head, _, hashes in parted]


def test_every_locked_package_is_pinned_and_hashed() -> None:
    for requirement, hashes in locked():
        assert re.fullmatch(r"==[\w.!]+", str(requirement.specifier)), requirement.name
        assert "--hash=sha256:" in hashes, requirement.name


def test_the_lock_satisfies_every_dependency_of_the_project() -> None:
    versions: dict[str, list[str]] = {}
    for requirement, _ in locked():
        versions.setdefault(requirement.name, []).append(str(requirement.specifier)[2:])
    extras = PROJECT["optional-dependencies"]
    for text in PROJECT["dependencies"] + extras["dev"] + extras["traces"]:
        wanted = Requirement(text)
        assert wanted.name in versions, f"{wanted.name} is not locked: make lock"
        assert all(wanted.specifier.contains(v) for v in versions[wanted.name]), "make lock"
