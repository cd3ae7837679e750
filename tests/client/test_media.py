"""Links are fetched once, without the key, and no further than a bound."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop_app.client.media import SOUND, FetchedMedia, MediaFetcher
from desktop_app.errors import AppError, NetworkError, ProtocolError
from tests.fakes.backboard import ScriptedBackboard


@pytest.fixture
async def fetcher(pauses: list[float], tmp_path: Path) -> AsyncIterator[MediaFetcher]:
    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    videos = tmp_path / "videos"
    made = MediaFetcher(
        is_local=True, sleep=sleep, max_bytes=100, max_video_bytes=5 << 20, videos=videos
    )
    yield made
    await made.aclose()
    await made.aclose()


def left(folder: Path) -> list[Path]:
    return list(folder.glob("videos/*"))


async def refused(fetcher: MediaFetcher, url: str) -> AppError:
    with pytest.raises((NetworkError, ProtocolError)) as caught:
        await fetcher.fetch(url)
    return caught.value


async def test_a_link_is_followed_without_the_key(
    fetcher: MediaFetcher, backboard: ScriptedBackboard
):
    backboard.answer(b"png", Content_Type="Image/PNG; charset=x")
    found = await fetcher.fetch(backboard.base_url + "/a?sign=1")
    assert found == FetchedMedia(b"png", "image/png")
    assert found.sha256 == FetchedMedia(b"png", "other").sha256
    (asked,) = backboard.asked
    assert (asked.method, asked.path) == ("GET", "/api/a?sign=1")
    assert not {"x-api-key", "authorization", "cookie"} & set(asked.headers)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_an_expired_link_is_told_as_such_and_not_tried_again(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, status: int
):
    backboard.answer(b"<Error/>", status=status)
    error = await refused(fetcher, backboard.base_url + "/a?sign=secret")
    assert (error.code, error.retryable) == ("media.expired", False)
    assert "secret" not in str(error)


async def test_a_storage_that_fails_is_tried_again(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, pauses: list[float]
):
    backboard.answer(b"", status=500)
    backboard.lose(b"half")
    backboard.answer(b"png")
    assert (await fetcher.fetch(backboard.base_url + "/a")).data == b"png"
    assert pauses == [0.25, 0.5]
    for _ in range(3):
        backboard.answer(b"", status=503)
    assert (await refused(fetcher, backboard.base_url + "/a")).code == "http.503"


async def test_more_than_the_bound_is_not_taken(
    fetcher: MediaFetcher, backboard: ScriptedBackboard
):
    backboard.answer(bytes(100))
    assert len((await fetcher.fetch(backboard.base_url + "/a")).data) == 100
    backboard.answer(bytes(101))
    assert (await refused(fetcher, backboard.base_url + "/a")).code == "media.too_large"


async def test_a_link_may_lead_to_another_but_not_round_and_round(
    fetcher: MediaFetcher, backboard: ScriptedBackboard
):
    backboard.answer(b"", status=302, Location="/b")
    backboard.answer(b"png")
    assert (await fetcher.fetch(backboard.base_url + "/a")).data == b"png"
    assert backboard.asked[-1].path == "/b"
    for _ in range(5):
        backboard.answer(b"", status=302, Location="/a")
    assert (await refused(fetcher, backboard.base_url + "/a")).code == "media.refused"


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "ftp://x/a", "http://", "http://[::1"])
async def test_what_is_no_web_address_is_not_followed(fetcher: MediaFetcher, url: str):
    assert (await refused(fetcher, url)).code == "media.refused"


async def test_a_server_elsewhere_cannot_send_us_to_this_computer(backboard: ScriptedBackboard):
    fetcher = MediaFetcher(is_local=False)
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert (await refused(fetcher, f"http://{host}:1/a")).code == "media.refused"
    await fetcher.aclose()
    assert backboard.asked == []


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0", "0x7f000001", "[::ffff:127.0.0.1]", "LOCALHOST"]
)
async def test_no_spelling_of_this_computer_is_asked(backboard: ScriptedBackboard, host: str):
    port = backboard.base_url.rpartition(":")[2].partition("/")[0]
    fetcher = MediaFetcher(is_local=False)
    backboard.answer(b"a secret of this computer")
    assert (await refused(fetcher, f"http://{host}:{port}/a")).code == "media.refused"
    await fetcher.aclose()
    assert backboard.asked == []


async def test_a_link_that_leads_to_no_address_is_refused(
    fetcher: MediaFetcher, backboard: ScriptedBackboard
):
    backboard.answer(b"", status=302, Location="http://[")
    assert (await refused(fetcher, backboard.base_url + "/a")).code == "media.refused"


async def test_a_picture_that_unpacks_without_end_is_not_taken(
    fetcher: MediaFetcher, backboard: ScriptedBackboard
):
    backboard.answer(gzip.compress(bytes(10_000_000)), Content_Encoding="gzip")
    assert (await refused(fetcher, backboard.base_url + "/a")).code == "media.too_large"


@pytest.mark.parametrize(
    ("kind", "told"),
    [("video/mp4", ""), ("application/octet-stream", "video/mp4"), ("Video/MP4; x=y", "image/png")],
)
async def test_a_video_goes_to_a_file_of_its_own(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, tmp_path: Path, kind: str, told: str
):
    content = os.urandom(3 << 20)
    backboard.answer(content, Content_Type=kind)
    found = await fetcher.fetch(backboard.base_url + "/a?sign=1", told)
    assert found.data == b""
    assert Path(found.path).parent == tmp_path / "videos"
    assert found.video is not None
    assert found.video.path.read_bytes() == content
    assert found.size_bytes == len(content)
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.kind(told) == "video/mp4"
    assert "x-api-key" not in backboard.asked[-1].headers
    found.drop()
    assert list((tmp_path / "videos").iterdir()) == []


@pytest.mark.parametrize("told", ["audio/webm", SOUND])
async def test_sound_in_the_container_of_a_video_is_sound(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, told: str
):
    backboard.answer(b"opus", Content_Type="video/webm")
    found = await fetcher.fetch(backboard.base_url + "/a", told)
    assert (found.data, found.video) == (b"opus", None)


async def test_a_video_that_is_too_large_or_breaks_off_leaves_nothing(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, tmp_path: Path
):
    backboard.answer(bytes((5 << 20) + 1), Content_Type="video/mp4")
    error = await refused(fetcher, backboard.base_url + "/a")
    assert error.code == "media.too_large"
    for _ in range(3):
        backboard.lose(bytes(2 << 20))
    with pytest.raises(NetworkError):
        await fetcher.fetch(backboard.base_url + "/a", "video/mp4")
    assert list((tmp_path / "videos").iterdir()) == []


@pytest.mark.parametrize("told", ["video/mp4", "image/png", "audio/*", ""])
async def test_nothing_is_no_picture_and_no_video(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, tmp_path: Path, told: str
):
    backboard.answer(b"", Content_Type="video/mp4")
    with pytest.raises(ProtocolError) as caught:
        await fetcher.fetch(backboard.base_url + "/a", told)
    assert caught.value.code == "media.empty"
    assert left(tmp_path) == []


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "Application/JSON", "a/problem+json"])
async def test_words_are_no_video(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, tmp_path: Path, kind: str
):
    backboard.answer(b"<p>Come back later</p>", Content_Type=kind)
    with pytest.raises(ProtocolError) as caught:
        await fetcher.fetch(backboard.base_url + "/a", "video/mp4")
    assert caught.value.code == "media.empty"
    assert left(tmp_path) == []


PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>No such file</body></html>"
DRAWING = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "", "text/html", "image/svg+xml"])
@pytest.mark.parametrize("told", ["image/png", "video/mp4"])
async def test_a_page_in_place_of_a_picture_or_video_is_refused(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, tmp_path: Path, kind: str, told: str
):
    backboard.answer(PAGE, Content_Type=kind)
    with pytest.raises(ProtocolError) as caught:
        await fetcher.fetch(backboard.base_url + "/a", told)
    assert caught.value.code == "media.empty"
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", "image/png"),
        (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", "image/svg+xml"),
        (b'{"detail": "no such file"}', "image/webp"),
        (b'[{"error": "no such file"}]', "application/octet-stream"),
        (b"no such file", "text/plain"),
    ],
)
async def test_what_a_storage_says_is_no_picture(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, content: bytes, kind: str
):
    backboard.answer(content, Content_Type=kind)
    assert (await refused(fetcher, backboard.base_url + "/a")).code == "media.empty"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (DRAWING, "image/svg+xml"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "text/plain"),
        (b"<\x00\x01\xff", "image/x-raw"),
    ],
)
async def test_a_picture_is_taken_whatever_it_is_told_to_be(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, content: bytes, kind: str
):
    backboard.answer(content, Content_Type=kind)
    assert (await fetcher.fetch(backboard.base_url + "/a", "image/png")).data == content


@pytest.mark.parametrize("kind", ["image/png", "image/svg+xml", "text/plain", ""])
async def test_a_drawing_is_kept_as_what_it_is(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, kind: str
):
    backboard.answer(DRAWING, Content_Type=kind)
    media = await fetcher.fetch(backboard.base_url + "/a", "image/png")
    assert (media.data, media.kind("image/png")) == (DRAWING, "image/svg+xml")


async def test_a_drawing_is_no_video(
    fetcher: MediaFetcher, backboard: ScriptedBackboard, tmp_path: Path
):
    backboard.answer(DRAWING, Content_Type="video/mp4")
    assert (await refused(fetcher, backboard.base_url + "/a")).code == "media.empty"
    assert left(tmp_path) == []
