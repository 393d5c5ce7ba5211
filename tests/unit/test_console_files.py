"""What the page is made of: vendored modules as their table names them, nothing from outside."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "middleware" / "console" / "static"
VENDOR = STATIC / "vendor"
OWN = sorted(f for f in STATIC.glob("*") if f.suffix in (".js", ".css", ".html"))


def table() -> dict[str, str]:
    """File to SHA-256, from vendor/README.md."""
    readme = (VENDOR / "README.md").read_text()
    return dict(re.findall(r"^\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|$", readme, flags=re.MULTILINE))


def test_every_vendored_module_is_the_one_that_is_named() -> None:
    found = {f.name: sha256(f.read_bytes()).hexdigest() for f in VENDOR.glob("*.mjs")}
    assert found == table()


def test_every_vendored_package_has_its_licence() -> None:
    licences = set(re.findall(r"LICENSE\.\w+", (VENDOR / "README.md").read_text()))
    assert licences == {f.name for f in VENDOR.glob("LICENSE.*")}


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_the_page_names_no_other_host(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"https?://|//cdn|@import|url\(", text)
