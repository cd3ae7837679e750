"""A reply that is spoken into, over every way to talk to a real service."""

from __future__ import annotations

import asyncio
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
from desktop_app.link.messages import Phase, ReplyGrew
from desktop_app.processes.engine_parts import resample_capture, resample_speech
from desktop_app.service.providers.ports import TextDelta
from desktop_app.service.providers.recording_ports import SpeakingWish
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
    """Speaks each sentence in a second, and no more of them than it may."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    async def speak(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncIterator[bytes]:
        self.spoken.append(text)
        if len(self.spoken) > self._most:
            await asyncio.Event().wait()
        yield speech(1_000)


class SlowSpeaker(ScriptedSpeaker):
    """Speaks every reply in five seconds, and no more pieces than it may."""

    def __init__(self, most: int) -> None:
        super().__init__(pieces=(speech(1_000),) * 5)
        self._most = most

    def content_type(self, wish: object) -> str:
        return "audio/pcm"

    async def utter(self, text: str, wish: SpeakingWish) -> AsyncIterator[bytes]:
        for at, piece in enumerate(self.pieces):
            if at == self._most:
                await asyncio.Event().wait()
            yield piece


def providers(most_spoken: int = 99) -> ScriptedProviders:
    """Those of a service that speaks for so many seconds, and then makes one wait."""
    found = ScriptedProviders(tts=SlowTts(most_spoken))
    found.language.pieces = tuple(map(TextDelta, SENTENCES))
    found.picture_makers = {"scripted": ScriptedPictureMaker()}
    found.video_makers = {"scripted": ScriptedVideoMaker()}
    found.transcribers = {"openai": ScriptedTranscriber(deltas=())}
    found.speakers = {"openai": SlowSpeaker(most_spoken)}
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


WAYS = ["gateway", "voice socket", "realtime", "messages"]


@pytest.mark.parametrize("way", WAYS)
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


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_text_whole", [True, False])
async def test_the_model_is_told_of_a_reply_that_was_cut_before_any_of_it_was_heard(
    way: str, is_text_whole: bool, tmp_path: Path
):
    found = providers(most_spoken=0)
    if not is_text_whole:
        found.language.pause()
    async with service(tmp_path, found) as running, talking(running, way) as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await rig.hear(SAYING)
        written = len(SENTENCES) if is_text_whole else 1
        await rig.until(lambda: SENTENCES[written - 1] in "".join(grown(rig)))
        await rig.hear("#" * 40 + "." * 35)
        await rig.until(lambda: len(read(running)) == 2)
        found.language.resume()
        await rig.until(lambda: len(rig.replies) == 2)
    assert rig.loudspeaker.heard == []
    told = " ".join(read(running)[-1])
    assert CUT_HERE in told or "before hearing any of it" in told
    assert SENTENCES[0] not in told.partition(CUT_HERE)[0] or "before hearing any" in told


@pytest.mark.parametrize("way", WAYS)
async def test_the_model_is_told_where_a_voice_that_fell_silent_was_cut(way: str, tmp_path: Path):
    async with service(tmp_path, providers(1)) as running, talking(running, way) as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await rig.hear(SAYING)
        await rig.until(lambda: rig.loudspeaker.waiting_ms == 1_000)
        await rig.until(lambda: SENTENCES[-1] in "".join(grown(rig)))
        await rig.loudspeaker.sound(1_000)
        await rig.hear("#" * 40 + "." * 35)
        await rig.until(lambda: len(read(running)) == 2)
    assert rig.replies[0].status is MessageStatus.INTERRUPTED
    assert any(CUT_HERE in one or "up to here" in one for one in read(running)[-1])


def grown(rig: Rig) -> list[str]:
    """The pieces in which the window was told the words of replies."""
    return [one.text for one in rig.told_of(ReplyGrew)]
