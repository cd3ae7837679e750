"""The engine's process: what goes wrong in it is shown in the window, and it lives on."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from desktop_app import engine_app
from desktop_app.link.client import LinkClient
from desktop_app.link.messages import Notice, NoticeRaised, Quit
from desktop_app.paths import find_paths

WITHIN_S = 30


@pytest.fixture(autouse=True)
def own_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the hooks of this process back afterwards."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)


@asynccontextmanager
async def engine(capsys: pytest.CaptureFixture[str]) -> AsyncIterator[LinkClient]:
    """A running engine and the link of a window; it is asked to end."""
    async with asyncio.timeout(WITHIN_S), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(engine_app.run(find_paths(os.environ), "token"))
        greeting = ""
        while not greeting.endswith("\n") and not running.done():
            await asyncio.sleep(0.01)
            greeting += capsys.readouterr().out
        port = int(json.loads(greeting)["link"].rpartition(":")[2])
        client = await LinkClient.connect("127.0.0.1", port, "token")
        try:
            yield client
            client.send(Quit())
            await running
        finally:
            await client.aclose()


async def notice_of(client: LinkClient) -> Notice:
    async with aclosing(client.events()) as events:
        async for event in events:
            if isinstance(event, NoticeRaised) and event.notice.code == "something.failed":
                return event.notice
    raise AssertionError("the engine ended without a word")


def broken() -> None:
    raise ValueError("oh no")


async def test_what_nobody_caught_is_told_the_window_and_the_engine_lives_on(capsys, caplog):
    async with engine(capsys) as client:
        asyncio.get_running_loop().call_soon(broken)
        notice = await notice_of(client)
        assert notice.facts == {"folder": str(find_paths(os.environ).logs)}
    assert "oh no" in caplog.text
    caplog.clear()
