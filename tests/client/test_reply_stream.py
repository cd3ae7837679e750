"""A reply is followed exactly as long as it may have more to say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from desktop_app.client import reply_stream
from desktop_app.client.reply_stream import reply_events
from desktop_app.protocol.events import ReplyEnded, ReplyText, ServerEvent
from desktop_app.protocol.stream_dialect import StreamDialect


async def stream(*kinds: str, stays_open: bool = True) -> AsyncGenerator[bytes, None]:
    for kind in kinds:
        fields: dict[str, Any] = {"content": kind} if kind == "content_streaming" else {}
        yield json.dumps({"type": kind, **fields}).encode()
    if stays_open:
        await asyncio.Event().wait()


async def followed(dialect: StreamDialect, given: AsyncGenerator[bytes, None]) -> list[ServerEvent]:
    async with aclosing(given), aclosing(reply_events(given, dialect)) as events:
        told = [event async for event in events]
    return told + dialect.finish()


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reply_stream, "GRACE_S", 0.01)
    monkeypatch.setattr(reply_stream, "SPEECH_LIMIT_S", 0.02)


@pytest.mark.parametrize(
    ("kinds", "is_spoken"),
    [
        (("content_streaming", "run_ended"), False),
        (("content_streaming", "run_ended"), True),
        (("content_streaming", "run_ended", "tts_stream_start", "tts_stream_end"), True),
    ],
)
async def test_a_complete_reply_is_not_held_up_by_an_open_stream(
    kinds: tuple[str, ...], is_spoken: bool
):
    told = await followed(StreamDialect(1, is_spoken=is_spoken), stream(*kinds))
    assert told == [ReplyText(1, "content_streaming"), ReplyEnded(1)]


async def test_a_reply_that_is_not_complete_is_waited_for():
    dialect = StreamDialect(1)
    following = asyncio.create_task(followed(dialect, stream("content_streaming")))
    done, _ = await asyncio.wait([following], timeout=0.1)
    assert not done
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following


async def test_another_run_after_the_first_is_waited_for():
    kinds = ("content_streaming", "run_ended", "run_continuing", "content_streaming", "run_ended")
    told = await followed(StreamDialect(1), stream(*kinds, stays_open=False))
    assert told == [*[ReplyText(1, "content_streaming")] * 2, ReplyEnded(1)]
