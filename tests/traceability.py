"""docs/traceability.md: which tests name which requirement."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
REQUIREMENTS = {
    "M1": "a store of markers: what, when, how serious, who decided, review, end",
    "M2": "a marker says what it covers: flat, house, building, site",
    "M3": "lifecycle; past its review date it is shown as such",
    "M4": "a physical assault without a medical cause leads to a marker application",
    "M5": "markers of other bodies keep who supplied them and need a decision",
    "M6": "frequent callers are known as such; the note says which process leads",
    "C1": "CAD incidents are taken in as they happen",
    "C2": "call-centre events likewise",
    "C3": "every incident and call is checked, and checked again",
    "C4": "three answers, never two",
    "C5": "a responder can ask and gets the same answer",
    "N1": "the call handler sees the flag in line",
    "N3": "each resource gets the note on its MDT; receipt and acknowledgement apart",
    "N5": "no acknowledgement leads to the next channel, then to a person",
    "N6": "a note informs: what, how old, how sure, where from",
    "N7": "a note no longer true is withdrawn from everywhere",
    "N8": "only what is needed reaches each channel",
    "D1": "the crew-down button raises an alert at once: who, where, incident, address",
    "D2": "a named person accepts it or it escalates; it ends with an outcome",
    "D3": "ambient listening is asked for where agreed, and recorded",
    "A1": "an abusive call is logged with warning and termination",
    "A2": "the log knows repeat numbers, is searched, and denies nobody an answer",
    "R1": "man-down, abusive termination and reported violence draft an incident report",
    "R2": "sub-categories of violence and aggression, never guessed",
    "R3": "a physical assault tells the security team by itself",
    "E1": "views, changes and deliveries are on a record that shows alteration",
    "E2": "each role sees and does only its own",
    "E3": "what was known when",
    "E4": "personal data can end; the chain survives",
    "O1": "supervisors watch it on Prometheus",
    "O3": "simulators for every system on the other side",
    "O4": "nothing taken in is lost; nothing is shown twice as new",
}
_ID = re.compile(r"\b([MCNDAPRSEO][1-9])\b(?:-([MCNDAPRSEO]?)([1-9]))?")


def named_in(text: str) -> set[str]:
    """Requirement ids in a text; `C1-C4` names all between."""
    found: set[str] = set()
    for match in _ID.finditer(text):
        first, _, last = match.groups()
        end = int(last) if last else int(first[1])
        found.update(f"{first[0]}{n}" for n in range(int(first[1]), end + 1))
    return found


def every_test() -> Iterator[tuple[str, set[str]]]:
    """Every test with the ids that it, its class or its module names."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = named_in(ast.get_docstring(tree) or "")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
                "test_"
            ):
                own = named_in(ast.get_docstring(node) or "") | _in_name(node.name)
                yield f"{path.relative_to(ROOT)}::{node.name}", own or module


def _in_name(name: str) -> set[str]:
    return named_in(" ".join(part.upper() for part in name.split("_")))


def page() -> str:
    """The whole page."""
    proving: dict[str, list[str]] = defaultdict(list)
    for test, ids in every_test():
        for requirement in ids:
            proving[requirement].append(test)
    lines = [
        "# From requirement to test",
        "",
        "Made by `python -m tests.pages`; a test holds it to be current. Requirements that",
        "later work brings are not listed. The folders are those in `tests/`.",
        "",
        "| id | requirement | tests |",
        "|---|---|---|",
    ]
    for requirement, words in REQUIREMENTS.items():
        shown = "<br>".join(_by_folder(proving[requirement])) or "**none**"
        lines.append(f"| {requirement} | {words} | {shown} |")
    return "\n".join(lines) + "\n"


def _by_folder(tests: list[str]) -> list[str]:
    """`unit`: the names of its files that prove something."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for test in tests:
        folder, _, file = test.partition("::")[0].rpartition("/")
        found[folder.removeprefix("tests/")][file.removeprefix("test_").removesuffix(".py")] = None
    return [f"`{folder}`: {', '.join(files)}" for folder, files in found.items()]
