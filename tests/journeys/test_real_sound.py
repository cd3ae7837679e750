"""Conversations without a window, on a real sound server with the real service."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_BYTES
from desktop_app.audio.wav import read_wav, write_wav
from desktop_app.client.api import BackboardApi
from desktop_app.engine.inputs import (
    PromptTyped,
    ReplyStopped,
    TalkPressed,
    TalkReleased,
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.journal.records import MessageStatus, Role
from desktop_app.link.messages import NoticeRaised, Phase, PhaseChanged
from tests.fakes.room import pcm_of, room_noise, sound_of
from tests.fakes.service import RealService, real_service
from tests.fakes.sound_server import SoundServer
from tests.fakes.speech import read, speech_in
from tests.fakes.spoken import Conversation, conversation

ROOT = Path(__file__).parents[2]
MILES = ROOT / "resources" / "demo" / "ten_miles_in_kilometers.wav"
ROOT_OF_HUNDRED = ROOT / "tests" / "sounds" / "square_root_of_one_hundred.wav"
MINUTE_MS = 60_000

pytestmark = pytest.mark.sound


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealService]:
    with real_service(tmp_path_factory.mktemp("service")) as running:
        yield running


async def listening(held: Conversation, sound_server: SoundServer) -> None:
    """Voice is on, the line is open and the microphone captures."""
    held.engine.take(VoiceStarted())
    await held.eventually(lambda: held.engine.phase in (Phase.LISTENING, Phase.NO_INPUT))
    await held.eventually(sound_server.listeners)


@pytest.mark.parametrize("endpoint", ["local", "server"])
async def test_two_questions_are_asked_one_after_the_other_without_a_key(
    sound_server, service, tmp_path, endpoint
):
    async with conversation(service, tmp_path, endpoint=endpoint) as held:
        await listening(held, sound_server)
        for number, question in enumerate((MILES, ROOT_OF_HUNDRED), 1):
            await sound_server.speak(question)
            await held.turn_ends(number)
        first, second = held.messages(Role.USER)
        assert "ten miles" in first.text
        assert "square root" in second.text
        replies = held.messages(Role.ASSISTANT)
        assert [reply.status for reply in replies] == [MessageStatus.COMPLETE] * 2
        assert "10" in replies[1].text
        assert sound_server.listeners() == 1
        held.engine.take(VoiceStopped())
        async with asyncio.timeout(1):  # nobody is listened to who has left
            await held.eventually(lambda: sound_server.listeners() == 0)


async def test_a_reply_that_comes_back_through_the_microphone_is_not_answered(
    sound_server, service, tmp_path
):
    sound_server.let_the_microphone_hear_the_loudspeaker()
    async with conversation(service, tmp_path, barge_in="off") as held:
        await listening(held, sound_server)
        await sound_server.speak(MILES)
        await held.turn_ends(1)
        await sound_server.speak(ROOT_OF_HUNDRED)
        await held.turn_ends(2)
        assert held.engine.phase_changed.turn == 2
        questions, replies = held.messages(Role.USER), held.messages(Role.ASSISTANT)
        assert "square root" in questions[1].text
        assert [reply.status for reply in replies] == [MessageStatus.COMPLETE] * 2
        assert all(reply.heard_chars is None for reply in replies)


@pytest.mark.parametrize("endpoint", ["local", "server"])
async def test_talking_over_a_reply_silences_it_and_is_answered(
    sound_server, service, tmp_path, endpoint
):
    heard = tmp_path / "heard.wav"
    async with conversation(service, tmp_path, barge_in="on", endpoint=endpoint) as held:
        await listening(held, sound_server)
        async with sound_server.recording(heard):
            held.engine.take(PromptTyped("long", "what can you do"))
            await held.eventually(lambda: held.loudspeaker.heard_ms >= 300)
            await sound_server.speak(ROOT_OF_HUNDRED)
            reply = held.messages(Role.ASSISTANT)[0]
            assert reply.status is MessageStatus.INTERRUPTED
        await held.turn_ends(2)
        answer, question = held.messages(Role.ASSISTANT)[1], held.messages(Role.USER)[1]
    assert question.text.startswith("what is the square root"), "from the first word on"
    assert reply.heard_chars is not None
    assert 0 <= reply.heard_chars < len(reply.text)
    async with BackboardApi(service.api) as api:
        kept = (await api.threads.get((await api.threads.page())[0].thread_id)).messages
    cut = next(one for one in kept if one.content == reply.text).metadata_ or {}
    assert cut["interrupted"] is True
    assert abs(cut["heard_chars"] - reply.heard_chars) < 40, "both sides think much the same"
    assert answer.status is MessageStatus.COMPLETE
    assert "10" in answer.text
    sounded = speech_in(read(heard)).length_ms
    assert sounded < 3_000 < reply.speech_ms, "it would have gone on"


async def test_a_pause_ends_nothing_while_the_key_is_held_though_the_server_ends_utterances(
    sound_server, service, tmp_path
):
    pause = tmp_path / "pause.wav"
    write_wav(pause, bytes(2 * CAPTURE_RATE_HZ * 3 // 2), CAPTURE_RATE_HZ)
    async with conversation(service, tmp_path, endpoint="server") as held:
        await listening(held, sound_server)
        held.engine.take(TalkPressed())
        await held.eventually(lambda: held.engine.phase is Phase.HEARING)
        for recording in (MILES, pause, ROOT_OF_HUNDRED):
            await sound_server.speak(recording)
        held.engine.take(TalkReleased())
        await held.turn_ends(1)
        (question,) = held.messages(Role.USER)
        assert "ten miles" in question.text
        assert "square root" in question.text
        await sound_server.speak(ROOT_OF_HUNDRED)  # and now the server ends it again
        await held.turn_ends(2)
        assert "square root" in held.messages(Role.USER)[1].text


async def test_the_first_word_after_the_key_is_kept(sound_server, service, tmp_path):
    sounds = [*(ROOT / "resources" / "demo").glob("*.wav"), *ROOT_OF_HUNDRED.parent.glob("o*.wav")]
    recordings = sorted([*sounds, ROOT_OF_HUNDRED])
    transcripts = []
    async with conversation(service, tmp_path) as held:
        for number, recording in enumerate(recordings, 1):
            held.engine.take(TalkPressed())
            await asyncio.sleep(0.3)  # people begin to speak when the key is down
            await sound_server.speak(recording)
            held.engine.take(TalkReleased())
            await held.eventually(lambda n=number: len(held.messages(Role.USER)) == n)
            held.engine.take(ReplyStopped())
            await held.turn_ends(number)
        transcripts = [message.text.split()[0] for message in held.messages(Role.USER)]
    expected = ["remember" if "remember" in path.stem else "what" for path in recordings]
    assert len(expected) == 5
    assert [word.removesuffix("ed") for word in transcripts] == expected


async def test_a_cough_into_a_reply_only_pauses_it(sound_server, service, tmp_path):
    heard, cough = tmp_path / "heard.wav", tmp_path / "cough.wav"
    one_word = read_wav(ROOT_OF_HUNDRED)[: 27 * FRAME_BYTES]  # 360 ms of voice
    write_wav(cough, one_word + bytes(20 * FRAME_BYTES), CAPTURE_RATE_HZ)
    async with conversation(service, tmp_path, barge_in="on") as held:
        await listening(held, sound_server)
        async with sound_server.recording(heard):
            held.engine.take(PromptTyped("long", "what can you do"))
            await held.eventually(lambda: held.loudspeaker.heard_ms >= 300)
            await sound_server.speak(cough)
            await held.turn_ends(1)
        [reply] = held.messages(Role.ASSISTANT)
        phases = [event.phase for event in held.told_of(PhaseChanged)]
    assert Phase.PAUSED in phases
    assert Phase.HEARING not in phases
    assert reply.status is MessageStatus.COMPLETE
    assert reply.heard_chars is None
    assert held.messages(Role.USER)[0].id == "long"
    assert len(held.messages(Role.USER)) == 1, "a cough is nothing to answer"
    assert speech_in(read(heard)).length_ms >= reply.speech_ms


@pytest.mark.parametrize("snr_db", [20, 10, 5])
async def test_in_the_noise_of_a_room_one_question_begins_and_ends_as_one(
    sound_server, service, tmp_path, snr_db
):
    noisy = tmp_path / "noisy.wav"
    length = 9 * CAPTURE_RATE_HZ
    voice = np.zeros(length)
    question = sound_of(read_wav(MILES))
    voice[3 * CAPTURE_RATE_HZ :][: len(question)] += question
    write_wav(noisy, pcm_of(voice + room_noise(length, snr_db)), CAPTURE_RATE_HZ)
    async with conversation(service, tmp_path, barge_in="off") as held:
        await listening(held, sound_server)
        noise = asyncio.create_task(sound_server.speak(noisy))
        await held.eventually(lambda: held.engine.phase is Phase.HEARING)
        await held.eventually(lambda: held.engine.phase is not Phase.HEARING)
        assert not noise.done(), "the end of the words was found, not the end of the noise"
        await held.turn_ends(1)
        await noise
        phases = [event.phase for event in held.told_of(PhaseChanged)]
        [asked] = held.messages(Role.USER)
    assert phases.count(Phase.HEARING) == 1
    assert "miles" in asked.text or snr_db < 20, "the basic recogniser wants a quiet room"
    spoken_ms = len(read_wav(MILES)) * 1000 / 2 / CAPTURE_RATE_HZ
    assert asked.speech_ms == pytest.approx(spoken_ms + 450, abs=400), "and the silence after it"


@pytest.mark.parametrize("delay_ms", [20, 120, 250])
async def test_bar_7_a_minute_of_replies_that_come_back_is_removed_and_can_be_talked_over(
    sound_server, service, tmp_path, delay_ms
):
    sound_server.let_the_microphone_hear_the_loudspeaker(db=-12, delay_ms=delay_ms)
    async with conversation(service, tmp_path, barge_in="auto") as held:
        await listening(held, sound_server)
        assert held.engine.phase_changed.duplex == "half"
        asked, spoken_ms = 0, 0
        while spoken_ms < MINUTE_MS:
            asked += 1
            held.engine.take(PromptTyped(f"long {asked}", "what can you do"))
            await held.turn_ends(asked)
            spoken_ms += held.messages(Role.ASSISTANT)[-1].speech_ms
        phases = {event.phase for event in held.told_of(PhaseChanged)}
        assert not phases & {Phase.HEARING, Phase.PAUSED}, "it never took itself for a person"
        assert len(held.messages(Role.USER)) == asked, "and never wrote down its own words"
        assert held.engine.phase_changed.duplex == "full"
        held.engine.take(PromptTyped("the last", "what can you do"))
        await held.eventually(lambda: held.loudspeaker.heard_ms >= 300)
        await sound_server.speak(ROOT_OF_HUNDRED)
        await held.turn_ends(asked + 2)
        *echoless, interrupted, answer = held.messages(Role.ASSISTANT)
        question = held.messages(Role.USER)[-1]
    assert [reply.status for reply in echoless] == [MessageStatus.COMPLETE] * asked
    assert interrupted.status is MessageStatus.INTERRUPTED
    assert answer.status is MessageStatus.COMPLETE
    heard = {"what", "is", "the", "square", "root", "of", "one", "hundred"} & set(
        question.text.split()
    )
    assert len(heard) >= 3, f"who talks over a reply is heard, if not to the letter: {question}"


def other_devices(held: Conversation) -> list[str]:
    """The devices that took another's place, as people were told."""
    notices = [event.notice for event in held.told_of(NoticeRaised)]
    return [one.facts["device"] for one in notices if one.code.startswith("device.other_")]


