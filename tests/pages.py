"""Pages of the documentation that are made from the code. `python -m tests.pages` writes them."""

from collections.abc import Callable
from pathlib import Path

from middleware.ops.metrics_page import metrics_page
from tests.dashboards.page import dashboards_page
from tests.traceability import page as traceability_page

DOCS = Path(__file__).parent.parent / "docs"
PAGES: dict[str, Callable[[], str]] = {
    "dashboards.md": dashboards_page,
    "metrics.md": metrics_page,
    "traceability.md": traceability_page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"written: docs/{name}")
