"""A page to try the gateway by hand: connect, configure, type, speak, commit."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from desktop_app.service.http.bodies import JsonResponse

_FOLDER = Path(__file__).with_name("console_page")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src data:; connect-src 'self' ws: wss:; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


async def console(request: Request) -> Response:
    """The page, or one of its files as ``?file=``: all under one path, which needs no key.

    They hold none: whoever opens them must know the gateway's.
    """
    name = request.query_params.get("file", "index.html")
    files = _files()
    if name not in files:
        return JsonResponse({"detail": "The page has no such file."}, status_code=404)
    return Response(files[name], media_type=_TYPES[Path(name).suffix], headers=_HEADERS)


@cache
def _files() -> dict[str, bytes]:
    """By name; so few and small that they are read once."""
    found = (path for path in _FOLDER.iterdir() if path.suffix in _TYPES)
    return {path.name: path.read_bytes() for path in found}
