"""Videos: sections 5.3 and 5.4 of the API, by the tool, directly, and from other media."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.callers import OWN, SDK, events_of, kinds, only, open_caller, refusal
from tests.fakes.loop_thread import background
from tests.fakes.openai_server import OpenAiServer, openai_server
from tests.fakes.pictures import png
from tests.fakes.service import RealService, real_service
from tests.fakes.videos import MOVIE, avi_of

MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}
FILM = 'call generate_video {"prompt": "a red boat"}'
SHORT = {"duration": 1, "size": "160x128"}
DIRECT = {"operation": "generate_video", "video_config": SHORT}


async def fetched(media):
    """A video's bytes, for somebody without a key."""
    async with httpx.AsyncClient() as anybody:
        answer = await anybody.get(media["url"])
    assert answer.headers["content-type"] == media["mime_type"] == "video/x-msvideo"
    assert len(answer.content) == media["file_size_bytes"]
    return answer.content


async def test_the_model_makes_a_video_by_its_tool(caller):
    reply = await caller.send_message(
        FILM,
        video_generation="auto",
        video_model_provider="builtin",
        video_config=SHORT,
        **MODEL,
    )
    assert reply.status == "COMPLETED"
    (media,) = reply.generated_media
    assert len(avi_of(await fetched(media)).frames) == 20
    assert media["url"] not in reply.content


async def test_a_video_is_told_before_its_run_ends(caller):
    for send in (caller.send_message, caller.add_message):
        assistant = await caller.create_assistant(name="Ada")
        thread = await caller.create_thread(assistant.assistant_id)
        events = await events_of(
            send(
                thread_id=thread.thread_id,
                content=FILM,
                video_generation="auto",
                video_config=SHORT,
                stream=True,
                **MODEL,
            )
        )
        order = kinds(events)
        assert order.index("media_generated") < order.index("run_ended")
        assert len(avi_of(await fetched(only(events, "media_generated")["media"])).frames) == 20


async def test_without_the_wish_there_is_no_tool_for_videos(caller):
    for wish in ("off", None):
        told = await caller.send_message("tell tools", video_generation=wish, **MODEL)
        assert "generate_video" not in told.content
    told = await caller.send_message("tell tools", video_generation="auto", **MODEL)
    assert "generate_video" in told.content


async def test_a_video_is_made_directly_and_its_link_serves_ranges(caller):
    reply = await caller.send_message("a red boat", **DIRECT)
    assert reply.status == "COMPLETED"
    (media,) = reply.generated_media
    whole = await fetched(media)
    async with httpx.AsyncClient() as anybody:
        part = await anybody.get(media["url"], headers={"Range": "bytes=8-10"})
    assert (part.status_code, part.content, whole[:4]) == (206, b"AVI", b"RIFF")
    events = await events_of(caller.send_message("a red boat", stream=True, **DIRECT))
    assert only(events, "media_generated")["media"]["document_id"]
    assert events[-1]["type"] == "run_ended"


async def test_a_video_is_made_from_pictures_and_from_a_video(caller, tmp_path):
    offline = {"operation": "generate_image", "image_model_provider": "builtin"}
    drawn = await caller.send_message("a red boat", image_config={"size": "160x128"}, **offline)
    first, film = tmp_path / "boat.png", tmp_path / "boat.avi"
    async with httpx.AsyncClient() as anybody:
        first.write_bytes((await anybody.get(drawn.generated_media[0]["url"])).content)
    made = await caller.send_message(
        "sail", input_image=first, input_last_frame=first, input_references=[first], **DIRECT
    )
    film.write_bytes(await fetched(made.generated_media[0]))
    changed = await caller.send_message("make it sepia", input_video=film, **DIRECT)
    after = avi_of(await fetched(changed.generated_media[0]))
    assert len(after.frames) == 20
    red, green, blue = after.frames[5].convert("RGB").getpixel((80, 60))
    assert red >= green >= blue


async def test_what_is_no_video_fails_in_words(sdk, tmp_path):
    words = tmp_path / "words.avi"
    words.write_bytes(b"no video")
    failed = await sdk.send_message("a red boat", input_video=words, **DIRECT)
    assert failed.status == "FAILED"
    assert "can be changed" in failed.messages[-1]["message"]


async def test_a_configuration_that_means_nothing_is_refused(caller):
    refused = await refusal(
        caller.send_message("a", operation="generate_video", video_config={"duration": 99})
    )
    assert refused.status == 422


async def test_a_video_can_be_deleted_like_a_document(caller):
    made = await caller.send_message("a red boat", **DIRECT)
    (media,) = made.generated_media
    await caller.delete_document(media["document_id"])
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(media["url"])).status_code == 404


@pytest.fixture(scope="module")
def film_server() -> Iterator[OpenAiServer]:
    with background(openai_server()) as running:
        running.videos.looks = 1
        yield running


@pytest.fixture(scope="module")
def connected(tmp_path_factory, film_server) -> Iterator[RealService]:
    """A service with a server that makes videos, as the environment names it."""
    environment = {"PARLEY_LANGUAGE_URL": film_server.url, "PARLEY_VIDEO_MODEL": "wan"}
    with real_service(tmp_path_factory.mktemp("connected"), environment) as running:
        yield running


@pytest.mark.parametrize("name", [SDK, OWN])
async def test_a_connected_server_makes_the_video(connected, film_server, name, tmp_path):
    first = tmp_path / "boat.png"
    first.write_bytes(png())
    async with open_caller(name, connected.api) as caller:
        reply = await caller.send_message(
            "a red boat",
            operation="generate_video",
            video_config={"duration": 8},
            input_image=first,
        )
        (media,) = reply.generated_media
        assert (media["mime_type"], media["model"]) == ("video/mp4", "custom/wan")
        async with httpx.AsyncClient() as anybody:
            assert (await anybody.get(media["url"])).content == MOVIE
        models = [model.id for model in (await caller.list_video_models()).models]
    assert models[0] == "wan"
    fields = film_server.videos.begun[-1]
    assert (fields["prompt"], fields["seconds"]) == (b"a red boat", b"8")
    assert fields["input_reference"] == png()
