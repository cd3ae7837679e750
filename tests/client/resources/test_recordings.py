"""What was said is forgotten at a service of ours."""

from __future__ import annotations

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError
from tests.fakes.backboard import ScriptedBackboard


async def test_older_recordings_are_forgotten_and_counted(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer({"count": 3})
    assert await api.recordings.forget(86_400.0) == 3
    assert backboard.last[:2] == ("DELETE", "/api/parley/recordings?older_than_s=86400")


async def test_a_service_that_cannot_says_so(api: BackboardApi, backboard: ScriptedBackboard):
    backboard.answer({"detail": "Not Found"}, status=404)
    with pytest.raises(NotFoundError):
        await api.recordings.forget(0)
