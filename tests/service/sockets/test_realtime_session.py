"""Questions that come faster than they can be begun wait on the wire."""

from __future__ import annotations

import asyncio
from typing import Any

from desktop_app.service.sockets.realtime_plan import read_options
from desktop_app.service.sockets.realtime_session import WAITING_QUESTIONS, RealtimeSession


async def test_only_some_questions_are_read_ahead():
    nobody: Any = None
    plan = read_options({"turn_detection": None})
    session = RealtimeSession(nobody, nobody, plan, nobody, nobody, nobody)
    for _ in range(WAITING_QUESTIONS):
        await session.receive('{"type":"text","text":"Hi"}')
    more = asyncio.create_task(session.receive('{"type":"text","text":"Hi"}'))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not more.done()
    more.cancel()
