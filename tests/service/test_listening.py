"""An HTTP server that ends when it is told, and not before it has answered."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from desktop_app.service import listening
from desktop_app.service.listening import bind, serving

LIMIT_S = 10
LONG_S = 60


class Application:
    """Says which path was asked for, once it may.

    Attributes:
        asked: Set by a request.
        may_answer: What each answer waits for.
        was_cancelled: Whether an answer was broken off.
    """

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.was_cancelled = False

    async def __call__(self, scope, receive, send) -> None:
        self.asked.set()
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        await PlainTextResponse(Request(scope).url.path)(scope, receive, send)


@asynccontextmanager
async def served(
    application: Application, on_end: Callable[[], None] = lambda: None
) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever asks the application is still there when it ends."""
    listener = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        asyncio.timeout(LIMIT_S),
        httpx.AsyncClient(base_url=url, timeout=LIMIT_S) as http,
        serving(application, listener, on_end=on_end),
    ):
        yield http


async def test_what_is_asked_before_the_end_is_answered_after_it():
    application, loop = Application(), asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        async with served(application, lambda: loop.call_soon(application.may_answer.set)) as http:
            asking = tasks.create_task(http.get("/late"))
            await application.asked.wait()
        assert (await asking).text == "/late"


async def test_an_answer_that_never_comes_is_broken_off(monkeypatch, caplog):
    monkeypatch.setattr(listening, "_GRACE_S", 0.05)
    application = Application()
    async with served(application) as http:
        asking = asyncio.ensure_future(http.get("/never"))
        await application.asked.wait()
    with pytest.raises(httpx.HTTPError):
        await asking
    assert application.was_cancelled
    assert "1 requests" in caplog.text
    caplog.clear()


async def test_whom_nobody_asks_ends_without_a_pause(monkeypatch):
    monkeypatch.setattr(listening, "_DATE_S", LONG_S)
    monkeypatch.setattr(listening, "_LOOK_S", LONG_S)
    application = Application()
    application.may_answer.set()
    async with served(application) as http:
        assert (await http.get("/now")).text == "/now"


async def test_the_date_of_answers_is_renewed(monkeypatch):
    dates = itertools.count()
    monkeypatch.setattr("uvicorn.server.formatdate", lambda *_, **__: str(next(dates)))
    monkeypatch.setattr(listening, "_DATE_S", 0.01)
    application = Application()
    application.may_answer.set()
    async with served(application) as http:
        first = (await http.get("/")).headers["date"]
        while (await http.get("/")).headers["date"] == first:
            pass
