"""Videos of a server with OpenAI's Videos API over a real socket, and what goes wrong with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop_app.errors import (
    AccessError,
    AppError,
    InputError,
    NetworkError,
    ProtocolError,
    StorageError,
)
from desktop_app.service.providers.openai.openai_videos import OpenAiVideos, Pace
from desktop_app.service.providers.openai.video_files import mime_type_of
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.video_ports import VideoRequest
from tests.fakes.openai_server import Answer, Hold, OpenAiServer, openai_server
from tests.fakes.openai_videos import Job
from tests.fakes.pictures import png
from tests.fakes.videos import MOVIE

VIDEOS = "/v1/videos"
JOB = "/v1/videos/video_1"
FAST = Pace(first_s=0.0, longest_s=0.01, failures=2)


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with openai_server() as running:
        running.key = "sk-1"
        yield running


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "made"


@asynccontextmanager
async def maker(
    server: OpenAiServer, *, key: str = "sk-1", pace: Pace = FAST
) -> AsyncIterator[OpenAiVideos]:
    opened = OpenAiVideos(server.url, key, provider="custom", model="wan", pace=pace)
    try:
        yield opened
    finally:
        await opened.aclose()


async def made(server: OpenAiServer, target: Path, *, key: str = "sk-1", **fields: Any) -> str:
    request = VideoRequest(**{"prompt": "a fox", **fields})
    async with maker(server, key=key) as opened:
        return await opened.make(request, target)


def sent(server: OpenAiServer) -> dict[str, bytes]:
    (fields,) = server.videos.begun
    return dict(fields)


async def test_a_job_is_begun_watched_and_its_file_written(server, target):
    assert await made(server, target) == "video/mp4"
    assert target.read_bytes() == MOVIE
    assert sent(server) == {"prompt": b"a fox", "model": b"wan"}
    assert server.videos.deleted == ["video_1"], "files are kept nowhere else than here"
    asked = [(each.method, each.path) for each in server.asked]
    assert asked == [
        ("POST", VIDEOS),
        ("GET", JOB),
        ("GET", JOB),
        ("GET", f"{JOB}/content"),
        ("DELETE", JOB),
    ]


async def test_what_was_set_is_sent_in_the_words_of_the_api_and_nothing_else(server, target):
    config = {
        "duration": 8,
        "resolution": "720p",
        "aspect_ratio": "9:16",
        "seed": 7,
        "generate_audio": True,
        "provider": {},
        "creativity": 3,
    }
    await made(server, target, model="veo", config=config)
    assert sent(server) == {
        "prompt": b"a fox",
        "model": b"veo",
        "seconds": b"8",
        "size": b"720x1280",
        "seed": b"7",
        "generate_sound": b"true",
    }


@pytest.mark.parametrize("place", ["first_frame", "references"])
async def test_a_picture_to_begin_with_goes_along(server, target, place):
    picture = Picture(png())
    await made(server, target, **{place: picture if place == "first_frame" else (picture,)})
    assert sent(server)["input_reference"] == png()
    assert sent(server)["input_reference type"] == b"image/png"


async def test_a_video_to_be_changed_goes_along_as_what_it_is(server, target, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(MOVIE)
    await made(server, target, source=source)
    assert sent(server)["input_reference"] == MOVIE
    assert sent(server)["input_reference type"] == b"video/mp4"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"prompt": " "}, "needs a description"),
        ({"config": {"duration": "long"}}, "duration is not a whole number"),
        ({"config": {"size": "huge"}}, "is not of the form 1024x1024"),
        ({"config": {"size": "9000x16"}}, "at most 4096 pixels"),
        ({"config": {"resolution": "tiny"}}, "is none of 480p"),
        ({"config": {"seed": "x"}}, "seed is not a whole number"),
        ({"first_frame": Picture(png()), "last_frame": Picture(png())}, "none to end with"),
        ({"references": (Picture(png()),) * 2}, "one picture or one video"),
        ({"first_frame": Picture(b"GIF89a", "image/gif")}, "Only PNG, JPEG and WebP"),
    ],
)
async def test_what_cannot_be_made_is_said_without_asking(server, target, fields, words):
    with pytest.raises(InputError, match=words) as caught:
        await made(server, target, **fields)
    assert caught.value.code.startswith("video.")
    assert server.asked == []


async def test_a_source_that_is_no_video_or_not_there_is_said(server, target, tmp_path):
    source = tmp_path / "source"
    with pytest.raises(StorageError):
        await made(server, target, source=source)
    source.write_bytes(b"words")
    with pytest.raises(InputError, match="no kind that is known"):
        await made(server, target, source=source)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, InputError, "video.refused"),
        (401, AccessError, "access.refused"),
        (402, NetworkError, "http.402"),
        (404, NetworkError, "video.model_not_found"),
        (429, NetworkError, "http.429"),
        (500, NetworkError, "http.500"),
    ],
)
async def test_refusals_keep_their_kind_and_a_job_is_not_begun_twice(
    server, target, status, kind, code
):
    server.refuse(VIDEOS, status, "<html>")
    with pytest.raises(kind) as caught:
        await made(server, target)
    assert caught.value.code == code
    assert len(server.asked) == 1


async def test_a_wrong_key_is_not_repeated(server, target):
    with pytest.raises(AccessError) as caught:
        await made(server, target, key="sk-wrong-one")
    assert "sk-wrong-one" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "kind", "code", "said"),
    [
        (
            {"code": "moderation_blocked", "message": "Not this."},
            InputError,
            "video.refused",
            "refused the request. Not this.",
        ),
        (
            {"code": "internal", "message": "Out of memory."},
            NetworkError,
            "video.failed",
            "could not make the video. Out of memory.",
        ),
    ],
)
async def test_a_job_that_fails_says_why(server, target, error, kind, code, said):
    server.videos.error = error
    with pytest.raises(kind) as caught:
        await made(server, target)
    assert caught.value.code == code
    assert str(caught.value).endswith(said)
    assert server.videos.deleted == ["video_1"]


async def test_looks_that_fail_are_repeated_but_not_for_ever(server, target):
    server.refuse(JOB, 503, times=2)
    assert await made(server, target) == "video/mp4"
    server.refuse("/v1/videos/video_2", 503, times=9)
    with pytest.raises(NetworkError, match="error 503"):
        await made(server, target)
    assert len(server.asked_of("/v1/videos/video_2")) == 4  # three looks, and it is deleted
    assert server.asked[-1].method == "DELETE"


async def test_looks_that_fail_now_and_then_do_no_harm(server, target):
    lost = Answer(503, "text/html", [b""])
    going = Answer(200, "application/json", [b'{"id": "video_1", "status": "in_progress"}'])
    server.refusals[JOB] = [lost, lost, going, lost, lost]
    assert await made(server, target) == "video/mp4"


async def test_a_server_that_asks_for_time_gets_it(server, target, monkeypatch):
    waited = []
    monkeypatch.setattr(asyncio, "sleep", _noting(waited))
    server.refuse(JOB, 429, retry_after="7")
    await made(server, target)
    assert 7.0 in waited


def _noting(waited: list[float]) -> Any:
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        await real(0)

    return sleep


async def test_what_is_asked_less_often_the_longer_it_takes(server, target, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr(asyncio, "sleep", _noting(waited))
    server.videos.looks = 9
    async with maker(server, pace=Pace()) as opened:
        await opened.make(VideoRequest("a fox"), target)
    assert waited[:3] == [1.0, 1.5, 2.25]
    assert waited == sorted(waited)
    assert waited[-1] == 10.0


async def test_a_job_that_never_ends_is_given_up_and_deleted(server, target):
    server.videos.looks = None
    async with maker(server, pace=replace(FAST, limit_s=0.3)) as opened:
        with pytest.raises(NetworkError, match="did not finish") as caught:
            await opened.make(VideoRequest("a fox"), target)
    assert caught.value.code == "video.timeout"
    assert server.videos.deleted == ["video_1"]


async def test_a_cancelled_job_is_deleted(server, target):
    server.videos.looks = None
    async with maker(server) as opened:
        making = asyncio.create_task(opened.make(VideoRequest("a fox"), target))
        await server.videos.was_looked_at.wait()
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
    assert server.videos.deleted == ["video_1"]


async def test_a_job_that_is_cancelled_while_it_is_asked_for_is_deleted(server, target):
    hold = Hold()
    begun = [b'{"id": "video_1", "status": "queued"}']
    server.refusals[VIDEOS] = [Answer(200, "application/json", [*begun], hold=hold)]
    server.videos.jobs["video_1"] = Job({})
    async with maker(server) as opened:
        making = asyncio.create_task(opened.make(VideoRequest("a fox"), target))
        await hold.reached.wait()
        making.cancel()
        hold.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await making
    assert server.videos.deleted == ["video_1"]


async def test_a_job_whose_file_cannot_be_fetched_is_deleted(server, target):
    server.answer(f"{JOB}/content", '{"no": "video"}')
    with pytest.raises(ProtocolError):
        await made(server, target)
    assert server.videos.deleted == ["video_1"]


async def test_a_file_elsewhere_is_fetched_without_the_key(server, target):
    async with openai_server() as storage:
        storage.answers["/film"] = (200, "video/mp4", [MOVIE])
        server.refuse(f"{JOB}/content", 302, location=f"{storage.url}/film")
        assert await made(server, target) == "video/mp4"
        (asked,) = storage.asked
    assert "authorization" not in asked.head.lower()
    assert target.read_bytes() == MOVIE


async def test_a_file_at_another_path_there_is_fetched_with_the_key(server, target):
    server.answers["/film"] = (200, "video/mp4", [MOVIE])
    server.refuse(f"{JOB}/content", 307, location="/film")
    await made(server, target)
    (asked,) = server.asked_of("/film")
    assert "bearer sk-1" in asked.head.lower()


@pytest.mark.parametrize("location", ["ftp://example.invalid/film", f"{JOB}/content"])
async def test_links_that_lead_nowhere_are_not_followed_for_ever(server, target, location):
    server.refuse(f"{JOB}/content", 302, location=location, times=20)
    with pytest.raises(ProtocolError, match="cannot be understood"):
        await made(server, target)


async def test_a_job_that_is_not_known_at_once_is_looked_for_again(server, target):
    server.refuse(JOB, 404, times=2)
    server.refuse(f"{JOB}/content", 404)
    assert await made(server, target) == "video/mp4"
    server.refuse("/v1/videos/video_2", 404, times=9)
    with pytest.raises(InputError):
        await made(server, target)
    assert len(server.asked_of("/v1/videos/video_2")) == 4  # three looks, and it is deleted


@pytest.mark.parametrize("word", ["succeeded", "Success", "done", "finished"])
async def test_other_words_for_an_end_are_understood_and_unknown_ones_waited_for(
    server, target, word
):
    said = [f'{{"id": "video_1", "status": "{each}"}}'.encode() for each in ("baking", word)]
    server.refusals[JOB] = [Answer(200, "application/json", [each]) for each in said]
    server.answers[f"{JOB}/content"] = (200, "video/mp4", [MOVIE])
    assert await made(server, target) == "video/mp4"
    assert len(server.asked_of(JOB)) == 3  # and it is deleted


async def test_a_file_that_breaks_off_is_fetched_again_from_its_beginning(server, target):
    path = f"{JOB}/content"
    server.refusals[path] = [Answer(200, "video/mp4", [MOVIE[:9], None])]
    assert await made(server, target) == "video/mp4"
    assert len(server.asked_of(path)) == 2
    assert target.read_bytes() == MOVIE


async def test_a_file_that_always_breaks_off_is_a_failure(server, target):
    server.answers[f"{JOB}/content"] = (200, "video/mp4", [MOVIE[:9], None])
    with pytest.raises(AppError, match=r"video service at .* broke off") as caught:
        await made(server, target)
    assert caught.value.retryable
    assert len(server.asked_of(f"{JOB}/content")) == 3


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (VIDEOS, "nonsense"),
        (VIDEOS, "[]"),
        (VIDEOS, '{"status": "queued"}'),
        (VIDEOS, '{"id": "video_1"}'),
        (JOB, '{"id": "video_1"}'),
        (f"{JOB}/content", '{"no": "video"}'),
        (f"{JOB}/content", ""),
    ],
)
async def test_what_makes_no_sense_is_a_protocol_error(server, target, path, answer):
    server.answer(path, answer)
    with pytest.raises(ProtocolError, match="cannot be understood"):
        await made(server, target)


async def test_a_disk_that_takes_nothing_is_a_storage_error(server, tmp_path):
    with pytest.raises(StorageError):
        await made(server, tmp_path)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9fB\x82\x88matroska", "video/x-matroska"),
        (b"RIFF\x10\0\0\0AVI LIST", "video/x-msvideo"),
        (b"\0\0\x01\xba", "video/mpeg"),
        (b"<html>", None),
    ],
)
def test_a_video_is_known_by_its_beginning(head, kind):
    assert mime_type_of(head) == kind
