"""Drawings that come with Parley: real files, the same for the same words, honest and bounded."""

from __future__ import annotations

import io
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PIL import Image

from desktop_app.errors import InputError
from desktop_app.service.providers.builtin.builtin_pictures import BuiltinPictures
from desktop_app.service.providers.picture_ports import Picture, PictureRequest

SMALL = {"size": "256x256"}


async def made(
    prompt: str, config: Mapping[str, Any] = SMALL, *sources: Picture
) -> list[Image.Image]:
    request = PictureRequest(prompt, config=config, sources=sources)
    return [Image.open(io.BytesIO(each.data)) for each in await BuiltinPictures().make(request)]


async def one(prompt: str, config: Mapping[str, Any] = SMALL, *sources: Picture) -> Image.Image:
    (picture,) = await made(prompt, config, *sources)
    return picture


def pixel(picture: Image.Image, x: float, y: float) -> tuple[int, ...]:
    at = (int(x * picture.width), int(y * picture.height))
    found = picture.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return tuple(int(part) for part in found)


def is_reddish(color: tuple[int, ...]) -> bool:
    return color[0] > 1.5 * max(color[1:])


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean over the pixels above the caption, 0 to 255."""
    pair = [
        np.asarray(each.convert("RGB"), float)[: each.height * 9 // 10] for each in (one, other)
    ]
    return float(np.abs(pair[0] - pair[1]).mean())


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Correlation of the brightness, 1 for the same picture."""
    pair = [np.asarray(each.convert("L").resize((64, 64)), float)[:56] for each in (one, other)]
    return float(abs(np.corrcoef(pair[0].ravel(), pair[1].ravel())[0, 1]))


def encoded(picture: Image.Image, kind: str = "PNG") -> Picture:
    file = io.BytesIO()
    picture.save(file, kind)
    return Picture(file.getvalue(), Image.MIME[kind])


async def test_the_same_words_give_the_same_picture_and_a_seed_another():
    first = await one("a quiet harbour")
    assert difference(first, await one("A quiet  Harbour ")) == 0
    assert difference(first, await one("a quiet harbour", SMALL | {"seed": 7})) > 5
    assert difference(first, await one("a loud party")) > 5


async def test_colour_and_shape_are_those_that_were_asked_for():
    picture = await one("a red circle")
    assert is_reddish(pixel(picture, 0.5, 0.5))
    assert not is_reddish(pixel(picture, 0.08, 0.1))
    assert not is_reddish(pixel(await one("a blue circle"), 0.5, 0.5))


async def test_three_hearts_are_three():
    picture = await one("three red hearts")
    row = [is_reddish(pixel(picture, x / 60, 0.5)) for x in range(60)]
    assert sum(now and not before for before, now in pairwise(row)) == 3


@pytest.mark.parametrize(
    "prompt",
    ["mountains", "the sea", "a starry night", "a city", "flowers", "a pattern", "喜び", "moods"],
)
async def test_whatever_is_asked_for_gives_a_picture_with_some_depth(prompt):
    picture = await one(prompt)
    colors = picture.convert("RGB").getcolors(1 << 16)
    assert colors is not None
    assert len(colors) > 30


