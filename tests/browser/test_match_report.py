"""The page of `forewarn match --report` in a real browser: complete, alone, for everybody (C4)."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from middleware.__main__ import main
from tests.browser.test_accessibility import SCHEMES, Scheme, demand_none
from tests.logs import put_back
from tests.unit.test_match_report import LABELLED, MARKERS

SIZES = {"screen": (1280, 800), "telephone": (360, 700)}


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    names = {"markers": MARKERS, "queries": LABELLED}
    for name, text in names.items():
        (tmp_path / f"{name}.csv").write_text(text)
    given = [a for name in names for a in (f"--{name}", str(tmp_path / f"{name}.csv"))]
    report = tmp_path / "report.html"
    with put_back():
        assert not main(["match", *given, "--out", str(tmp_path / "r"), "--report", str(report)])
    return report


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_it_is_accessible(chromium: Browser, page_file: Path, scheme: Scheme) -> None:
    page = await chromium.new_page(color_scheme=scheme)
    await page.goto(page_file.as_uri())
    await demand_none(page)


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_and_asks_for_nothing_else(
    chromium: Browser, page_file: Path, size: str
) -> None:
    wide, high = SIZES[size]
    page = await chromium.new_page(viewport={"width": wide, "height": high})
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    await page.goto(page_file.as_uri())
    assert asked == [page_file.as_uri()]
    assert said == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= wide


async def test_every_picture_has_a_name_and_a_table_with_its_figures(
    chromium: Browser, page_file: Path
) -> None:
    page = await chromium.new_page()
    await page.goto(page_file.as_uri())
    for section in await page.get_by_role("region").filter(has=page.locator("h2")).all():
        if await section.locator("svg").count():
            assert await section.get_by_role("img").get_attribute("aria-label")
            assert await section.get_by_role("table").count()
    assert await page.get_by_role("heading", level=2).count() == 7
