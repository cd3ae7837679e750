"""Files that come with messages: kept, told with their status, and refused in words."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from tests.fakes.event_streams import events_of, types_of
from tests.fakes.pictures import png

NOTES = ("notes.txt", b"The fox is red.", "text/plain")


async def send(rig, files: list[tuple[str, Any]], **fields: Any):
    data = {"content": "What is this?", **fields}
    return await rig.http.post("/threads/messages", data=data, files=files)


async def test_attachments_become_documents_of_the_thread(rig):
    files = [("files", NOTES), ("files", ("CAT.PNG", png(), "image/png"))]
    reply = (await send(rig, files)).json()
    told = [(each["filename"], each["file_size_bytes"]) for each in reply["attachments"]]
    assert told == [("notes.txt", 15), ("CAT.PNG", len(png()))]
    documents = (await rig.http.get(f"/threads/{reply['thread_id']}/documents")).json()
    ids = [each["document_id"] for each in reply["attachments"]]
    assert [each["document_id"] for each in documents] == ids
    user, answer = await rig.messages(reply["thread_id"])
    assert [each["document_id"] for each in user["attachments"]] == ids
    assert answer["attachments"] == []


async def test_attachments_of_a_list_with_messages_are_told_too(rig):
    await send(rig, [("files", NOTES)])
    (thread,) = (await rig.http.get("/threads?include_messages=true")).json()
    assert thread["messages"][0]["attachments"][0]["filename"] == "notes.txt"


async def test_a_streamed_message_brings_files_too(rig):
    events = events_of((await send(rig, [("files", NOTES)], stream="true")).text)
    assert types_of(events)[-1] == "run_ended"
    (user, _answer) = await rig.messages(events[0]["thread_id"])
    assert user["attachments"][0]["filename"] == "notes.txt"


async def test_a_message_that_is_only_kept_keeps_its_files(rig):
    reply = (await send(rig, [("files", NOTES)], send_to_llm="false")).json()
    assert reply["role"] == "user"
    assert reply["attachments"][0]["filename"] == "notes.txt"


async def test_the_old_path_takes_files(rig):
    thread_id = await rig.thread()
    answer = await rig.http.post(
        f"/threads/{thread_id}/messages", data={"content": "Hi"}, files=[("files", NOTES)]
    )
    assert answer.json()["attachments"][0]["filename"] == "notes.txt"


@pytest.mark.parametrize(
    ("part", "fields", "status", "said"),
    [
        (("files", ("a.exe", b"MZ")), {}, 400, ".exe"),
        (("files", ("a", b"x")), {}, 400, "no ending"),
        (("files", ("a.txt", b"")), {}, 400, "a.txt is empty"),
        (("file", NOTES), {}, 422, "no such field"),
        (("audio_file", ("a.wav", b"RIFF")), {}, 422, "needs voice.stt"),
        (("input_image", ("a.png", png())), {}, 400, "operation generate_image"),
        (("input_references", ("a.png", png())), {}, 400, "operation generate_image"),
        (("input_video", ("a.mp4", b"x")), {}, 400, "operation generate_video"),
        (("files", NOTES), {"operation": "generate_image"}, 400, "operation chat"),
        (("files", NOTES), {"operation": "generate_video"}, 400, "operation chat"),
        (("files", NOTES), {"operation": "sing"}, 422, "generate_image"),
        (("files", NOTES), {"content": " "}, 422, "no content"),
        (("files", NOTES), {"thread_id": "none"}, 404, "Thread not found"),
        (
            ("files", NOTES),
            {"system_one": '{"questions": {}}'},
            400,
            "cannot go along",
        ),
        (("files", NOTES), {"image_generation": "auto"}, 400, "makes pictures"),
        (("files", NOTES), {"video_generation": "auto"}, 400, "makes videos"),
    ],
)
async def test_what_cannot_be_used_is_refused_before_anything_is_stored(
    rig, part, fields, status, said
):
    answer = await send(rig, [part], **fields)
    assert answer.status_code == status
    assert said in answer.text
    assert (await rig.http.get("/threads")).json() == []
    assert list(rig.store.files.scratch.iterdir()) == []


async def test_one_bad_file_refuses_the_message_and_keeps_none(rig):
    answer = await send(rig, [("files", NOTES), ("files", ("a.exe", b"MZ"))])
    assert answer.status_code == 400
    assert await rig.store.media.remove_unused_files() == 0


async def test_links_in_stored_messages_are_made_anew(rig):
    thread_id = await rig.thread()
    body = {"content": "Hi", "thread_id": thread_id, "send_to_llm": "false"}
    metadata = {
        "generated_media": [{"document_id": "m1", "url": "old"}, "odd"],
        "voice_records": {"stt": {"transcript": "x"}, "tts": {"document_id": "m2"}},
    }
    await rig.http.post("/threads/messages", json={**body, "metadata": metadata})
    await rig.http.post("/threads/messages", json={**body, "metadata": {"voice_records": 3}})
    first, second = await rig.messages(thread_id)
    media, odd = first["metadata_"]["generated_media"]
    assert "/api/media/m1?" in media["url"]
    assert odd == "odd"
    assert "/api/media/m2?" in first["metadata_"]["voice_records"]["tts"]["audio_url"]
    assert first["metadata_"]["voice_records"]["stt"] == {"transcript": "x"}
    assert second["metadata_"] == {"voice_records": 3}


async def test_a_form_that_ends_too_early_leaves_nothing(rig):
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhalf'
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = await rig.http.post("/threads/messages", content=head, headers=headers)
    assert answer.status_code == 422
    assert msgspec.json.decode(answer.content)["detail"][0]["type"] == "multipart_invalid"
    assert (await rig.http.get("/threads")).json() == []
    assert list(rig.store.files.scratch.iterdir()) == []


async def test_a_turn_waits_until_its_files_are_read(rig):
    await send(rig, [("files", NOTES)])
    (request,) = rig.providers.language.requests
    (passage,) = request.knowledge.passages
    assert (passage.filename, passage.text) == ("notes.txt", "The fox is red.")
    (message,) = request.history
    assert message.content.startswith("What is this?\n\n[Attached: notes.txt (document_id ")
    assert "not read" not in message.content


async def test_a_model_sees_attached_pictures_then_and_later(rig):
    reply = (await send(rig, [("files", ("cat.png", png()))])).json()
    body = {"content": "And now?", "thread_id": reply["thread_id"]}
    await rig.http.post("/threads/messages", json=body)
    first, second = rig.providers.language.requests
    assert [picture.data for picture in first.history[0].pictures] == [png()]
    assert [len(message.pictures) for message in second.history] == [1, 0, 0]


async def test_a_client_that_goes_away_in_mid_upload_leaves_nothing(rig):
    url = httpx.URL(rig.addresses.api + "/threads/messages")
    head = (
        f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc.decode()}\r\n"
        f"X-API-Key: {rig.addresses.key}\r\nContent-Length: 100000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
        'Content-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhalf of it'
    )
    _reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(head.encode())
    async with asyncio.timeout(10):
        while not list(rig.store.files.scratch.iterdir()):
            await rig.http.get("/threads")
        writer.close()
        await writer.wait_closed()
        while list(rig.store.files.scratch.iterdir()):
            await rig.http.get("/threads")
    assert (await rig.http.get("/threads")).json() == []


async def test_messages_with_files_keep_their_order_in_a_thread(rig):
    thread_id = await rig.thread()
    rig.providers.language.pause()
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(send(rig, [("files", NOTES)], thread_id=thread_id, content="1"))
        async with asyncio.timeout(10):
            while not rig.providers.language.requests:
                await rig.messages(thread_id)
            second = tasks.create_task(send(rig, [], thread_id=thread_id, content="2"))
            while len(await rig.messages(thread_id)) < 3:
                pass
        rig.providers.language.resume()
    assert [each.result().json()["status"] for each in (first, second)] == ["COMPLETED"] * 2
    asked = [request.history[-1].content[:1] for request in rig.providers.language.requests]
    assert asked == ["1", "2"]
