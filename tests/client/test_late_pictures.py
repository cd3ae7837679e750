"""On a live socket nothing but the end of a reply waits for its pictures."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.client.late_pictures import LatePictures
from desktop_app.client.media import FetchedMedia
from desktop_app.client.reply_media import ReplyMedia
from desktop_app.client.session_news import SessionNews
from desktop_app.errors import NetworkError
from desktop_app.protocol.events import (
    ImageReady,
    ReplyAudio,
    ReplyEnded,
    ReplyText,
    ServerEvent,
    ServerFault,
    SessionReady,
)

FIRST = ImageReady(1, "http://x/1", "1", "image/png")
SECOND = ImageReady(1, "http://x/2", "2", "image/png")
WORDS, SOUND, END = ReplyText(1, "Here."), ReplyAudio(1, b"\0\0"), ReplyEnded(1)


class Rig:
    """A session whose pictures come when they may."""

    def __init__(self) -> None:
        self.may_come = asyncio.Event()
        self.failure: NetworkError | None = None
        self.news = SessionNews(SessionReady(""))
        self.pictures = LatePictures(self.news, ReplyMedia(self.fetch, None))
        self.events = self.news.events()

    async def fetch(self, url: str) -> FetchedMedia:
        await self.may_come.wait()
        if self.failure is not None:
            raise self.failure
        return FetchedMedia(url.encode(), "image/png")

    async def next(self, count: int) -> list[ServerEvent]:
        async with asyncio.timeout(10):
            return [await anext(self.events) for _ in range(count)]


@pytest.fixture
async def rig():
    made = Rig()
    assert isinstance(*await made.next(1), SessionReady)
    yield made
    await made.news.aclose()


async def test_words_and_sound_do_not_wait_and_the_end_does(rig):
    await rig.pictures.tell((FIRST, WORDS, SECOND))
    await rig.pictures.tell((SOUND, END))
    assert await rig.next(2) == [WORDS, SOUND]
    rig.may_come.set()
    *pictures, end = await rig.next(3)
    assert {one.data for one in pictures} == {b"http://x/1", b"http://x/2"}
    assert end == END


async def test_without_pictures_everything_is_told_in_its_order(rig):
    await rig.pictures.tell((WORDS, SOUND, END))
    assert await rig.next(3) == [WORDS, SOUND, END]
    rig.may_come.set()
    await rig.pictures.tell((FIRST,))
    assert (await rig.next(1))[0].data == b"http://x/1"
    await rig.pictures.tell((WORDS, END))
    assert await rig.next(2) == [WORDS, END]


async def test_a_picture_that_fails_does_not_keep_the_reply_from_its_end(rig):
    rig.failure = NetworkError("http.403", "The link has expired.")
    await rig.pictures.tell((FIRST, END))
    rig.may_come.set()
    named, fault, end = await rig.next(3)
    assert (named, end) == (FIRST, END)
    assert isinstance(fault, ServerFault)


async def test_closing_waits_for_no_picture(rig):
    await rig.pictures.tell((FIRST, END))
    async with asyncio.timeout(10):
        await rig.news.aclose()
    assert not rig.news.is_running("")
