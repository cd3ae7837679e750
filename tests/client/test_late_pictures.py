"""On a live socket nothing but the end of a reply waits for its pictures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from desktop_app.client import late_pictures
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
OTHER = ImageReady(2, "http://x/3", "3", "image/png")
NEXT, NEXT_END = ReplyText(2, "More."), ReplyEnded(2)
WORDS, SOUND, END = ReplyText(1, "Here."), ReplyAudio(1, b"\0\0"), ReplyEnded(1)


class Rig:
    """A session whose pictures come when they may."""

    def __init__(self) -> None:
        self.may_come = asyncio.Event()
        self.failure: NetworkError | None = None
        self.news = SessionNews(SessionReady(""))
        self.pictures = LatePictures(self.news, ReplyMedia(self.fetch, None))
        self.events = self.news.events()

    async def fetch(self, url: str, told: str = "") -> FetchedMedia:
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


async def test_what_follows_the_end_of_a_reply_follows_its_pictures(rig):
    await rig.pictures.tell((FIRST, END, NEXT))
    await rig.pictures.tell((OTHER, NEXT_END))
    rig.may_come.set()
    (picture, *rest) = await rig.next(5)
    assert picture.data == b"http://x/1"
    assert rest[:2] == [END, NEXT]
    assert (rest[2].turn, rest[2].data, rest[3]) == (2, b"http://x/3", NEXT_END)


async def test_the_end_does_not_wait_long_and_what_is_missing_is_told(rig, monkeypatch):
    monkeypatch.setattr(late_pictures, "END_WAITS_S", 0.01)
    await rig.pictures.tell((FIRST, WORDS, END, NEXT))
    words, named, fault, end, after = await rig.next(5)
    assert (words, named, end, after) == (WORDS, FIRST, END, NEXT)
    assert (fault.code, fault.message) == ("media.not_fetched", "A picture did not come in time.")
    await rig.pictures.tell((NEXT_END,))
    assert await rig.next(1) == [NEXT_END]


async def test_a_server_that_closes_after_its_reply_loses_neither_picture_nor_end(rig):
    async def server() -> AsyncIterator[tuple[ServerEvent, ...]]:
        yield FIRST, WORDS, END

    rig.news.run(rig.news.read(server(), rig.pictures.tell), name="socket")
    assert await rig.next(1) == [WORDS]
    rig.may_come.set()
    picture, end = await rig.next(2)
    assert (picture.data, end) == (b"http://x/1", END)
    with pytest.raises(NetworkError, match="closed"):
        await rig.next(1)


async def test_closing_waits_for_no_picture(rig):
    await rig.pictures.tell((FIRST, END))
    async with asyncio.timeout(10):
        await rig.news.aclose()
