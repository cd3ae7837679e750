"""The whole way of a video: a message, the service, a server with a Videos API, a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from desktop_app.service.providers.openai.openai_videos import OpenAiVideos, Pace
from tests.fakes.openai_server import OpenAiServer, openai_server
from tests.fakes.pictures import png
from tests.fakes.providers import ScriptedProviders
from tests.fakes.videos import MOVIE


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with openai_server() as running:
        yield running


@pytest.fixture
async def rig(tmp_path, open_rig, server) -> AsyncIterator[Any]:
    pace = Pace(first_s=0.0, longest_s=0.01)
    maker = OpenAiVideos(server.url, "", provider="custom", model="wan", pace=pace)
    async with open_rig(tmp_path, ScriptedProviders(video_makers={"custom": maker})) as running:
        yield running
    assert list(running.store.files.scratch.iterdir()) == []


async def post(rig, **fields: Any) -> dict[str, Any]:
    data = {"content": "a fox", "operation": "generate_video", **fields}
    files = [("input_image", ("a.png", png()))]
    return (await rig.http.post("/threads/messages", data=data, files=files)).json()


async def test_a_video_is_made_there_and_kept_here(rig, server):
    reply = await post(rig, video_config='{"duration": 4, "size": "1280x720"}')
    assert (reply["model_provider"], reply["model_name"]) == ("custom", "wan")
    (media,) = reply["generated_media"]
    assert media["mime_type"] == "video/mp4"
    assert (await rig.http.get(media["url"])).content == MOVIE
    (fields,) = server.videos.begun
    assert server.videos.jobs == {}
    assert (fields["size"], fields["input_reference"]) == (b"1280x720", png())


async def test_what_is_wrong_there_is_the_message_of_the_reply(rig, server):
    server.videos.error = {"code": "moderation_blocked", "message": "Not this."}
    reply = await post(rig)
    assert reply["status"] == "FAILED"
    assert reply["message"].endswith("refused the request. Not this.")


async def test_a_run_that_is_cancelled_ends_the_job_there(rig, server):
    server.videos.looks = None
    thread_id = await rig.thread()
    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(post(rig, thread_id=thread_id))
        await server.videos.was_looked_at.wait()
        await rig.http.delete(f"/threads/{thread_id}")
    assert answer.result()["status"] == "CANCELLED"
    assert server.videos.deleted == ["video_1"]


async def test_the_catalogue_names_its_model(rig):
    (row,) = (await rig.http.get("/models/video/all")).json()["models"]
    assert (row["id"], row["provider"]) == ("wan", "custom")
    assert row["supported_frame_images"] == ["first_frame"]
