"""Every requirement of this form of the service is named by a test that proves it, and the pages
that are made from the code are current."""

import pytest

from tests.pages import DOCS, PAGES
from tests.traceability import REQUIREMENTS, every_test


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run: python -m tests.pages"


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_every_requirement_has_a_test(requirement: str) -> None:
    assert any(requirement in ids for _, ids in every_test())
