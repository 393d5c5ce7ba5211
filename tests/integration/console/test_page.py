"""The page is served from its own files alone (E2)."""

import pytest
from aiohttp import ClientSession

from middleware.ops.errors import Trouble
from tests.consoles import ConsoleRoom


async def test_the_page_runs_its_own_files_and_nothing_else(served: ConsoleRoom) -> None:
    async with ClientSession(served.address) as anybody, anybody.get("/") as answer:
        policy, page = answer.headers["Content-Security-Policy"], await answer.text()
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "'sha256-" in policy
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize("path", ["../web.py", "..%2fweb.py", "%2e%2e/web.py", "vendor/README.md",
                                  "/etc/passwd", "index.html", ""])  # fmt: skip
async def test_only_the_files_of_the_page_can_be_had(served: ConsoleRoom, path: str) -> None:
    at = f"{served.address}/static/{path}"
    async with ClientSession(served.address) as anybody, anybody.get(at) as answer:
        assert answer.status in (404, 405)


async def test_a_file_is_sent_once_and_then_known(served: ConsoleRoom) -> None:
    async with ClientSession(served.address) as anybody:
        async with anybody.get("/static/console.css") as answer:
            etag = answer.headers["ETag"]
        async with anybody.get("/static/console.css", headers={"If-None-Match": etag}) as answer:
            assert answer.status == 304


async def test_a_place_that_is_taken_is_told_with_its_remedy(served: ConsoleRoom) -> None:
    port = int(served.address.rpartition(":")[2])
    with pytest.raises(Trouble, match=r"choose another place: \[console\] listen"):
        async with served.serving(port):
            pass
