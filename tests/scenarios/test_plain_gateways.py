"""An engine that talks to gateways that know the contract's words and no extension."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
import soundfile
from msgspec.structs import replace

from desktop_app.audio.decoding import decode_speech
from desktop_app.client.addresses import GatewayAddress
from desktop_app.client.gateway_transport import open_gateway
from desktop_app.engine.inputs import VoiceStarted
from desktop_app.engine.ports import Transport
from desktop_app.journal.records import MessageStatus
from desktop_app.link.messages import NoticeCleared, Phase, ReplyGrew
from desktop_app.protocol import gateway as g
from desktop_app.protocol.commands import ConfigureSession
from tests.fakes.gateway import ScriptedGateway
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import SAYING, Rig

CONFIGURED = g.GatewayConfigured(session_id="t")
STARTED = g.SttSessionStarted()


def mp3(ms: int) -> bytes:
    """A tone of so many milliseconds, as a peer's usual format has it."""
    at_s = np.arange(44_100 * ms // 1000) / 44_100
    file = io.BytesIO()
    soundfile.write(file, 0.5 * np.sin(2 * np.pi * 440 * at_s), 44_100, format="MP3")
    return file.getvalue()


def text_of(sound: bytes) -> str:
    return base64.b64encode(sound).decode()


@asynccontextmanager
async def talking(*greeting: g.GatewayServerMessage) -> AsyncIterator[tuple[Rig, ScriptedGateway]]:
    """An engine whose question was just committed to a peer that began with these words."""
    async with ScriptedGateway().running() as gateway:

        async def open_voice(configuration: ConfigureSession) -> Transport:
            address = GatewayAddress(gateway.url)
            return await open_gateway(address, configuration, decode=decode_speech)

        async with Rig(open_voice=open_voice) as rig:
            await rig.take(VoiceStarted())
            await gateway.expect("session.configure")
            await gateway.say(*greeting)
            await rig.phase_is(Phase.LISTENING)
            await rig.hear(SAYING)
            await gateway.expect("audio.commit")
            yield rig, gateway


@pytest.mark.parametrize("greeting", [(CONFIGURED, STARTED), (STARTED, CONFIGURED)])
@pytest.mark.parametrize(
    "commits",
    [
        ("what time is it",),
        ("what time", "", "is it"),
        ("", "what time is it"),
        ("", "", "what time", "is it", ""),
    ],
)
async def test_a_question_is_understood_and_answered_aloud(greeting, commits):
    async with talking(*greeting) as (rig, gateway):
        await gateway.say(*[g.TranscriptCommitted(text=text) for text in commits])
        await gateway.say(
            g.AssistantStarted(text="what time is it", turn_id=1),
            g.AssistantMessage(text="It is noon.", turn_id=1),
            g.AssistantAudioStart(turn_id=1, output_format="pcm_24000"),
            g.AssistantAudioChunk(turn_id=1, audio=text_of(speech(400)), output_format="pcm_24000"),
            g.AssistantAudioEnd(turn_id=1, chunk_count=1),
        )
        await rig.until(lambda: rig.loudspeaker.finished == [1])
        await rig.loudspeaker.sound(400)
        await rig.until(lambda: rig.replies and rig.replies[0].status is MessageStatus.COMPLETE)
        assert rig.notices == []
    assert [one.text for one in rig.questions] == ["what time is it"]
    assert [one.text for one in rig.replies] == ["It is noon."]
    assert rig.questions[0].utterance_id, "what was said is kept"
    assert b"".join(pcm for _, pcm in rig.loudspeaker.heard) == speech(400)


async def test_silence_is_told_once_no_words_have_followed_it():
    async with talking(CONFIGURED, STARTED) as (rig, gateway):
        await gateway.say(g.TranscriptCommitted(text=""))
        await rig.phase_is(Phase.LISTENING)
        assert rig.notices == ["voice.no_speech"]
    assert rig.questions == []


@pytest.mark.parametrize("pieces", [(), ("It is ", "noon."), ("It is", " not")])
async def test_a_reply_whose_end_is_never_told_is_whole_all_the_same(pieces):
    async with talking(CONFIGURED, STARTED) as (rig, gateway):
        await gateway.say(
            g.TranscriptCommitted(text="what time is it"),
            g.AssistantStarted(text="what time is it", turn_id=1),
            *(g.AssistantDelta(text=piece) for piece in pieces),
            g.AssistantMessage(text="It is noon.", turn_id=1),
            g.AssistantAudioStart(turn_id=1, output_format="pcm_24000"),
            g.AssistantAudioChunk(turn_id=1, audio=text_of(speech(400)), output_format="pcm_24000"),
        )
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(400)
        await rig.time.advance(2)
        await rig.phase_is(Phase.THINKING)
        await rig.time.advance(8)
        await rig.phase_is(Phase.LISTENING)
        await rig.until(lambda: rig.replies[0].status is MessageStatus.COMPLETE)
    assert (rig.replies[0].text, rig.replies[0].error) == ("It is noon.", "")
    assert rig.notices == []


def in_one_piece() -> list[g.GatewayServerMessage]:
    sound = text_of(mp3(1_000))
    return [g.AssistantAudio(audio=sound, content_type="audio/mpeg", output_format="mp3_44100_128")]


def without_a_format() -> list[g.GatewayServerMessage]:
    return [g.AssistantAudio(audio=text_of(mp3(1_000)), content_type="audio/mpeg")]


def in_pieces() -> list[g.GatewayServerMessage]:
    content = mp3(1_000)
    pieces = [content[at : at + 700] for at in range(0, len(content), 700)]
    assert len(pieces) > 5
    return [
        g.AssistantAudioStart(turn_id=1, output_format="mp3_44100_128"),
        *(g.AssistantAudioChunk(turn_id=1, audio=text_of(piece)) for piece in pieces),
        g.AssistantAudioEnd(turn_id=1, chunk_count=len(pieces)),
    ]


@pytest.mark.parametrize("sound", [in_one_piece, without_a_format, in_pieces])
@pytest.mark.parametrize("is_first", [True, False], ids=["sound first", "words first"])
async def test_speech_in_mp3_is_heard(sound, is_first):
    words: list[g.GatewayServerMessage] = [g.AssistantMessage(text="It is noon.", turn_id=1)]
    async with talking(CONFIGURED) as (rig, gateway):
        await gateway.say(g.TranscriptCommitted(text="what time is it"))
        await gateway.say(g.AssistantStarted(text="what time is it", turn_id=1))
        await gateway.say(*(sound() + words if is_first else words + sound()))
        await rig.until(lambda: rig.loudspeaker.finished == [1])
        assert rig.loudspeaker.waiting_ms == pytest.approx(1_000, abs=120), "mp3 pads at both ends"
        await rig.loudspeaker.sound(rig.loudspeaker.waiting_ms)
        await rig.until(lambda: rig.replies and rig.replies[0].status is MessageStatus.COMPLETE)
        assert rig.notices == []
    assert rig.replies[0].text == "It is noon."
    assert rig.replies[0].heard_chars is None


def as_samples(turn_id: int = 1) -> g.AssistantAudioChunk:
    audio = text_of(speech(200))
    return g.AssistantAudioChunk(turn_id=turn_id, audio=audio, output_format="pcm_24000")


@pytest.mark.parametrize("is_first", [True, False], ids=["mp3 first", "samples first"])
async def test_speech_that_changes_its_format_in_mid_reply_is_heard_whole_and_in_order(is_first):
    start, *pieces, end = in_pieces()
    encoded = [start, *(replace(one, output_format="mp3_44100_128") for one in pieces)]
    sound = [*encoded, as_samples()] if is_first else [as_samples(), *encoded]
    async with talking(CONFIGURED) as (rig, gateway):
        await gateway.say(g.TranscriptCommitted(text="what time is it"))
        await gateway.say(g.AssistantStarted(text="what time is it", turn_id=1))
        await gateway.say(g.AssistantMessage(text="It is noon.", turn_id=1), *sound, end)
        await rig.until(lambda: rig.loudspeaker.finished == [1])
        assert rig.loudspeaker.waiting_ms == pytest.approx(1_200, abs=120), "mp3 pads at both ends"
        assert rig.notices == []
        await rig.loudspeaker.sound(rig.loudspeaker.waiting_ms)
        heard = b"".join(pcm for _, pcm in rig.loudspeaker.heard)
        assert (heard.endswith if is_first else heard.startswith)(speech(200))


@pytest.mark.parametrize("is_mute", [True, False], ids=["nothing came", "half came"])
async def test_speech_in_one_piece_takes_the_place_of_pieces_that_failed(is_mute):
    name = "aac_44100" if is_mute else "pcm_24000"
    async with talking(CONFIGURED) as (rig, gateway):
        await gateway.say(
            g.TranscriptCommitted(text="what time is it"),
            g.AssistantStarted(text="what time is it"),
            g.AssistantMessage(text="It is noon."),
            g.AssistantAudioStart(turn_id=1, output_format=name),
            g.AssistantAudioChunk(turn_id=1, audio=text_of(speech(100)), output_format=name),
            *in_one_piece(),
        )
        await rig.until(lambda: rig.loudspeaker.finished == [1])
        assert rig.loudspeaker.waiting_ms == pytest.approx(1_000, abs=120)


ANSWER = (
    g.TranscriptCommitted(text="what time is it"),
    g.AssistantStarted(text="what time is it"),
    g.AssistantMessage(text="It is noon."),
)
NOTHING_SPOKEN = (
    g.AssistantAudioStart(turn_id=1, output_format="pcm_24000"),
    g.AssistantAudioEnd(turn_id=1, chunk_count=0),
)


@pytest.mark.parametrize("sound", [(), NOTHING_SPOKEN], ids=["no sound", "an end of nothing"])
async def test_a_reply_without_a_voice_can_be_read_soon_and_the_next_one_sooner(sound):
    async with talking(CONFIGURED, STARTED) as (rig, gateway):
        await gateway.say(*ANSWER, *sound)
        await rig.until(lambda: len(rig.told_of(ReplyGrew)) == 1)
        await rig.time.advance(7)
        await rig.phase_is(Phase.THINKING)
        assert rig.notices == []
        await rig.time.advance(1)
        await rig.phase_is(Phase.LISTENING)
        assert rig.notices == ["reply.unspoken"]
        await rig.until(lambda: rig.replies[0].status is MessageStatus.COMPLETE)
        await rig.hear(SAYING)
        await gateway.expect("audio.commit")
        await gateway.say(*ANSWER)
        await rig.until(lambda: len(rig.told_of(ReplyGrew)) == 2)
        await rig.time.advance(2)
        await rig.phase_is(Phase.LISTENING)
        assert rig.notices == ["reply.unspoken"], "once is enough"
        await rig.until(lambda: rig.replies[1].status is MessageStatus.COMPLETE)
    assert [one.is_spoken for one in rig.replies] == [False, False]


@pytest.mark.parametrize("after_s", [5, 20])
@pytest.mark.parametrize("is_whole", [True, False])
async def test_a_voice_that_begins_late_is_heard_all_the_same(after_s, is_whole):
    sound = in_one_piece() if is_whole else in_pieces()
    async with talking(CONFIGURED, STARTED) as (rig, gateway):
        await gateway.say(*ANSWER)
        await rig.until(lambda: len(rig.told_of(ReplyGrew)) == 1)
        await rig.time.advance(after_s)
        await gateway.say(*sound)
        await rig.phase_is(Phase.SPEAKING)
        await rig.until(lambda: rig.loudspeaker.finished == [1])
        await rig.loudspeaker.sound(rig.loudspeaker.waiting_ms)
        await rig.phase_is(Phase.LISTENING)
        await rig.until(lambda: rig.replies[0].is_spoken and rig.replies[0].speech_ms > 900)
        assert (NoticeCleared("reply.unspoken") in rig.told) == (after_s > 8)
    assert rig.replies[0].status is MessageStatus.COMPLETE
    assert rig.replies[0].utterance_id, "its sound is kept"
    assert rig.replies[0].heard_chars is None


async def test_a_voice_that_begins_late_says_nothing_into_the_next_question():
    async with talking(CONFIGURED, STARTED) as (rig, gateway):
        await gateway.say(*ANSWER)
        await rig.until(lambda: len(rig.told_of(ReplyGrew)) == 1)
        await rig.time.advance(8)
        await rig.phase_is(Phase.LISTENING)
        await rig.hear("#" * 20)
        await gateway.say(*in_one_piece())
        await rig.hear("#" * 10)
        await rig.phase_is(Phase.HEARING)
        assert rig.loudspeaker.waiting_ms == 0


@pytest.mark.parametrize("counted", [0, 5], ids=["counts none", "counts some"])
async def test_speech_in_one_piece_is_heard_behind_an_end_of_no_pieces(counted: int):
    end = g.AssistantAudioEnd(turn_id=1, chunk_count=counted)
    async with talking(CONFIGURED, STARTED) as (rig, gateway):
        await gateway.say(*ANSWER, NOTHING_SPOKEN[0], end, *in_one_piece())
        await rig.until(lambda: rig.loudspeaker.finished == [1])
        assert rig.loudspeaker.waiting_ms == pytest.approx(1_000, abs=120), "mp3 pads at both ends"
        await rig.loudspeaker.sound(rig.loudspeaker.waiting_ms)
        await rig.phase_is(Phase.LISTENING)
        assert rig.notices == []


@pytest.mark.parametrize("is_whole", [True, False])
async def test_speech_that_is_no_sound_though_it_says_so_can_be_read(is_whole):
    noise = text_of(bytes(5_000))
    sound: list[g.GatewayServerMessage] = [
        g.AssistantAudioStart(turn_id=1, output_format="mp3_44100_128"),
        g.AssistantAudioChunk(turn_id=1, audio=noise, output_format="mp3_44100_128"),
        g.AssistantAudioEnd(turn_id=1),
    ]
    if is_whole:
        sound = [g.AssistantAudio(audio=noise, output_format="mp3_44100_128")]
    async with talking(CONFIGURED) as (rig, gateway):
        await gateway.say(
            g.TranscriptCommitted(text="what time is it"),
            g.AssistantStarted(text="what time is it", turn_id=1),
            g.AssistantMessage(text="It is noon.", turn_id=1),
            *sound,
        )
        await rig.phase_is(Phase.LISTENING)
        assert rig.notices == ["gateway.sound_format"]
    assert rig.replies[0].text == "It is noon."


async def test_a_session_that_is_refused_is_told_once_and_tried_again_when_it_is_wanted_again():
    async with ScriptedGateway().running() as gateway:
        lines = []

        async def open_voice(configuration: ConfigureSession) -> Transport:
            lines.append(await open_gateway(GatewayAddress(gateway.url), configuration))
            return lines[-1]

        async with Rig(open_voice=open_voice) as rig:
            await rig.take(VoiceStarted())
            await gateway.expect("session.configure")
            await gateway.say(g.GatewayError(message="No voice is left."))
            await gateway.close()
            await rig.phase_is(Phase.READY)
            assert rig.notices == ["gateway.refused"]
            for _ in range(60):
                await rig.time.advance(1)
            assert len(lines) == 1
            await rig.take(VoiceStarted())
            await gateway.next_client()
            await gateway.say(CONFIGURED)
            await rig.phase_is(Phase.LISTENING)


async def test_noise_in_mid_reply_takes_nothing_but_itself():
    piece = g.AssistantAudioChunk(turn_id=1, audio=text_of(speech(200)), output_format="pcm_24000")
    broken = g.AssistantAudioChunk(turn_id=1, audio="%", output_format="pcm_24000")
    async with talking(CONFIGURED, STARTED) as (rig, gateway):
        await gateway.say(g.TranscriptCommitted(text="what time is it"), "{", "ping")
        await gateway.say(g.AssistantStarted(text="what time is it", turn_id=1), "[]", piece)
        await gateway.say(broken, '{"type":"assistant.delta","text":5}', piece, '{"type":"news"}')
        await gateway.say(g.AssistantMessage(text="It is noon.", turn_id=1))
        await gateway.say(g.AssistantAudioEnd(turn_id=1, chunk_count=3))
        await rig.until(lambda: rig.loudspeaker.finished == [1])
        await rig.loudspeaker.sound(400)
        await rig.until(lambda: rig.replies and rig.replies[0].status is MessageStatus.COMPLETE)
        assert rig.notices == []
    assert b"".join(pcm for _, pcm in rig.loudspeaker.heard) == speech(200) * 2
