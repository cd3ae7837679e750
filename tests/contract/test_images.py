"""Pictures: section 10 of the API, by the tool, directly, and edited."""

from __future__ import annotations

import httpx
import pytest

from tests.contract.callers import events_of, kinds, only, refusal

MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}
MAKER = {"image_model_provider": "openai", "image_model_name": "gpt-image-1"}
DRAW = 'call generate_image {"prompt": "a red boat"}'
PNG = b"\x89PNG"


async def fetched(media):
    """A picture's bytes, for somebody without a key."""
    async with httpx.AsyncClient() as anybody:
        answer = await anybody.get(media["url"])
    assert answer.headers["content-type"] == media["mime_type"]
    assert len(answer.content) == media["file_size_bytes"]
    return answer.content


@pytest.mark.parametrize("maker", [MAKER, {"image_model_provider": "builtin"}])
async def test_the_model_makes_a_picture_by_its_tool(caller, maker):
    reply = await caller.send_message(DRAW, image_generation="auto", **maker, **MODEL)
    assert reply.status == "COMPLETED"
    (media,) = reply.generated_media
    assert media["mime_type"] == "image/png"
    assert (await fetched(media)).startswith(PNG)
    assert media["url"] not in reply.content


async def test_a_picture_is_told_before_its_run_ends(caller):
    events = await events_of(
        caller.send_message(DRAW, image_generation="auto", stream=True, **MAKER, **MODEL)
    )
    order = kinds(events)
    assert order.index("media_generated") < order.index("run_ended")
    media = only(events, "media_generated")["media"]
    assert (await fetched(media)).startswith(PNG)
    assert events[-1]["type"] == "run_ended"


async def test_without_the_wish_there_is_no_tool_for_pictures(caller):
    for wish in ("off", None):
        told = await caller.send_message("tell tools", image_generation=wish, **MODEL)
        assert "generate_image" not in told.content
    told = await caller.send_message("tell tools", image_generation="auto", **MODEL)
    assert "generate_image" in told.content


async def test_a_picture_is_made_directly(caller, providers):
    providers.bodies.clear()
    reply = await caller.send_message(
        "a red boat",
        operation="generate_image",
        image_config={"size": "1024x1024", "quality": "low", "n": 2},
        **MAKER,
    )
    assert reply.status == "COMPLETED"
    assert len(reply.generated_media) == 2
    first, second = [await fetched(media) for media in reply.generated_media]
    assert first.startswith(PNG)
    assert first != second
    (asked,) = [body for path, body in providers.bodies if path.endswith("/generations")]
    assert (asked["prompt"], asked["size"], asked["quality"]) == (
        "a red boat",
        "1024x1024",
        "low",
    )
    events = await events_of(
        caller.send_message("a red boat", operation="generate_image", stream=True, **MAKER)
    )
    assert only(events, "media_generated")["media"]["document_id"]
    assert events[-1]["type"] == "run_ended"


async def test_a_picture_is_made_offline_and_edited_by_its_document_id(caller):
    offline = {"operation": "generate_image", "image_model_provider": "builtin"}
    first = await caller.send_message("a red boat", **offline)
    (boat,) = first.generated_media
    edited = await caller.send_message(
        f"make {boat['document_id']} blue", thread_id=first.thread_id, **offline
    )
    (blue,) = edited.generated_media
    assert blue["document_id"] != boat["document_id"]
    assert await fetched(blue) != await fetched(boat)


async def test_a_picture_of_one_s_own_is_edited(caller, tmp_path, providers):
    made = await caller.send_message("a red boat", operation="generate_image", **MAKER)
    source = tmp_path / "boat.png"
    source.write_bytes(await fetched(made.generated_media[0]))
    providers.bodies.clear()
    edited = await caller.send_message(
        "make it blue",
        operation="generate_image",
        input_image=source,
        input_references=[source],
        **MAKER,
    )
    assert (await fetched(edited.generated_media[0])).startswith(PNG)
    assert [path for path, _ in providers.bodies] == ["/v1/images/edits"]


async def test_pictures_that_come_along_are_seen(caller, tmp_path):
    made = await caller.send_message("a red boat", operation="generate_image", **MAKER)
    source = tmp_path / "boat.png"
    source.write_bytes(await fetched(made.generated_media[0]))
    reply = await caller.add_message(made.thread_id, "tell pictures", files=[source], **MODEL)
    assert int(reply.content) >= 1


async def test_a_picture_can_be_deleted_like_a_document(caller):
    made = await caller.send_message("a red boat", operation="generate_image", **MAKER)
    (media,) = made.generated_media
    await caller.delete_document(media["document_id"])
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(media["url"])).status_code == 404


async def test_unknown_makers_are_refused_in_words(caller):
    for operation, field in (
        ("generate_image", "image_model_provider"),
        ("generate_video", "video_model_provider"),
    ):
        fields = {"operation": operation, field: "nobody"}
        refused = await refusal(caller.send_message("a red boat", **fields))
        assert refused.status == 400
        assert refused.detail.endswith(".")
