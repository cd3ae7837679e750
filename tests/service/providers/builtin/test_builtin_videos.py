"""Videos without a model: real files, labelled, always the same for the same words."""

from __future__ import annotations

import asyncio
import io
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from desktop_app.errors import InputError, StorageError
from desktop_app.service.providers.builtin.builtin_videos import MODEL, BuiltinVideos
from desktop_app.service.providers.builtin.filming import film
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.video_ports import VideoRequest
from tests.fakes.pictures import png
from tests.fakes.videos import Avi, avi_of

SHORT = {"duration": 1, "size": "160x128"}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "made"


async def made(target: Path, prompt: str = "a red fox", **fields: Any) -> Avi:
    request = VideoRequest(prompt, **{"config": SHORT, **fields})
    assert await BuiltinVideos().make(request, target) == "video/x-msvideo"
    return avi_of(await asyncio.to_thread(target.read_bytes))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Of the pictures above their labels, from 0 to 255."""
    box = (0, 0, one.width, one.height - 16)
    changes = ImageChops.difference(one.convert("RGB").crop(box), other.convert("RGB").crop(box))
    return sum(ImageStat.Stat(changes).mean) / 3


def color_of(frame: Image.Image) -> str:
    """The strongest of red, green and blue in the middle."""
    shown = frame.convert("RGB").getpixel((frame.width // 2, frame.height // 3))
    assert isinstance(shown, tuple)
    return ("red", "lime", "blue")[shown.index(max(shown))]


async def test_words_become_a_video_of_the_size_and_length_that_was_asked_for(target):
    film = await made(target, config={"duration": 2, "size": "200x128"})
    assert len(film.frames) == film.main[4] == 40
    assert film.main[0] == 50_000  # microseconds of a frame
    assert film.streams == [(b"vidsMJPG", 1, 20, 40)]
    assert {frame.size for frame in film.frames} == {film.main[8:10]} == {(200, 128)}
    assert difference(film.frames[0], film.frames[-1]) > 1
    assert film.sound == b""


async def test_unless_asked_it_is_four_seconds_of_a_wide_picture(target):
    film = await made(target, config={})
    assert len(film.frames) == 80
    assert film.frames[0].size == (640, 360)


async def test_the_same_words_and_seed_give_the_same_video_and_others_another(target):
    files = []
    for seed in (1, 1, 2):
        await made(target, config={**SHORT, "seed": seed})
        files.append(target.read_bytes())
    assert files[0] == files[1] != files[2]


async def test_every_frame_says_that_it_is_a_placeholder(target):
    plain = Picture(png((160, 128), "red"))
    film = await made(target, first_frame=plain)
    for frame in film.frames:
        foot = frame.convert("L").crop((0, frame.height - 12, frame.width, frame.height))
        darkest, brightest = foot.getextrema()
        assert (darkest < 60, brightest > 180) == (True, True)  # letters on a dark strip


async def test_it_begins_and_ends_with_the_pictures_that_were_given(target):
    first, between, last = (Picture(png((160, 128), color)) for color in ("red", "lime", "blue"))
    film = await made(target, first_frame=first, references=(between,), last_frame=last)
    seen = [color_of(film.frames[at]) for at in (0, len(film.frames) // 2, -1)]
    assert seen == ["red", "lime", "blue"]
    assert film.frames[0].size == (160, 128)


async def test_without_a_size_it_has_the_shape_of_its_first_picture(target):
    upright = Picture(png((300, 600), "red"))
    film = await made(target, first_frame=upright, config={"duration": 1})
    assert film.frames[0].size == (480, 960)


async def test_sound_is_as_long_as_the_pictures_and_only_there_where_wished(target):
    film = await made(target, config={**SHORT, "generate_audio": True})
    assert film.streams[1] == (b"auds\0\0\0\0", 2, 44_100, 22_050)
    assert len(film.sound) == 2 * 22_050
    loudest = max(abs(each) for each in memoryview(film.sound).cast("h"))
    assert 1_000 < loudest < 16_000


async def test_a_video_is_changed_frame_by_frame_and_keeps_its_sound(target, tmp_path):
    red = Picture(png((160, 128), "red"))
    source = tmp_path / "source"
    before = await made(source, first_frame=red, config={**SHORT, "generate_audio": True})
    after = await made(target, "make it inverted", source=source, config={})
    assert len(after.frames) == len(before.frames)
    assert after.sound == before.sound
    assert [color_of(frame) for frame in before.frames] == ["red"] * 20
    shown = after.frames[7].convert("RGB").getpixel((80, 40))
    assert isinstance(shown, tuple)
    assert shown[0] < 40
    assert min(shown[1:]) > 200


async def test_a_change_can_be_shorter_and_smaller(target, tmp_path):
    source = tmp_path / "source"
    await made(source, config={"duration": 2, "size": "200x160"})
    film = await made(target, "old", source=source, config=SHORT)
    assert len(film.frames) == 20
    assert film.frames[0].size == (160, 128)


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _without_head(data: bytes) -> bytes:
    return data.replace(b"MJPG", b"H264")


def _spoilt(data: bytes) -> bytes:
    return data.replace(b"\xff\xd8", b"\0\0")


@pytest.mark.parametrize(
    "spoil", [_without_head, _spoilt, lambda _: b"", lambda _: b"RIFF", lambda data: data[:300]]
)
async def test_what_is_no_such_video_is_refused_in_words(target, tmp_path, spoil):
    source = tmp_path / "source"
    await made(source)
    source.write_bytes(spoil(source.read_bytes()))
    with pytest.raises(InputError, match=r"video.*\.$") as caught:
        await made(target, source=source)
    assert caught.value.code == "video.source"


async def test_whatever_is_wrong_in_its_head_is_no_failure_of_ours(target, tmp_path):
    """Bytes changed one by one: it is changed all the same, or refused."""
    whole = tmp_path / "whole"
    await made(whole, config={**SHORT, "generate_audio": True})
    data = await asyncio.to_thread(whole.read_bytes)
    source, codes = tmp_path / "source", []
    for at in range(0, 360, 3):
        spoilt = bytearray(data[:12_000])
        spoilt[at] ^= 0xFF
        await asyncio.to_thread(source.write_bytes, bytes(spoilt))
        try:
            await made(target, source=source)
        except InputError as error:
            codes.append(error.code)
    assert 0 < len(codes) < 120
    assert set(codes) == {"video.source"}


async def test_of_a_video_that_is_cut_off_what_is_there_is_changed(target, tmp_path):
    source = tmp_path / "source"
    whole = await made(source)
    source.write_bytes(_cut(source.read_bytes()))
    film = await made(target, "old", source=source)
    assert 0 < len(film.frames) < len(whole.frames)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"prompt": " "}, "needs a description"),
        ({"model": "veo"}, "no built-in video model 'veo'"),
        ({"config": {"duration": 11}}, "duration is not a whole number from 1 to 10"),
        ({"config": {"duration": 0}}, "duration is not a whole number from 1 to 10"),
        ({"config": {"size": "4000x4000"}}, "128 to 1280 pixels"),
        ({"config": {"size": "wide"}}, "is not of the form"),
        ({"config": {"resolution": "8K"}}, "is none of 360p, 480p, 720p"),
        ({"config": {"aspect_ratio": "wide"}}, "is not of the form 16:9"),
        ({"config": {"generate_audio": "loud"}}, "neither true nor false"),
        ({"first_frame": Picture(b"no picture")}, "cannot be read"),
        ({"first_frame": Picture(png()), "source": Path("x")}, "without pictures"),
    ],
)
async def test_what_cannot_be_made_is_said(target, fields, words):
    with pytest.raises(InputError, match=words):
        await made(target, **fields)


@pytest.mark.parametrize(
    ("config", "size"),
    [
        ({"resolution": "720p"}, (1280, 720)),
        ({"aspect_ratio": "9:16"}, (360, 640)),
        ({"resolution": "480p", "aspect_ratio": "1:1"}, (480, 480)),
    ],
)
async def test_resolution_and_aspect_ratio_give_the_size(target, config, size):
    film = await made(target, config={**config, "duration": 1})
    assert film.frames[0].size == size


async def test_a_disk_that_takes_nothing_is_a_storage_error(tmp_path):
    with pytest.raises(StorageError):
        await BuiltinVideos().make(VideoRequest("a fox", config=SHORT), tmp_path)


async def test_a_cancelled_video_ends_between_two_frames_and_then_the_next_is_made(
    target, monkeypatch
):
    """The thread has left the file when the cancelled task ends."""
    began, may_go_on, shown = threading.Event(), threading.Event(), []
    frame = film.Camera.frame

    def slow(camera: film.Camera, share: float) -> Image.Image:
        shown.append(share)
        began.set()
        assert may_go_on.wait(10)
        return frame(camera, share)

    monkeypatch.setattr(film.Camera, "frame", slow)
    maker = BuiltinVideos()
    making = asyncio.create_task(maker.make(VideoRequest("a fox", config=SHORT), target))
    await asyncio.to_thread(began.wait, 10)
    making.cancel()
    await asyncio.wait([making], timeout=0.05)
    assert not making.done()  # the thread is still at the file
    may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert len(shown) <= 2
    target.unlink()
    await maker.make(VideoRequest("a fox", config=SHORT), target)
    assert len(avi_of(target.read_bytes()).frames) == 20


async def test_it_says_that_it_is_no_model():
    (row,) = await BuiltinVideos().models()
    assert (row.name, row.model_type) == (MODEL, "video")
    assert "No video model" in (row.description or "")
    capabilities = row.video_capabilities or {}
    for size in capabilities["supported_sizes"]:
        BuiltinVideos().check({"size": size, "duration": capabilities["supported_durations"][-1]})
    for aspect in capabilities["supported_aspect_ratios"]:
        for resolution in capabilities["supported_resolutions"]:
            BuiltinVideos().check({"aspect_ratio": aspect, "resolution": resolution})


def test_a_picture_of_any_format_can_begin_it(tmp_path):
    out = io.BytesIO()
    Image.new("RGB", (160, 128), "red").save(out, "WEBP")
    film = asyncio.run(made(tmp_path / "made", first_frame=Picture(out.getvalue(), "image/webp")))
    assert color_of(film.frames[0]) == "red"
