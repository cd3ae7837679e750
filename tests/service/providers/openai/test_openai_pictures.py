"""Pictures of OpenAI over a real socket, and what goes wrong with them."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image

from desktop_app.errors import AccessError, AppError, InputError, NetworkError, ProtocolError
from desktop_app.service.providers.openai.openai_pictures import OpenAiPictures
from desktop_app.service.providers.picture_ports import Picture, PictureRequest
from tests.fakes.openai_server import OpenAiServer, closed_port, openai_server

NEW = "/v1/images/generations"
EDITS = "/v1/images/edits"
MODEL = "gpt-image-1"


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with openai_server() as running:
        running.key = "sk-1"
        yield running


async def made(
    server: OpenAiServer, *sources: Picture, prompt: str = "a cat", key: str = "sk-1", **config: Any
) -> list[Picture]:
    maker = OpenAiPictures(server.url, key)
    try:
        return list(await maker.make(PictureRequest(prompt, MODEL, config, sources)))
    finally:
        await maker.aclose()


def encoded(color: str, kind: str = "PNG") -> Picture:
    file = io.BytesIO()
    Image.new("RGB", (32, 32), color).save(file, kind)
    return Picture(file.getvalue(), Image.MIME[kind])


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


async def test_a_picture_is_asked_for_with_what_was_set_and_nothing_else(server):
    (picture,) = await made(
        server, size="64x64", quality="low", output_format="jpg", seed=3, provider={}, resolution=""
    )
    assert server.asked_of(NEW)[0].json == {
        "model": MODEL,
        "prompt": "a cat",
        "size": "64x64",
        "quality": "low",
        "output_format": "jpeg",
    }
    assert picture.mime_type == "image/jpeg"
    assert opened(picture).size == (64, 64)


async def test_several_are_several(server):
    assert len(await made(server, n=3)) == 3


@pytest.mark.parametrize(
    ("aspect", "size"),
    [("1:1", "1024x1024"), ("5:4", "1024x1024"), ("16:9", "1536x1024"), ("2:3", "1024x1536")],
)
async def test_an_aspect_ratio_becomes_the_nearest_size(server, aspect, size):
    await made(server, aspect_ratio=aspect)
    assert server.asked_of(NEW)[0].json["size"] == size


async def test_a_change_sends_its_sources_in_order(server):
    red, blue = encoded("red"), encoded("blue", "JPEG")
    (picture,) = await made(server, red, blue, size="32x32")
    (asked,) = server.asked_of(EDITS)
    assert asked.body.count(b'name="image[]"') == 2
    assert asked.body.index(red.data) < asked.body.index(blue.data)
    assert b'name="prompt"\r\n\r\na cat' in asked.body
    shown = opened(picture).convert("RGB").getpixel((5, 5))
    assert isinstance(shown, tuple)
    assert shown[0] >= 127  # half of it is the red source


async def test_what_can_never_be_made_is_known_without_asking(server):
    maker = OpenAiPictures(server.url, "sk-test")
    maker.check({"n": "2", "size": "auto", "output_format": "jpg", "seed": 7, "quality": "low"})
    for config in ({"n": "two"}, {"background": "pink"}, {"aspect_ratio": "wide"}):
        with pytest.raises(InputError) as caught:
            maker.check(config)
        assert caught.value.code == "image.config"
    assert server.asked == []
    await maker.aclose()


@pytest.mark.parametrize(
    ("prompt", "sources", "config", "words"),
    [
        (" ", (), {}, "needs a description"),
        ("a cat", (), {"aspect_ratio": "wide"}, "'wide' is not of the form"),
        ("a cat", (), {"size": "huge"}, "size is not of the form 1024x1024"),
        ("a cat", (), {"n": 11}, "n is not a whole number from 1 to 10"),
        ("a cat", (), {"n": True}, "n is not a whole number from 1 to 10"),
        ("a cat", (), {"output_compression": -1}, "is not a whole number from 0 to 100"),
        ("a cat", (), {"output_format": "gif"}, "is not one of png, jpeg, webp"),
        ("a cat", (Picture(b"GIF89a", "image/gif"),), {}, "Only PNG, JPEG and WebP"),
        ("a cat", (Picture(b"x"),) * 17, {}, "At most 16"),
    ],
)
async def test_what_cannot_be_made_is_said(server, prompt, sources, config, words):
    with pytest.raises(InputError) as caught:
        await made(server, *sources, prompt=prompt, **config)
    assert words in str(caught.value)
    assert caught.value.code.startswith("image.")


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, InputError, "image.refused"),
        (401, AccessError, "access.refused"),
        (402, NetworkError, "http.402"),
        (404, NetworkError, "image.model_not_found"),
        (429, NetworkError, "http.429"),
        (500, NetworkError, "http.500"),
    ],
)
async def test_refusals_keep_their_kind(server, status, kind, code):
    server.refuse(NEW, status, "<html>")
    with pytest.raises(kind) as caught:
        await made(server)
    assert caught.value.code == code


async def test_a_wrong_key_is_not_repeated(server):
    with pytest.raises(AccessError) as caught:
        await made(server, key="sk-wrong-one")
    assert "sk-wrong-one" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        "nonsense",
        "[]",
        "{}",
        '{"data":[]}',
        '{"data":[1]}',
        '{"data":[{"url":"http://x"}]}',
        '{"data":[{"b64_json":"***"}]}',
        json.dumps({"data": [{"b64_json": base64.b64encode(b"no picture").decode()}]}),
    ],
)
async def test_what_is_no_picture_is_a_protocol_error(server, answer):
    server.answer(NEW, answer)
    with pytest.raises(ProtocolError, match="cannot be understood"):
        await made(server)


async def test_an_answer_that_breaks_off_may_be_asked_for_again(server):
    server.answers[NEW] = (200, "application/json", [b'{"data":', None])
    with pytest.raises(AppError, match=r"image service at .* broke off") as caught:
        await made(server)
    assert caught.value.retryable


async def test_without_a_model_one_that_the_account_has_is_taken(server):
    maker = OpenAiPictures(server.url, "sk-1")
    for _ in range(2):
        await maker.make(PictureRequest("a cat"))
    assert [asked.json["model"] for asked in server.asked_of(NEW)] == [MODEL, MODEL]
    assert len(server.asked_of("/v1/models")) == 1
    await maker.aclose()


async def test_the_accounts_image_models_are_listed_or_the_known_ones():
    async with openai_server() as server:
        maker = OpenAiPictures(server.url, "")
        assert [row.name for row in await maker.models()] == [MODEL]
        await maker.aclose()
    maker = OpenAiPictures(f"http://127.0.0.1:{closed_port()}", "")
    rows = await maker.models()
    assert MODEL in [row.name for row in rows]
    assert {row.model_type for row in rows} == {"image"}
    await maker.aclose()
