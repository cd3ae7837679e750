"""What a reply only names is fetched and decoded, or said to be missing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from desktop_app.client import reply_media
from desktop_app.client.media import FetchedMedia
from desktop_app.client.reply_media import ReplyMedia
from desktop_app.client.video_file import VideoFile
from desktop_app.errors import NetworkError, ProtocolError
from desktop_app.protocol.events import ImageReady, ReplyAudio, ReplySound, ServerEvent, ServerFault

LINKS = {
    "a": FetchedMedia(b"cat", "image/png"),
    "b": FetchedMedia(b"cat", ""),
    "c": FetchedMedia(b"dog", "application/octet-stream"),
    "sound": FetchedMedia(b"mp3", "audio/mpeg"),
}


async def fetch(url: str, told: str = "") -> FetchedMedia:
    if url == "slow":
        await asyncio.Event().wait()
    if url not in LINKS:
        raise NetworkError("media.expired", "The link is not good any more.")
    return LINKS[url]


def decode(content: bytes, mime_type: str) -> bytes:
    if content == b"broken":
        raise ProtocolError("stream.sound_format", "No sound.", format=mime_type)
    return content + mime_type.encode()


async def spoken(media: ReplyMedia, sound: ReplySound) -> list[ServerEvent]:
    return [event async for event in media.speech(sound)]


async def test_equal_pictures_under_different_names_are_one():
    media = ReplyMedia(fetch, None)
    first = await media.picture(ImageReady(1, "a", "d"))
    assert first == [ImageReady(1, "a", "d", "image/png", 3, b"cat")]
    assert await media.picture(ImageReady(1, "b", "e", "image/png")) == []
    other = await media.picture(ImageReady(1, "c", "f", "image/webp", 99))
    assert other == [ImageReady(1, "c", "f", "image/webp", 3, b"dog")]


async def test_a_video_is_told_by_its_file_and_one_that_comes_twice_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        path.write_bytes(b"movie")
    media = ReplyMedia(fetch, None)
    for path, told in ((first, 1), (second, 0)):
        film = FetchedMedia(b"", "video/mp4", VideoFile(path, 5, "f" * 64))
        monkeypatch.setitem(LINKS, "film", film)
        events = await media.picture(ImageReady(1, "film", path.name, "video/x"))
        assert len(events) == told
    assert first.exists()
    assert not second.exists()
    assert await ReplyMedia(fetch, None).picture(ImageReady(1, "film", "d")) == [
        ImageReady(1, "film", "d", "video/mp4", 5, path=str(second), sha256="f" * 64)
    ]


async def test_a_picture_that_does_not_come_is_named_and_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(reply_media, "FETCH_LIMIT_S", 0.01)
    media = ReplyMedia(fetch, None)
    assert await media.picture(ImageReady(1, "", "d")) == [ImageReady(1, "", "d")]
    for url in ("gone", "slow"):
        named, fault = await media.picture(ImageReady(1, url, "d"))
        assert named == ImageReady(1, url, "d")
        assert isinstance(fault, ServerFault)
        assert (fault.code, fault.turn) == ("media.not_fetched", None)


async def test_a_video_has_more_time_to_come_than_a_picture(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reply_media, "FETCH_LIMIT_S", 0.0)

    async def large(url: str, told: str = "") -> FetchedMedia:
        await asyncio.sleep(0.01)
        return FetchedMedia(b"", told)

    (shown,) = await ReplyMedia(large, None).picture(ImageReady(1, "u", "d", "video/mp4"))
    assert isinstance(shown, ImageReady)


async def test_speech_is_decoded_from_its_bytes_or_its_link():
    media = ReplyMedia(fetch, decode)
    assert await spoken(media, ReplySound(1, b"ab", "x")) == [ReplyAudio(1, b"abx")]
    linked = ReplySound(1, b"", "", "sound")
    assert await spoken(media, linked) == [ReplyAudio(1, b"mp3audio/mpeg")]


@pytest.mark.parametrize(
    ("sound", "code"),
    [
        (ReplySound(1, b"broken", "audio/aac"), "stream.sound_format"),
        (ReplySound(1, b"", "", "gone"), "media.expired"),
    ],
)
async def test_speech_that_cannot_be_decoded_is_a_fault(sound: ReplySound, code: str):
    (fault,) = await spoken(ReplyMedia(fetch, decode), sound)
    assert isinstance(fault, ServerFault)
    assert (fault.code, fault.turn) == (code, None)


async def test_a_shell_without_decoder_says_so():
    (fault,) = await spoken(ReplyMedia(fetch, None), ReplySound(1, b"ab", "audio/mpeg"))
    assert isinstance(fault, ServerFault)
    assert (fault.code, fault.details) == ("stream.sound_format", {"format": "audio/mpeg"})
