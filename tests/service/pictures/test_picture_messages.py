"""Pictures in conversations: by the tool, in plain words, directly, and from each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from desktop_app.errors import NetworkError
from desktop_app.service.providers.picture_ports import Picture
from tests.fakes.event_streams import events_of, types_of
from tests.fakes.pictures import ScriptedPictureMaker, png
from tests.fakes.providers import ScriptedProviders, ToolCaller, WithoutModel

DRAWN = ["user_message", "run_started", "message_start", "tool_call_start", "media_generated"]


@pytest.fixture
def maker() -> ScriptedPictureMaker:
    return ScriptedPictureMaker()


@pytest.fixture
async def rig(tmp_path, open_rig, maker) -> AsyncIterator[Any]:
    providers = ScriptedProviders(
        language=ToolCaller(tool="generate_image"), picture_makers={"scripted": maker}
    )
    async with open_rig(tmp_path, providers) as running:
        yield running


@pytest.fixture
async def plain(tmp_path, open_rig, maker) -> AsyncIterator[Any]:
    async with open_rig(tmp_path, WithoutModel(picture_makers={"scripted": maker})) as running:
        yield running


async def ask(rig, content: str, thread_id: str = "", **fields: Any) -> dict[str, Any]:
    body = {"content": content, "image_generation": "auto", **fields}
    if thread_id:
        body["thread_id"] = thread_id
    return (await rig.http.post("/threads/messages", json=body)).json()


async def stream(rig, content: str, **fields: Any) -> list[dict[str, Any]]:
    body = {"content": content, "image_generation": "auto", "stream": True, **fields}
    return events_of((await rig.http.post("/threads/messages", json=body)).text)


async def direct(rig, content: str, *files: tuple[str, Any], **fields: Any):
    data = {"content": content, "operation": "generate_image", **fields}
    return await rig.http.post("/threads/messages", data=data, files=list(files) or None)


async def test_a_model_has_a_picture_made_before_it_speaks(rig, maker):
    events = await stream(rig, '{"prompt": "a fox", "size": "64x64"}', image_config={"seed": 7})
    assert types_of(events) == [*DRAWN, "content_streaming", "run_ended"]
    media = events[4]["media"]
    assert (media["mime_type"], media["file_size_bytes"]) == ("image/png", len(png()))
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(media["url"])).content == png()
    (request,) = maker.requests
    assert (request.prompt, request.config) == ("a fox", {"size": "64x64", "seed": 7})
    assert media["url"] not in events[-1]["final_content"]
    assert (media["prompt"], media["model"]) == ("a fox", "scripted/brush")
    assert media["parent_document_ids"] is None


async def test_the_flat_reply_and_the_stored_one_carry_the_picture(rig):
    reply = await ask(rig, '{"prompt": "a fox"}')
    (media,) = reply["generated_media"]
    assert (await rig.http.get(media["url"])).content == png()
    stored = (await rig.messages(reply["thread_id"]))[-1]
    assert stored["message_id"] == reply["message_id"]
    (kept,) = stored["metadata_"]["generated_media"]
    assert kept["document_id"] == media["document_id"]
    assert (await rig.http.get(kept["url"])).content == png()
    row = await rig.store.media.get(media["document_id"])
    assert row.message_id == reply["message_id"]
    assert row.metadata["prompt"] == "a fox"


async def test_a_picture_is_changed_by_its_document_id(rig, maker):
    first = await ask(rig, '{"prompt": "a fox"}')
    document_id = first["generated_media"][0]["document_id"]
    wish = f'{{"prompt": "at night", "document_ids": ["{document_id}"]}}'
    second = await ask(rig, wish, first["thread_id"])
    assert maker.requests[1].sources == (Picture(png()),)
    made = await rig.store.media.get(second["generated_media"][0]["document_id"])
    assert made.metadata["parents"] == [document_id]
    assert second["generated_media"][0]["parent_document_ids"] == [document_id]
    await rig.http.delete(f"/documents/{document_id}")
    third = await ask(rig, wish, first["thread_id"])
    assert third["generated_media"] in (None, [])
    assert "There is no picture" in rig.providers.language.requests[-1].history[-1].content


async def test_the_model_can_go_on_when_nothing_can_be_drawn(rig, maker):
    maker.failure = NetworkError("network.unreachable", "The brush is dry.")
    reply = await ask(rig, '{"prompt": "a fox"}')
    assert (reply["status"], reply["content"]) == ("COMPLETED", "Done: tool")
    assert "The brush is dry." in rig.providers.language.requests[-1].history[-1].content


@pytest.mark.parametrize("asked", ["off", "", "On"])
async def test_without_the_word_auto_there_is_no_tool(rig, asked, maker):
    await ask(rig, "{}", image_generation=asked)
    assert rig.providers.language.requests[0].tools == ()
    assert maker.requests == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"image_model_provider": "nobody"}, "nobody"),
        ({"image_model_name": "pencil"}, "pencil"),
    ],
)
async def test_who_shall_draw_must_be_known(rig, fields, said):
    body = {"content": "Hi", "image_generation": "auto", **fields}
    answer = await rig.http.post("/threads/messages", json=body)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert (await rig.http.get("/threads")).json() == []


async def test_plain_words_are_enough_without_a_language_model(plain, maker):
    first = await ask(plain, "Please draw a red fox.")
    assert first["content"] == "Here is the picture."
    document_id = first["generated_media"][0]["document_id"]
    second = await ask(plain, f"Change {document_id}: make it night", first["thread_id"])
    third = await ask(plain, "Make it blue", first["thread_id"])
    assert [request.prompt for request in maker.requests] == ["a red fox", "make it night", "blue"]
    parents = [
        (await plain.store.media.get(reply["generated_media"][0]["document_id"])).metadata[
            "parents"
        ]
        for reply in (second, third)
    ]
    assert parents == [[document_id], [second["generated_media"][0]["document_id"]]]


async def test_an_attached_picture_is_changed_in_plain_words(plain, maker):
    answer = await plain.http.post(
        "/threads/messages",
        data={"content": "Turn it into a drawing", "image_generation": "auto"},
        files=[("files", ("cat.png", png(color="blue")))],
    )
    assert answer.json()["content"] == "Here is the picture."
    assert maker.requests[0].sources == (Picture(png(color="blue")),)


async def test_other_words_are_answered_as_ever(plain, maker):
    assert (await ask(plain, "What is 2 + 2?"))["content"] == "That is 4."
    assert maker.requests == []


async def test_a_direct_picture_is_made_without_a_model(rig, maker):
    reply = (await direct(rig, "a fox", image_config='{"n": 2}')).json()
    assert (reply["status"], reply["content"]) == ("COMPLETED", "Here are the 2 pictures.")
    assert (reply["model_provider"], reply["model_name"]) == ("scripted", "brush")
    assert len(reply["generated_media"]) == 2
    assert rig.providers.language.requests == []
    rows = await rig.messages(reply["thread_id"])
    assert (rows[0]["role"], rows[0]["content"]) == ("user", "a fox")
    assert rows[-1]["message_id"] == reply["message_id"]


async def test_a_configuration_that_means_nothing_is_refused_before_anything_is_stored(rig, maker):
    answers = [
        await direct(rig, "a fox", image_config='{"n": "many"}'),
        await direct(rig, "a fox", image_config='{"n": "many"}', stream="true"),
        await rig.http.post(
            "/threads/messages",
            json={"content": "Hi", "image_generation": "auto", "image_config": {"n": "many"}},
        ),
    ]
    for answer in answers:
        assert answer.status_code == 422
        (fault,) = answer.json()["detail"]
        assert (fault["loc"], fault["msg"]) == (["body", "image_config"], "n must be a number.")
    assert (await rig.http.get("/threads")).json() == []
    assert maker.requests == []


async def test_a_direct_picture_is_streamed_in_order(rig):
    events = events_of((await direct(rig, "a fox", stream="true")).text)
    assert types_of(events) == [*DRAWN, "content_streaming", "run_ended"]
    assert (events[1]["provider"], events[1]["model_name"]) == ("scripted", "brush")


async def test_a_direct_picture_is_made_from_uploads(rig, maker):
    parts = [
        ("input_references", ("b.png", png(color="green"))),
        ("input_image", ("a.png", png(color="blue"))),
    ]
    reply = (await direct(rig, "combine them", *parts)).json()
    sources = (Picture(png(color="blue")), Picture(png(color="green")))
    assert maker.requests[0].sources == sources
    made = await rig.store.media.get(reply["generated_media"][0]["document_id"])
    names = [
        (await rig.store.media.get(each)).metadata["filename"] for each in made.metadata["parents"]
    ]
    assert names == ["a.png", "b.png"]


async def test_a_direct_picture_can_be_changed_in_the_conversation(plain, maker):
    first = (await direct(plain, "a fox")).json()
    await ask(plain, "Make it blue", first["thread_id"])
    assert maker.requests[1].sources == (Picture(png()),)


@pytest.mark.parametrize(
    ("part", "status", "said"),
    [
        (("input_image", ("a.png", b"no picture")), 400, "cannot be read as a picture"),
        (("input_last_frame", ("a.png", png())), 400, "operation generate_video"),
        (("audio_file", ("a.wav", b"RIFF")), 400, "operation chat"),
    ],
)
async def test_what_cannot_become_a_picture_is_refused(rig, part, status, said):
    answer = await direct(rig, "a fox", part)
    assert answer.status_code == status
    assert said in answer.text
    assert (await rig.http.get("/threads")).json() == []


async def test_a_maker_that_fails_directly_fails_the_message(rig, maker):
    maker.failure = NetworkError("network.unreachable", "The brush is dry.")
    reply = (await direct(rig, "a fox")).json()
    assert (reply["status"], reply["message"]) == ("FAILED", "The brush is dry.")
    events = events_of((await direct(rig, "a fox", stream="true")).text)
    assert (events[-1]["type"], events[-1]["error"]) == ("run_failed", "The brush is dry.")
    assert (await rig.messages(reply["thread_id"]))[-1]["status"] == "FAILED"


async def test_a_picture_in_the_making_can_be_cancelled(rig, maker):
    maker.pause()
    body = {"content": "a fox", "operation": "generate_image", "stream": True}
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
    assert await rig.store.media.of_thread(events[0]["thread_id"], "picture") == []


@pytest.mark.parametrize("what", ["thread", "assistant"])
async def test_deleting_around_a_picture_in_the_making_leaves_nothing(rig, maker, what):
    maker.pause()
    async with asyncio.TaskGroup() as tasks:
        thread_id = await rig.thread()
        owner = (await rig.http.get(f"/threads/{thread_id}")).json()["assistant_id"]
        post = tasks.create_task(direct(rig, "a fox", thread_id=thread_id))
        await maker.was_asked.wait()
        path = f"/threads/{thread_id}" if what == "thread" else f"/assistants/{owner}"
        assert (await rig.http.delete(path)).status_code == 200
        maker.resume()
    assert post.result().json()["status"] == "CANCELLED"
    assert (await rig.http.get(f"/threads/{thread_id}")).status_code == 404
    assert await rig.store.media.of_thread(thread_id, "picture") == []
