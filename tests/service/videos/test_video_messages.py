"""Videos in conversations: by the tool, in plain words, directly, and from what came before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from desktop_app.errors import NetworkError
from desktop_app.protocol.events import ToolCall
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.ports import (
    Finished,
    LanguageEvent,
    ToolsCalled,
)
from tests.fakes.event_streams import events_of, types_of
from tests.fakes.pictures import ScriptedPictureMaker, png
from tests.fakes.providers import (
    ScriptedLanguage,
    ScriptedProviders,
    ToolCaller,
    WithoutModel,
)
from tests.fakes.videos import MOVIE, ScriptedVideoMaker

FILMED = ["user_message", "run_started", "message_start", "tool_call_start", "media_generated"]


@pytest.fixture
def maker() -> ScriptedVideoMaker:
    return ScriptedVideoMaker()


def makers(maker: ScriptedVideoMaker) -> dict[str, Any]:
    return {
        "video_makers": {"scripted": maker},
        "picture_makers": {"scripted": ScriptedPictureMaker()},
    }


@pytest.fixture
async def rig(tmp_path, open_rig, maker) -> AsyncIterator[Any]:
    providers = ScriptedProviders(language=ToolCaller(tool="generate_video"), **makers(maker))
    async with open_rig(tmp_path, providers) as running:
        yield running
        assert list(running.store.files.scratch.iterdir()) == []


@pytest.fixture
async def plain(tmp_path, open_rig, maker) -> AsyncIterator[Any]:
    async with open_rig(tmp_path, WithoutModel(**makers(maker))) as running:
        yield running


async def ask(rig, content: str, thread_id: str = "", **fields: Any) -> dict[str, Any]:
    body = {"content": content, "video_generation": "auto", **fields}
    if thread_id:
        body["thread_id"] = thread_id
    return (await rig.http.post("/threads/messages", json=body)).json()


async def direct(rig, content: str, *files: tuple[str, Any], **fields: Any):
    data = {"content": content, "operation": "generate_video", **fields}
    return await rig.http.post("/threads/messages", data=data, files=list(files) or None)


async def test_a_model_has_a_video_made_before_it_speaks(rig, maker):
    body = {
        "content": '{"prompt": "a fox", "duration": 4, "size": "64x64"}',
        "video_generation": "auto",
        "video_model_name": "Wide-Lens",
        "video_config": {"seed": 7},
        "stream": True,
    }
    events = events_of((await rig.http.post("/threads/messages", json=body)).text)
    assert types_of(events) == [*FILMED, "content_streaming", "run_ended"]
    assert events[3]["name"] == "generate_video"
    media = events[4]["media"]
    assert (media["mime_type"], media["file_size_bytes"]) == ("video/mp4", len(MOVIE))
    async with httpx.AsyncClient() as anybody:
        whole = await anybody.get(media["url"])
        part = await anybody.get(media["url"], headers={"Range": "bytes=4-7"})
    assert (whole.content, whole.headers["content-type"]) == (MOVIE, "video/mp4")
    assert (part.status_code, part.content) == (206, MOVIE[4:8])
    (request,) = maker.requests
    assert request.config == {"duration": 4, "size": "64x64", "seed": 7}
    assert (request.prompt, request.model) == ("a fox", "Wide-Lens")
    assert (media["prompt"], media["model"]) == ("a fox", "scripted/Wide-Lens")
    assert media["parent_document_ids"] is None


async def test_the_flat_reply_and_the_stored_one_carry_the_video(rig):
    reply = await ask(rig, '{"prompt": "a fox"}')
    (media,) = reply["generated_media"]
    stored = (await rig.messages(reply["thread_id"]))[-1]
    (kept,) = stored["metadata_"]["generated_media"]
    assert kept["document_id"] == media["document_id"]
    assert (await rig.http.get(kept["url"])).content == MOVIE
    row = await rig.store.media.get(media["document_id"])
    assert (row.kind, row.message_id) == ("video", reply["message_id"])
    assert row.metadata == {
        "prompt": "a fox",
        "provider": "scripted",
        "model": "lens",
        "parents": [],
    }
    document = (await rig.http.get(f"/documents/{media['document_id']}/status")).json()
    assert (document["document_type"], document["file_size_bytes"]) == ("video", len(MOVIE))


async def test_pictures_and_videos_of_the_thread_become_the_next_video(rig, maker):
    uploaded = [("input_image", ("a.png", png(color="blue")))]
    first = (await direct(rig, "a fox", *uploaded)).json()
    (film,) = first["generated_media"]
    (picture,) = film["parent_document_ids"]
    other = (await direct(rig, "an owl", *uploaded, thread_id=first["thread_id"])).json()
    (last,) = other["generated_media"][0]["parent_document_ids"]
    wish = {"prompt": "on", "document_ids": [picture, film["document_id"]], "last_frame_id": last}
    reply = await ask(rig, msgspec.json.encode(wish).decode(), first["thread_id"])
    request = maker.requests[-1]
    assert (request.first_frame, request.last_frame) == (Picture(png(color="blue")),) * 2
    assert request.source is not None
    assert request.source.read_bytes() == MOVIE
    parents = [picture, film["document_id"], last]
    assert reply["generated_media"][0]["parent_document_ids"] == parents


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"prompt": " "}, "Say what the video shall show"),
        ({"prompt": "x", "document_ids": ["nothing"]}, "no picture nothing"),
        ({"prompt": "x", "last_frame_id": "nothing"}, "goes only with a first one"),
        ({"prompt": "x", "document_ids": [str(n) for n in range(17)]}, "At most 16"),
        ({"document_ids": []}, "arguments cannot be used"),
    ],
)
async def test_the_model_is_told_what_cannot_be_made_and_goes_on(rig, maker, wish, said):
    reply = await ask(rig, msgspec.json.encode(wish).decode())
    assert (reply["status"], reply["content"]) == ("COMPLETED", "Done: tool")
    assert said in rig.providers.language.requests[-1].history[-1].content
    assert maker.requests == []


async def test_two_videos_cannot_be_changed_at_once(rig):
    first = (await direct(rig, "a fox")).json()
    second = (await direct(rig, "an owl", thread_id=first["thread_id"])).json()
    ids = [each["generated_media"][0]["document_id"] for each in (first, second)]
    wish = msgspec.json.encode({"prompt": "both", "document_ids": ids}).decode()
    await ask(rig, wish, first["thread_id"])
    assert "Only one video" in rig.providers.language.requests[-1].history[-1].content


@pytest.mark.parametrize("asked", ["off", "", "On"])
async def test_without_the_word_auto_there_is_no_tool(rig, asked, maker):
    await ask(rig, "{}", video_generation=asked)
    assert rig.providers.language.requests[0].tools == ()
    assert maker.requests == []


async def test_pictures_and_videos_can_be_offered_together(rig):
    await ask(rig, "{}", image_generation="auto")
    names = [tool.name for tool in rig.providers.language.requests[0].tools]
    assert names == ["generate_image", "generate_video"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"video_model_provider": "nobody"}, "nobody"),
        ({"video_model_name": "pencil"}, "pencil"),
    ],
)
async def test_who_shall_film_must_be_known(rig, fields, said):
    body = {"content": "Hi", "video_generation": "auto", **fields}
    answer = await rig.http.post("/threads/messages", json=body)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert (await rig.http.get("/threads")).json() == []


async def test_plain_words_are_enough_without_a_language_model(plain, maker):
    first = await ask(plain, "Please make a short video of a red fox.")
    assert first["content"] == "Here is the video."
    document_id = first["generated_media"][0]["document_id"]
    second = await ask(plain, "Make it blue", first["thread_id"])
    assert [request.prompt for request in maker.requests] == ["a red fox", "blue"]
    assert second["generated_media"][0]["parent_document_ids"] == [document_id]
    assert maker.requests[1].source is not None


async def test_a_picture_that_was_drawn_before_is_made_to_move(plain, maker):
    drawn = await ask(plain, "Draw a fox", image_generation="auto")
    (picture,) = drawn["generated_media"]
    reply = await ask(plain, "Turn it into a video", drawn["thread_id"])
    assert reply["content"] == "Here is the video."
    assert maker.requests[0].first_frame == Picture(png())
    assert reply["generated_media"][0]["parent_document_ids"] == [picture["document_id"]]


async def test_a_direct_video_is_made_without_a_model(rig, maker):
    reply = (await direct(rig, "a fox", video_config='{"duration": 4}')).json()
    assert (reply["status"], reply["content"]) == ("COMPLETED", "Here is the video.")
    assert (reply["model_provider"], reply["model_name"]) == ("scripted", "lens")
    assert maker.requests[0].config == {"duration": 4}
    assert rig.providers.language.requests == []
    events = events_of((await direct(rig, "a fox", stream="true")).text)
    assert types_of(events) == [*FILMED, "content_streaming", "run_ended"]


async def test_a_direct_video_is_made_from_uploads(rig, maker):
    parts = [
        ("input_references", ("c.png", png(color="green"))),
        ("input_last_frame", ("b.png", png(color="red"))),
        ("input_image", ("a.png", png(color="blue"))),
        ("input_video", ("d.mp4", MOVIE, "video/mp4")),
    ]
    reply = (await direct(rig, "combine them", *parts)).json()
    (request,) = maker.requests
    assert request.first_frame == Picture(png(color="blue"))
    assert request.last_frame == Picture(png(color="red"))
    assert request.references == (Picture(png(color="green")),)
    assert request.source is not None
    assert request.source.read_bytes() == MOVIE
    parents = reply["generated_media"][0]["parent_document_ids"]
    kept = [await rig.store.media.get(each) for each in parents]
    assert [each.metadata["filename"] for each in kept] == ["a.png", "d.mp4", "c.png", "b.png"]
    assert [each.mime_type for each in kept][1] == "video/mp4"


@pytest.mark.parametrize(
    ("part", "fields", "status", "said"),
    [
        (("input_image", ("a.png", b"no picture")), {}, 400, "cannot be read as a picture"),
        (("input_last_frame", ("a.png", png())), {}, 400, "needs input_image"),
        (("input_video", ("a.txt", b"words")), {}, 400, "is no video"),
        (("audio_file", ("a.wav", b"RIFF")), {}, 400, "operation chat"),
        (("input_image", ("a.png", png())), {"voice": '{"tts": {}}'}, 400, "has no voice"),
        (("input_image", ("a.png", png())), {"video_config": '{"duration": "x"}'}, 422, "duration"),
    ],
)
async def test_what_cannot_become_a_video_is_refused_before_anything_is_stored(
    rig, part, fields, status, said
):
    answer = await direct(rig, "a fox", part, **fields)
    assert answer.status_code == status
    assert said in answer.text
    assert (await rig.http.get("/threads")).json() == []


async def test_a_maker_that_fails_directly_fails_the_message(rig, maker):
    maker.failure = NetworkError("network.unreachable", "The lens is dusty.")
    reply = (await direct(rig, "a fox")).json()
    assert (reply["status"], reply["message"]) == ("FAILED", "The lens is dusty.")
    assert (await rig.messages(reply["thread_id"]))[-1]["status"] == "FAILED"


async def test_a_description_has_an_end(rig, maker):
    reply = (await direct(rig, "x" * 32_001)).json()
    assert reply["message"] == "A video's description has at most 32000 characters."
    assert maker.requests == []


async def test_a_broken_maker_ends_nothing(rig, maker, caplog):
    maker.failure = ZeroDivisionError("oops")
    reply = (await direct(rig, "a fox")).json()
    assert (reply["status"], reply["message"]) == ("FAILED", "The video could not be made.")
    caplog.clear()


async def test_a_video_in_the_making_can_be_cancelled_and_leaves_no_file(rig, maker):
    maker.pause()
    body = {"content": "a fox", "operation": "generate_video", "stream": True}
    events: list[dict[str, Any]] = []
    async with rig.http.stream("POST", "/threads/messages", json=body) as answer:
        async for line in answer.aiter_lines():
            if line:
                events.append(msgspec.json.decode(line.removeprefix("data: ")))
            if line and events[-1]["type"] == "message_start":
                await maker.was_asked.wait()
                path = f"/threads/{events[0]['thread_id']}/runs/{events[1]['run_id']}/cancel"
                assert (await rig.http.post(path)).json()["cancelled"] is True
    assert events[-1]["type"] == "run_cancelled"
    assert await rig.store.media.of_thread(events[0]["thread_id"], "video") == []
    assert not maker.targets[0].exists()


async def test_deleting_a_thread_deletes_its_videos_and_one_can_be_deleted_alone(rig):
    first = (await direct(rig, "a fox")).json()
    (media,) = first["generated_media"]
    path = rig.store.media.path_of(await rig.store.media.get(media["document_id"]))
    assert path.exists()
    gone = (await rig.http.delete(f"/documents/{media['document_id']}")).json()
    assert gone["document_type"] == "video"
    assert not path.exists()
    second = (await direct(rig, "a fox", thread_id=first["thread_id"])).json()
    kept = await rig.store.media.get(second["generated_media"][0]["document_id"])
    await rig.http.delete(f"/threads/{first['thread_id']}")
    assert not rig.store.media.path_of(kept).exists()


async def test_deleting_around_a_video_in_the_making_leaves_nothing(rig, maker):
    maker.pause()
    async with asyncio.TaskGroup() as tasks:
        thread_id = await rig.thread()
        post = tasks.create_task(direct(rig, "a fox", thread_id=thread_id))
        await maker.was_asked.wait()
        assert (await rig.http.delete(f"/threads/{thread_id}")).status_code == 200
        maker.resume()
    assert post.result().json()["status"] == "CANCELLED"
    assert await rig.store.media.of_thread(thread_id, "video") == []


WEATHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}


async def test_after_the_outputs_of_functions_a_video_can_still_be_made(tmp_path, open_rig, maker):
    """The rounds of a model: a function of the client, then the tool, then words."""
    calls = (
        ToolCall("c1", "weather", "{}"),
        ToolCall("c2", "generate_video", '{"prompt": "rain"}'),
    )
    rounds: list[tuple[LanguageEvent, ...]] = [(ToolsCalled((call,)), Finished()) for call in calls]
    language = ScriptedLanguage(rounds=rounds)
    providers = ScriptedProviders(language=language, **makers(maker))
    async with open_rig(tmp_path, providers) as running:
        waiting = await ask(running, "Film it", tools=[WEATHER], video_config={"seed": 3})
        path = f"/threads/{waiting['thread_id']}/runs/{waiting['run_id']}/submit-tool-outputs"
        output = {"tool_call_id": "c1", "output": "It rains."}
        answer = await running.http.post(
            path, params={"stream": True}, json={"tool_outputs": [output]}
        )
        events = events_of(answer.text)
    assert "media_generated" in types_of(events)
    assert (maker.requests[0].prompt, maker.requests[0].config) == ("rain", {"seed": 3})
