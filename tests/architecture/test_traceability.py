"""Every requirement of this form of the service is named by a test that proves it."""

import pytest

from tests.traceability import PAGE, REQUIREMENTS, page, tests


def test_the_table_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.traceability"


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_every_requirement_has_a_test(requirement: str) -> None:
    assert any(requirement in ids for _, ids in tests())
