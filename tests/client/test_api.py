"""The Backboard API client as a whole: the key."""

from __future__ import annotations

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from tests.fakes.backboard import ScriptedBackboard


async def test_the_key_goes_with_every_request_and_is_never_printed(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer([])
    await api.check_key()
    assert backboard.last == ("GET", "/api/assistants?limit=1", None)
    assert backboard.asked[0].headers["x-api-key"] == "secret"
    assert "secret" not in repr(ApiAddress("http://x", "secret"))
