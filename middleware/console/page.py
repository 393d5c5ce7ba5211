"""The page and its files: read once at the start, nothing else on the disk can be asked for."""

import base64
import mimetypes
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from aiohttp import hdrs, web

STATIC = Path(__file__).parent / "static"
SERVED = frozenset({".css", ".js", ".mjs", ".svg"})
_IMPORT_MAP = re.compile(rb'<script type="importmap">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent; `etag` changes with its content."""

    body: bytes
    content_type: str
    etag: str


class Page:
    """Serves index.html and what lies beside it."""

    def __init__(self) -> None:
        found = sorted(f for f in STATIC.rglob("*") if f.suffix in SERVED)
        self._files = {f.relative_to(STATIC).as_posix(): _read(f) for f in found}
        self._index = _read(STATIC / "index.html")
        self._search = _read(STATIC / "search.html")
        self._policy = _policy(self._index.body)

    async def index(self, request: web.Request) -> web.Response:
        return self._send(self._index, request)

    async def search(self, request: web.Request) -> web.Response:
        return self._send(self._search, request)

    async def file(self, request: web.Request) -> web.Response:
        file = self._files.get(request.match_info["path"])
        if file is None:
            raise web.HTTPNotFound(text="no such file")
        return self._send(file, request)

    def _send(self, file: File, request: web.Request) -> web.Response:
        headers = {
            hdrs.ETAG: file.etag,
            hdrs.CACHE_CONTROL: "no-cache",
            "Content-Security-Policy": self._policy,
        }
        if request.headers.get(hdrs.IF_NONE_MATCH) == file.etag:
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = file.content_type
        return web.Response(body=file.body, headers=headers)


def _read(path: Path) -> File:
    body = path.read_bytes()
    kind = "text/javascript" if path.suffix in (".js", ".mjs") else mimetypes.guess_type(path)[0]
    return File(body, f"{kind}; charset=utf-8", f'"{sha256(body).hexdigest()[:24]}"')


def _policy(index: bytes) -> str:
    """Nothing from elsewhere, nothing inline but the import map, by its hash."""
    maps = [base64.b64encode(sha256(m).digest()).decode() for m in _IMPORT_MAP.findall(index)]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in maps)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