async def test_a_reply_goes_on_when_its_loudspeaker_is_unplugged(sound_server, service, tmp_path):
    sound_server.plug_loudspeaker("headset")
    sound_server.prefer("sink", "headset")
    async with conversation(service, tmp_path, barge_in="off") as held:
        await listening(held, sound_server)
        held.engine.take(PromptTyped("long", "what can you do"))
        await held.eventually(lambda: held.loudspeaker.heard_ms >= 600)
        sound_server.unplug("headset")
        before_ms = held.loudspeaker.heard_ms
        await held.turn_ends(1)
        [reply] = held.messages(Role.ASSISTANT)
        assert reply.status is MessageStatus.COMPLETE
        assert reply.heard_chars is None
        assert held.loudspeaker.heard_ms > before_ms
        assert other_devices(held), "the new loudspeaker is named"
        assert "headset" not in other_devices(held)


async def test_bar_14_an_utterance_goes_on_when_its_microphone_is_unplugged_and_returns(
    sound_server, service, tmp_path
):
    sound_server.plug_microphone("headset")
    sound_server.prefer("source", "headset")
    async with conversation(service, tmp_path, barge_in="off") as held:
        held.engine.take(VoiceStarted())
        await held.eventually(lambda: held.engine.phase is Phase.LISTENING)
        assert held.engine.phase_changed.device == "headset"
        speaking = asyncio.create_task(sound_server.speak(MILES))
        await held.eventually(lambda: held.engine.phase is Phase.HEARING)
        sound_server.unplug("headset")
        await speaking
        await held.turn_ends(1)
        [question] = held.messages(Role.USER)
        assert "miles" in question.text, "one utterance, to its end"
        assert held.engine.phase_changed.device != "headset"
        sound_server.plug_microphone("headset")
        sound_server.prefer("source", "headset")
        await held.eventually(lambda: held.engine.phase_changed.device == "headset")
        await sound_server.speak(ROOT_OF_HUNDRED)
        await held.turn_ends(2)
        assert "square root" in held.messages(Role.USER)[1].text
    assert other_devices(held)[-1] == "headset"
