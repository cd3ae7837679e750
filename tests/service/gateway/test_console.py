"""The page to try the gateway by hand."""

from __future__ import annotations

import httpx


async def test_the_console_opens_without_a_key_and_holds_none(rig):
    async with httpx.AsyncClient() as stranger:
        page = await stranger.get(rig.addresses.api.replace("/api", "/test"))
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "/v1/voice/ws" in page.text
    assert rig.addresses.key not in page.text


async def test_a_page_of_ours_may_open_the_socket(rig):
    origin = rig.addresses.api.removesuffix("/api")
    async with rig.socket(origin=origin) as socket:
        assert (await socket.next())["type"] == "session.ready"
