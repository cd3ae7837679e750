from __future__ import annotations

import asyncio

from desktop_app.engine.system_time import SystemTime


async def test_time_passes_and_calls():
    time = SystemTime()
    called = asyncio.Event()
    before_s = time.now()
    time.after(0, called.set)
    cancelled = time.after(0, lambda: called.clear())
    cancelled.cancel()
    async with asyncio.timeout(5):
        await called.wait()
        await time.sleep(0)
    assert time.now() >= before_s
    assert time.wall() > 1_600_000_000
    assert called.is_set()
