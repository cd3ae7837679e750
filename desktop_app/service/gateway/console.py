"""A page to try the gateway by hand: connect, configure, type, speak, commit."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_PAGE = Path(__file__).with_name("console.html")
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline';"
    " connect-src 'self' ws:; frame-ancestors 'none'"
)


async def console(_request: Request) -> Response:
    """The page holds no key: whoever opens it must know the one of this run."""
    return HTMLResponse(
        _PAGE.read_text("utf-8"),
        headers={"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"},
    )
