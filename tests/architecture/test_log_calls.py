"""What is logged is fixed in the code: a constant event, keys of the allow-list, and sentences
only where they hold no value (E2, O1)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from middleware.ops.redaction import ALLOWED_KEYS, FIXED_KEYS

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
LOGGERS = {"log", "_log", "logger", "_logger"}
EVENT = re.compile(r"[a-z]+([_.][a-z]+){0,9}")
FREE = {"exc_info"}


def log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(owner := node.func.value, ast.Name | ast.Attribute)
            and (owner.id if isinstance(owner, ast.Name) else owner.attr) in LOGGERS
            and node.func.attr in LEVELS | {"bind"}
        ):
            yield node


def faults(call: ast.Call) -> Iterator[str]:
    is_bind = isinstance(call.func, ast.Attribute) and call.func.attr == "bind"
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    if not is_bind and not (len(call.args) == 1 and texts and EVENT.fullmatch(str(texts[0]))):
        yield f"line {call.lineno}: the event must be one constant text like adapter_lost"
    for keyword in call.keywords:
        if keyword.arg in FIXED_KEYS and not is_fixed(keyword.value):
            yield f"line {call.lineno}: {keyword.arg} must be Fixed(...), and no f-string"
        elif keyword.arg not in ALLOWED_KEYS | FIXED_KEYS | FREE:
            yield f"line {call.lineno}: {keyword.arg or '**'} is no key of the allow-list"


def is_fixed(value: ast.expr) -> bool:
    """Fixed("words"), Fixed(WORDS[why]), Fixed(trouble.remedy); no text that is put together."""
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "Fixed"
        and len(value.args) == 1
        and isinstance(value.args[0], ast.Constant | ast.Name | ast.Attribute | ast.Subscript)
    )


def files() -> list[Path]:
    tops = (ROOT / "middleware", ROOT / "adapters")
    return sorted(f.relative_to(ROOT) for top in tops for f in top.rglob("*.py"))


@pytest.mark.parametrize("path", files(), ids=str)
def test_every_log_call_has_a_constant_event_and_allowed_keys(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text())
    found = [fault for call in log_calls(tree) for fault in faults(call)]
    if path.name == "logging.py":
        found = [fault for fault in found if "constant" not in fault]  # it logs for others
    assert not found


@pytest.mark.parametrize(
    "source",
    ['log.info(f"{x}")', 'log.info("a %s", x)', 'log.info("told", address=x)', "log.info(**x)",
     'self._log.error("Name")', "log.bind(person=x)", 'log.info("told", remedy="words")',
     'log.info("told", reason=Fixed(f"{x}"))', 'log.info("told", reason=Fixed(str(x)))'],
)  # fmt: skip
def test_the_rule_finds_what_could_carry_a_person(source: str) -> None:
    assert [fault for call in log_calls(ast.parse(source)) for fault in faults(call)]
