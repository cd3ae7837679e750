"""The real service goes on with a turn whose client left, and gives its reply to who asks."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.stored_replies import StoredReplies
from desktop_app.protocol.backboard.messages import MessageRequest, SpeakingChoice, Voice
from desktop_app.protocol.stored_replies import ReplyState, StoredReply, WantedReply
from tests.fakes.providers import ScriptedProviders, ScriptedSpeaker
from tests.service.conftest import KEY, LIMIT_S, service

SPOKEN = Voice(tts=SpeakingChoice("first", "", ""))


class Shelf:
    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def setting(self, key: str) -> str | None:
        return self.values.get(key)

    async def set_setting(self, key: str, value: str) -> None:
        self.values[key] = value


async def settled(replies: StoredReplies, *, with_speech: bool = False) -> StoredReply:
    async with asyncio.timeout(LIMIT_S):
        while True:
            found = await replies.find(WantedReply("ours", "a question"))
            assert found is not None
            if found.state is not ReplyState.RUNNING and bool(found.speech_url) >= with_speech:
                return found


async def test_a_turn_whose_client_left_is_found_again_with_its_speech(tmp_path: Path):
    providers = ScriptedProviders(speakers={"first": ScriptedSpeaker()})
    async with (
        service(tmp_path, providers) as rig,
        BackboardApi(ApiAddress(rig.addresses.api, KEY)) as api,
    ):

        async def open_api() -> BackboardApi:
            return api

        threads = RemoteThreads(Shelf(), "p")
        replies = StoredReplies(open_api, threads, lambda content, kind: content + kind.encode())
        assert await replies.find(WantedReply("ours", "a question")) is None
        thread_id = await threads.remote_id("ours", api)
        assert await replies.find(WantedReply("ours", "a question")) is None
        providers.language.pause()
        asked = MessageRequest(content="a question", thread_id=thread_id, voice=SPOKEN)
        async with aclosing(api.messages.stream(asked)) as stream:
            async for piece in stream:
                if b"content_streaming" in piece:
                    break
        found = await replies.find(WantedReply("ours", "a question"))
        assert found is not None
        assert found.state is ReplyState.RUNNING
        providers.language.resume()
        whole = await settled(replies, with_speech=True)
        assert (whole.state, whole.text) == (ReplyState.COMPLETE, "Hello there. How are you?")
        assert whole.model == "scripted/parrot"
        assert await replies.speech(whole.speech_url) == b"ID3sound" + b"audio/mpeg"
        await api.threads.delete(thread_id)
        assert await replies.find(WantedReply("ours", "a question")) is None
