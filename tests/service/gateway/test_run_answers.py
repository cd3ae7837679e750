"""The service's own runs as a chat backend, and as what registrations name."""

from __future__ import annotations

import httpx
import pytest

from desktop_app.errors import NetworkError
from desktop_app.protocol.events import ToolCall
from desktop_app.service.gateway.run_answers import RunAnswer
from desktop_app.service.providers.ports import TextDelta, ToolsCalled
from desktop_app.service.runs.events import ToolBegun
from tests.fakes.pictures import ScriptedPictureMaker
from tests.service.conftest import KEY

HEADERS = {"Authorization": f"Bearer {KEY}"}


async def post(rig, path: str, body: dict) -> httpx.Response:
    url = httpx.URL(rig.addresses.api).copy_with(path=path)
    return await rig.http.post(url, json=body, headers=HEADERS)


async def test_the_service_is_a_chat_backend_whose_sessions_are_threads(rig):
    made = await post(rig, "/v1/register", {"system_prompt": "Rhyme.", "provider": "scripted"})
    name = made.json()["registration_id"]
    for text in ("Hi", "Again"):
        body = {"registration_id": name, "session_id": "desk", "message": text}
        answer = (await post(rig, "/v1/chat", body)).json()
    assert answer["text"] == "Hello there. How are you?"
    stored = await rig.messages(answer["metadata"]["thread_id"])
    assert [each["content"] for each in stored][::2] == ["Hi", "Again"]
    assert "Rhyme." in rig.providers.language.requests[0].system_prompt


async def test_a_session_gets_what_was_registered(rig, socket):
    made = await post(rig, "/v1/register", {"system_prompt": "Rhyme."})
    await socket.configured(backend=made.json())
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.message")
    assert "Rhyme." in rig.providers.language.requests[0].system_prompt


@pytest.mark.parametrize("wish", ["auto", "readonly", "off"])
async def test_a_session_says_what_may_be_remembered(rig, socket, wish):
    await socket.configured(memory=wish)
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.message")
    assert rig.providers.language.requests[0].memory == wish


async def test_a_word_about_the_memory_that_is_none_is_refused(socket):
    await socket.say("session.configure", memory="sometimes")
    assert (await socket.until("error"))["code"] == "session.memory"


async def test_what_may_not_be_had_is_refused_in_words(rig, socket):
    for body, status in (
        ({"api_key": "k"}, 400),
        ({"provider": "nobody"}, 400),
        ({"model": 5}, 422),
    ):
        assert (await post(rig, "/v1/register", body)).status_code == status
    unknown = {"registration_id": "unknown", "message": "Hi"}
    assert (await post(rig, "/v1/chat", unknown)).status_code == 404
    await socket.say("session.configure", backend={"registration_id": "unknown"})
    assert (await socket.until("error"))["code"] == "backend.not_registered"


async def test_without_the_key_nobody_is_answered(rig):
    url = httpx.URL(rig.addresses.api).copy_with(path="/v1/chat")
    async with httpx.AsyncClient() as stranger:
        assert (await stranger.post(url, json={"message": "Hi"})).status_code == 401


DRAWING = ToolsCalled((ToolCall("c1", "generate_image", '{"prompt": "a fox"}'),))


async def test_who_shows_pictures_is_told_of_those_that_a_model_has_made(rig, socket):
    rig.providers.picture_makers["scripted"] = ScriptedPictureMaker()
    rig.providers.language.rounds = [(DRAWING,), (TextDelta("Here it is."),)]
    await socket.configured(media="auto", session_id="talk")
    await socket.say("text.prompt", text="Draw me a fox")
    begun = await socket.until("assistant.tool")
    assert (begun["name"], begun["call_id"], begun["turn_id"]) == ("generate_image", "c1", 1)
    reply = await socket.until("assistant.message")
    assert reply["text"] == "Here it is."
    (named,) = reply["metadata"]["generated_media"]
    stored = await rig.messages(reply["metadata"]["thread_id"])
    (kept,) = stored[-1]["metadata_"]["generated_media"]
    assert kept["document_id"] == named["document_id"]
    assert kept["url"]


async def test_who_waits_for_a_picture_is_told_that_nothing_came_of_it(rig, socket):
    maker = ScriptedPictureMaker()
    maker.failure = NetworkError("image.failed", "It does not draw today.")
    rig.providers.picture_makers["scripted"] = maker
    rig.providers.language.rounds = [(DRAWING,), (TextDelta("I cannot."),)]
    await socket.configured(media="auto")
    await socket.say("text.prompt", text="Draw me a fox")
    assert "has_failed" not in await socket.until("assistant.tool")
    failed = await socket.until("assistant.tool")
    assert (failed["call_id"], failed["has_failed"]) == ("c1", True)
    assert (await socket.until("assistant.message"))["text"] == "I cannot."


async def test_who_does_not_show_pictures_is_offered_none(rig, socket):
    await socket.configured()
    await socket.say("text.prompt", text="Draw me a fox")
    await socket.until("assistant.message")
    assert not rig.providers.language.requests[0].tools
    await socket.say("session.configure", media="all")
    assert (await socket.until("error"))["code"] == "session.media"


@pytest.mark.parametrize("tells_tools", [False, True])
async def test_only_who_asked_for_it_hears_that_a_tool_begins(tells_tools):
    class Run:
        async def events(self):
            yield ToolBegun(ToolCall("c1", "search_documents", "{}"))
            yield TextDelta("Page 3.")

    answer = RunAnswer(Run(), None, tells_tools=tells_tools)
    parts = [part async for part in answer.parts()]
    assert [type(part) for part in parts] == ([ToolBegun, str] if tells_tools else [str])
