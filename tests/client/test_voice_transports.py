"""One conversation over every way to hold it, against the real service."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.gateway_transport import GatewayTransport, open_gateway
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.message_transport import MessageTransport, open_messages
from desktop_app.client.realtime_transport import RealtimeTerms, RealtimeTransport, open_realtime
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.client.turn_request import VoiceDefaults
from desktop_app.client.voice_socket_transport import open_voice_transport
from desktop_app.errors import AccessError, NetworkError
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
    ServerFault,
    SessionReady,
    TranscriptUpdated,
)
from desktop_app.service.providers.ports import TextDelta
from desktop_app.service.runs.history import CUT_HERE
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

    async def own_prompt():
        return "Be brief."

    terms = MessageTerms(
        own_prompt=own_prompt,
        voices=VoiceDefaults(
            HearingChoice(provider="scripted", model="ear"),
            SpeakingChoice(provider="scripted", model="mouth"),
        ),
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


@pytest.mark.parametrize("line", [gateway, realtime, voice_socket], indirect=True)
async def test_an_utterance_that_cannot_be_heard_fails_once_and_its_rest_is_not_answered(line):
    stt = line.rig.providers.stt
    stt.failure = NetworkError("stt.failed", "The ear is gone.")
    async with asyncio.timeout(LIMIT_S):
        while len(stt.utterances) < 2:  # the beginning is lost, the rest has ears that work
            await line.transport.send(AppendAudio(1, PCM))
            if stt.utterances:
                stt.failure = None
            await asyncio.sleep(0)
    await line.transport.send(CommitAudio(1))
    told = await line.until(ServerFault)
    await line.say(2)
    told += await line.until(ReplyEnded)
    assert [(one.turn, one.message) for one in of(told, ServerFault)] == [(1, "The ear is gone.")]
    assert [one.turn for one in of(told, TranscriptUpdated) if one.is_final] == [2]
    assert {one.turn for one in of(told, ReplyText)} == {2}


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (AccessError("access.refused", "OpenAI refused the key."), "stt.key"),
        (NetworkError("network.unreachable", "OpenAI cannot be reached."), "stt.unreachable"),
        (NetworkError("network.timeout", "OpenAI did not answer."), "stt.unreachable"),
    ],
)
async def test_a_recogniser_that_refuses_is_not_taken_for_the_service(line, failure, code):
    providers = line.rig.providers
    providers.transcribers["scripted"].failure = providers.stt.failure = failure
    await line.say(1)
    [fault] = of(await line.until(ServerFault), ServerFault)
    assert (fault.turn, fault.code, fault.message) == (1, code, str(failure))


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


HEARD = "Hello there. How"


async def ask(line, turn, how):
    await (line.say(turn) if how == "aloud" else line.transport.send(PromptText(turn, "Well?")))


async def answered(line, turn):
    while (await line.until(ReplyEnded))[-1].turn != turn:
        pass


def last_question(line):
    """What the model read when it was asked last, not to learn what to remember."""
    asked = line.rig.providers.language.requests
    return [one for one in asked if one.history[-1].content in ("what time is it", "Well?")][-1]


def told_of_a_cut(request):
    """What the model read of it, in the conversation or in its prompt."""
    read = [one.content for one in request.history if CUT_HERE in one.content]
    return [*read, *([request.system_prompt] if "up to here" in request.system_prompt else [])]


@pytest.mark.parametrize("how", ["aloud", "typed"])
@pytest.mark.parametrize("goes_on", ["aloud", "typed"])
async def test_the_next_question_tells_where_the_reply_was_cut_once(line, how, goes_on):
    line.rig.providers.speakers["scripted"].pieces = (CHUNK,) * 4
    await ask(line, 1, how)
    await line.until(ReplyEnded)
    await line.transport.send(CancelReply(1, heard_ms=120))  # of 160
    await ask(line, 2, goes_on)
    await answered(line, 2)
    (told,) = told_of_a_cut(last_question(line))
    assert HEARD in told
    assert "you?" not in told
    await ask(line, 3, "typed")
    await answered(line, 3)
    assert "up to here" not in last_question(line).system_prompt


@pytest.mark.parametrize("line", [voice_socket, realtime], indirect=True)
async def test_the_thread_keeps_the_whole_reply_and_how_much_was_heard(line):
    line.rig.providers.speakers["scripted"].pieces = (CHUNK,) * 4
    await line.say(1)
    await line.until(ReplyEnded)
    await line.transport.send(CancelReply(1, heard_ms=120))
    await line.say(2)
    await answered(line, 2)
    (thread,) = (await line.rig.http.get("/threads?include_messages=true")).json()
    reply = thread["messages"][1]
    assert (reply["content"], reply["status"]) == ("Hello there. How are you?", "CANCELLED")
    facts = reply["metadata_"]
    assert (facts["interrupted"], facts["heard_ms"]) == (True, 120)
    assert reply["content"][: facts["heard_chars"]] == HEARD


@pytest.mark.parametrize("line", [voice_socket], indirect=True)
async def test_a_reply_that_was_stopped_before_it_sounded_was_not_heard(line):
    language = line.rig.providers.language
    language.pause()
    await line.say(1)
    await line.until(ReplyText)
    await line.transport.send(CancelReply(1))
    language.resume()
    await line.say(2)
    await answered(line, 2)
    assert CUT_HERE in [one.content for one in last_question(line).history]
