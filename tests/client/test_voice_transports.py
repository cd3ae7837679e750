"""One conversation over every way to hold it, against the real service."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.gateway_transport import GatewayTransport, open_gateway
from desktop_app.client.message_transport import MessageTerms, MessageTransport, open_messages
from desktop_app.client.realtime_transport import RealtimeTerms, RealtimeTransport, open_realtime
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.client.turn_request import VoiceDefaults
from desktop_app.client.voice_socket_transport import open_voice_transport
from desktop_app.processes.engine_parts import resample_capture, resample_speech
from desktop_app.protocol.backboard.messages import HearingChoice, SpeakingChoice
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    CommitAudio,
    ConfigureSession,
    PromptText,
    SpeechInput,
    SpeechOutput,
)
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStatus,
    ReplyText,
    SessionReady,
    TranscriptUpdated,
)
from desktop_app.service.providers.ports import TextDelta
from tests.fakes.providers import CHUNK, ScriptedProviders, ScriptedSpeaker, ScriptedTranscriber
from tests.service.conftest import KEY, LIMIT_S, service

PCM = b"\x01\x00" * 1_600
SPOKEN = CHUNK * 2


class PcmSpeaker(ScriptedSpeaker):
    def content_type(self, wish):
        return "audio/pcm"


class Line:
    """One transport and what it told."""

    def __init__(self, rig, transport):
        self.rig = rig
        self.transport = transport
        self._events = transport.events()

    async def next(self):
        async with asyncio.timeout(LIMIT_S):
            return await anext(self._events)

    async def until(self, kind):
        told = [await self.next()]
        while not isinstance(told[-1], kind):
            told.append(await self.next())
        return told

    async def say(self, turn):
        for _ in range(3):
            await self.transport.send(AppendAudio(turn, PCM))
        await self.transport.send(CommitAudio(turn))


@asynccontextmanager
async def gateway(rig, api, configuration, _terms):
    yield await open_gateway(GatewayAddress(rig.addresses.voice, KEY), configuration)


@asynccontextmanager
async def voice_socket(_rig, api, configuration, terms):
    yield await open_voice_transport(api, api_address(_rig), configuration, terms)


@asynccontextmanager
async def realtime(rig, api, configuration, terms):
    who = RealtimeTerms("scripted", "m", "", resample_capture, resample_speech)
    yield await open_realtime(api, api_address(rig), configuration, who, terms.request)


@asynccontextmanager
async def messages(_rig, api, configuration, terms):
    yield await open_messages(api, configuration, terms)


def api_address(rig):
    return ApiAddress(rig.addresses.api, KEY)


@pytest.fixture(params=[gateway, realtime, voice_socket, messages])
async def line(request, tmp_path):
    providers = ScriptedProviders(
        transcribers={"scripted": ScriptedTranscriber(text="what time is it", deltas=())},
        speakers={"scripted": PcmSpeaker(pieces=(CHUNK, CHUNK))},
    )
    terms = MessageTerms(
        voices=VoiceDefaults(
            HearingChoice(provider="scripted", model="ear"),
            SpeakingChoice(provider="scripted", model="mouth"),
        )
    )
    async with (
        service(tmp_path, providers) as rig,
        BackboardApi(api_address(rig)) as api,
    ):
        configuration = ConfigureSession(await rig.thread(), SpeechInput(), SpeechOutput())
        async with request.param(rig, api, configuration, terms) as transport:
            try:
                opened = Line(rig, transport)
                assert isinstance(await opened.next(), SessionReady)
                yield opened
            finally:
                await transport.aclose()


def of(told, kind):
    return [event for event in told if isinstance(event, kind)]


def reply_of(told):
    """Transcript, text and sound of a turn."""
    finals = [event.text for event in of(told, TranscriptUpdated) if event.is_final]
    text = "".join(event.text for event in of(told, ReplyText))
    return finals, text, b"".join(event.pcm for event in of(told, ReplyAudio))


async def test_a_question_is_heard_answered_and_spoken(line):
    await line.say(1)
    told = await line.until(ReplyEnded)
    finals, text, sound = reply_of(told)
    assert finals == ["what time is it"]
    assert text == "Hello there. How are you?"
    assert sound.startswith(SPOKEN)
    assert {event.turn for event in told} == {1}
    assert told[-1].status is ReplyStatus.COMPLETED


async def test_one_turn_follows_the_other_in_one_thread(line):
    for turn in (1, 2):
        await line.say(turn)
        told = await line.until(ReplyEnded)
        assert {event.turn for event in told} == {turn}
    (thread,) = (await line.rig.http.get("/threads?include_messages=true")).json()
    assert [one["role"] for one in thread["messages"]] == ["user", "assistant"] * 2


async def test_a_typed_prompt_is_answered_on_the_same_line(line):
    await line.transport.send(PromptText(1, "Hi"))
    assert reply_of(await line.until(ReplyEnded))[1] == "Hello there. How are you?"
    await line.say(2)
    assert reply_of(await line.until(ReplyEnded))[0] == ["what time is it"]


async def test_nothing_of_a_cancelled_reply_comes_and_the_next_question_is_answered(line):
    line.rig.providers.language.pause()
    await line.say(1)
    await line.until(ReplyText)
    await line.transport.send(CancelReply(1))
    line.rig.providers.language.resume()
    await line.say(2)
    told = await line.until(ReplyEnded)
    if told[-1].turn == 1:
        told = await line.until(ReplyEnded)
    assert {event.turn for event in told} == {2}
    assert reply_of(told)[0] == ["what time is it"]


def sentences(words):
    """A reply of so many words, in sentences of ten."""
    return tuple(
        TextDelta(" ".join([f"Sentence{at}"] + ["word"] * 9) + ". ") for at in range(words // 10)
    )


@pytest.mark.parametrize("line", [gateway, realtime], indirect=True)  # others speak at the end
@pytest.mark.parametrize("words", [20, 400])
async def test_bar_1_the_first_sound_waits_for_one_sentence_however_long_the_reply_is(line, words):
    language = line.rig.providers.language
    language.pieces = sentences(words)
    language.pause()  # after the first sentence
    await line.say(1)
    told = await line.until(ReplyAudio)
    assert "Sentence1" not in reply_of(told)[1], "the rest is not even written"
    language.resume()
    told += await line.until(ReplyEnded)
    assert len(reply_of(told)[1].split()) == words


async def test_silence_is_no_turn_and_does_not_disturb_the_next_one(line):
    providers = line.rig.providers
    providers.stt.words, heard = (), providers.stt.words
    providers.transcribers["scripted"].text = ""
    await line.say(1)
    told = await line.until(TranscriptUpdated)
    assert (told[-1].text, told[-1].is_final) == ("", True)
    providers.stt.words = heard
    providers.transcribers["scripted"].text = "what time is it"
    providers.language.pieces = (TextDelta("It is noon."),)
    await line.say(2)
    assert reply_of(await line.until(ReplyEnded))[1] == "It is noon."


class Shelf:
    def __init__(self):
        self.values = {}

    async def setting(self, key):
        return self.values.get(key)

    async def set_setting(self, key, value):
        self.values[key] = value


@pytest.mark.parametrize(
    ("provider", "has_gateway", "kind"),
    [
        ("scripted", True, RealtimeTransport),
        ("nobody", True, GatewayTransport),
        ("nobody", False, MessageTransport),  # its voice socket has no documented voice here
        ("", True, GatewayTransport),
    ],
)
async def test_the_best_way_that_the_service_offers_is_taken(tmp_path, provider, has_gateway, kind):
    async with service(tmp_path, ScriptedProviders()) as rig:

        async def find():
            voice = rig.addresses.voice if has_gateway else ""
            return ServiceAddresses(api_address(rig), GatewayAddress(voice, KEY))

        who = RealtimeTerms(provider, "m", "", resample_capture, resample_speech)
        threads = RemoteThreads(Shelf(), "p")
        connection = ServiceConnection(find, threads, realtime=who if provider else None)
        transport = await connection.open_voice(ConfigureSession("ours"))
        assert isinstance(transport, kind)
        await transport.aclose()
        await connection.aclose()