async def test_each_picture_says_at_its_foot_that_it_is_a_placeholder():
    plain, strip = await one("a red circle"), np.asarray(await one("waves"), float)[-14:]
    assert strip[:, -1].max() < 60  # a dark strip ...
    assert strip[:, : plain.width // 2].max() > 180  # ... with light words on its left


@pytest.mark.parametrize(
    ("config", "size", "kind"),
    [
        ({}, (1024, 1024), "PNG"),
        ({"size": "320x256", "output_format": "jpeg"}, (320, 256), "JPEG"),
        ({"size": "256x256", "output_format": "webp"}, (256, 256), "WEBP"),
        ({"aspect_ratio": "16:9"}, (1368, 768), "PNG"),
        ({"aspect_ratio": "1:2", "resolution": "512"}, (360, 728), "PNG"),
        (
            {"size": "auto", "quality": "high", "background": "auto", "provider": {}},
            (1024, 1024),
            "PNG",
        ),
    ],
)
async def test_size_aspect_and_format_are_those_that_were_set(config, size, kind):
    picture = await one("hills", config)
    assert (picture.size, picture.format) == (size, kind)


async def test_several_are_several_different_ones():
    pictures = await made("moods", SMALL | {"n": 3})
    assert len(pictures) == 3
    assert difference(pictures[0], pictures[1]) > 5
    assert difference(pictures[1], pictures[2]) > 5


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"size": "huge"}, "'huge' is not of the form"),
        ({"size": "20000x20000"}, "128 to 2048 pixels"),
        ({"size": "1x1"}, "128 to 2048 pixels"),
        ({"aspect_ratio": "16/0"}, "aspect ratio"),
        ({"aspect_ratio": "999:1"}, "pixels on each side"),
        ({"resolution": "8K"}, "resolution '8K'"),
        ({"n": 0}, "n is not a whole number from 1 to 10"),
        ({"n": 11}, "from 1 to 10"),
        ({"n": True}, "from 1 to 10"),
        ({"seed": "x"}, "value of seed"),
        ({"output_format": "gif"}, "png, jpeg and webp"),
        ({"output_compression": 101}, "from 0 to 100"),
        ({"background": "transparent"}, "transparent"),
    ],
)
async def test_what_cannot_be_done_is_said(config, words):
    with pytest.raises(InputError, match=words) as caught:
        await made("hills", config)
    assert caught.value.code == "image.config"


async def test_no_words_and_an_unknown_model_are_refused():
    with pytest.raises(InputError, match="description"):
        await made("  ")
    with pytest.raises(InputError, match="no built-in image model 'dall-e'"):
        await BuiltinPictures().make(PictureRequest("hills", model="dall-e"))


@pytest.mark.parametrize(
    "wish",
    ["make it blue", "black and white", "sepia", "brighter", "add a red heart", "something else"],
)
async def test_a_change_can_be_seen_and_the_picture_recognised(wish):
    before = await one("a house on a hill")
    after = await one(wish, {}, encoded(before))
    assert after.size == before.size
    assert difference(before, after) > 3
    if wish != "something else":  # that one is framed, which moves every line
        assert likeness(before, after) > 0.7


async def test_a_named_colour_colours_the_picture():
    after = await one("make it red", {}, encoded(await one("waves")))
    red, green, blue = np.asarray(after.convert("RGB"), float)[:200].mean(axis=(0, 1))
    assert red > 1.3 * max(green, blue)


async def test_a_change_keeps_the_size_unless_another_is_set():
    source = encoded(Image.new("RGB", (500, 300), "green"), "JPEG")
    assert (await one("framed", {}, source)).size == (500, 300)
    assert (await one("framed", {"size": "256x256"}, source)).size == (256, 256)


async def test_several_sources_are_put_together():
    red, green = (encoded(Image.new("RGB", (200, 200), color)) for color in ("red", "lime"))
    picture = await one("contrast", {}, red, green)
    assert pixel(picture, 0.25, 0.25)[0] > 200 > pixel(picture, 0.25, 0.25)[1]
    assert pixel(picture, 0.75, 0.25)[1] > 200 > pixel(picture, 0.75, 0.25)[0]


async def test_transparency_becomes_white_and_large_pictures_fit():
    clear = encoded(Image.new("RGBA", (3000, 1000), (0, 0, 0, 0)))
    picture = await one("contrast", {}, clear)
    assert picture.size == (2048, 683)
    assert pixel(picture, 0.5, 0.5) == (255, 255, 255)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
async def test_a_source_that_is_no_picture_is_refused(data):
    with pytest.raises(InputError, match="cannot be read") as caught:
        await made("blue", {}, Picture(data))
    assert caught.value.code == "image.source"


async def test_a_source_with_too_many_pixels_is_refused_by_its_header():
    bomb = encoded(Image.new("1", (9000, 9000)))
    with pytest.raises(InputError, match="too large"):
        await made("blue", {}, bomb)


async def test_a_truncated_source_is_refused():
    whole = encoded(await one("waves"))
    with pytest.raises(InputError, match="cannot be read"):
        await made("blue", {}, Picture(whole.data[: len(whole.data) // 2]))


async def test_the_catalogue_says_that_it_is_no_image_model():
    (row,) = await BuiltinPictures().models()
    assert (row.provider, row.name, row.model_type) == ("builtin", "drawing", "image")
    assert "No image model" in str(row.description)
