"""A reply that is spoken into, over every way to talk to a real service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.realtime_transport import RealtimeTerms
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.engine.inputs import VoiceStarted
from desktop_app.journal.records import MessageStatus
from desktop_app.link.messages import Phase
from desktop_app.processes.engine_parts import resample_capture, resample_speech
from desktop_app.service.providers.ports import TextDelta
from desktop_app.service.runs.history import CUT_HERE
from tests.fakes.journal import MemoryJournal
from tests.fakes.loudspeaker import speech
from tests.fakes.pictures import ScriptedPictureMaker
from tests.fakes.providers import (
    ScriptedProviders,
    ScriptedSpeaker,
    ScriptedTranscriber,
    ScriptedTts,
)
from tests.fakes.rig import SAYING, Rig
from tests.fakes.videos import ScriptedVideoMaker
from tests.service.conftest import KEY, service
from tests.service.conftest import Rig as Service

SENTENCES = [f"Here is the thought number {number}. " for number in "12345"]
QUESTION = "what time is it"


class SlowTts(ScriptedTts):
    """Speaks each sentence in a second."""

    async def speak(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncIterator[bytes]:
        yield speech(1_000)


class SlowSpeaker(ScriptedSpeaker):
    """Speaks every reply in five seconds."""

    def content_type(self, wish: object) -> str:
        return "audio/pcm"


def providers() -> ScriptedProviders:
    found = ScriptedProviders(tts=SlowTts())
    found.language.pieces = tuple(map(TextDelta, SENTENCES))
    found.picture_makers = {"scripted": ScriptedPictureMaker()}
    found.video_makers = {"scripted": ScriptedVideoMaker()}
    found.transcribers = {"openai": ScriptedTranscriber(deltas=())}
    found.speakers = {"openai": SlowSpeaker(pieces=(speech(1_000),) * 5)}
    return found


@asynccontextmanager
async def talking(running: Service, way: str) -> AsyncIterator[Rig]:
    """An engine that talks to the service in this way."""

    async def find() -> ServiceAddresses:
        voice = running.addresses.voice if way == "gateway" else ""
        return ServiceAddresses(ApiAddress(running.addresses.api, KEY), GatewayAddress(voice, KEY))

    terms = RealtimeTerms("scripted", "m", "", resample_capture, resample_speech)
    connection = ServiceConnection(
        find,
        RemoteThreads(MemoryJournal(), "p"),
        make_resample=resample_speech,
        realtime=terms if way == "realtime" else None,
    )
    open_voice = connection.open_text if way == "messages" else connection.open_voice
    try:
        async with Rig(open_voice=open_voice) as rig:
            yield rig
    finally:
        await connection.aclose()


def read(running: Service) -> list[list[str]]:
    """What the model was told with each question: its prompt, and the conversation."""
    asked = running.providers.language.requests
    return [
        [one.system_prompt, *(message.content for message in one.history)]
        for one in asked
        if one.history[-1].content == QUESTION
    ]


@pytest.mark.parametrize("way", ["gateway", "voice socket", "realtime", "messages"])
async def test_the_model_is_told_where_the_reply_was_cut_and_the_journal_keeps_it(
    way: str, tmp_path: Path
):
    async with service(tmp_path, providers()) as running, talking(running, way) as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await rig.hear(SAYING)
        await rig.until(lambda: rig.loudspeaker.finished == [1])
        assert rig.loudspeaker.waiting_ms == 5_000
        await rig.loudspeaker.sound(1_200)
        await rig.phase_is(Phase.SPEAKING)
        await rig.hear("#" * 40 + "." * 35)
        await rig.until(lambda: len(read(running)) == 2)
        await rig.until(lambda: len(rig.replies) == 2)
    first = rig.replies[0]
    assert (first.status, first.text) == (MessageStatus.INTERRUPTED, "".join(SENTENCES))
    heard = first.text[: first.heard_chars]
    assert SENTENCES[0] in heard
    assert SENTENCES[1] not in heard
    [mark] = [one for one in read(running)[-1] if CUT_HERE in one or "up to here" in one]
    assert heard.rpartition(" ")[0] in mark, mark
    assert "thought number 2" not in mark
