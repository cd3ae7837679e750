"""A person talks to the window: real screen, real sound server, every process real."""

import asyncio
from pathlib import Path

import pytest

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.service.providers.builtin.espeak_tts import EspeakTts
from tests.fakes.desktop import desktop
from tests.fakes.speech import read, speech_in

DEMO = Path(__file__).parents[2] / "resources" / "demo"

pytestmark = pytest.mark.sound


async def spoken_by_the_voice(text: str) -> bytes:
    """What the built-in voice makes of a text, undisturbed."""
    voice = EspeakTts()
    try:
        return b"".join([chunk async for chunk in voice.speak(text)])
    finally:
        await voice.aclose()


async def test_a_question_asked_aloud_is_written_down_answered_and_spoken(
    x_server, sound_server, tmp_path
):
    heard = tmp_path / "heard.wav"
    async with desktop() as window, sound_server.recording(heard):
        await window.ready()
        await window.press("space")
        await sound_server.microphone_is_open()
        await sound_server.speak(DEMO / "ten_miles_in_kilometers.wav")
        await window.release("space")
        question = await window.message(Role.USER, status=MessageStatus.SENT)
        reply = await window.message(Role.ASSISTANT, status=MessageStatus.COMPLETE)
        reply = await window.eventually(
            lambda: next(
                (one for one in window.messages() if one.times and one.times.reply_end), None
            )
        )
    assert question.text == "what is ten miles in kilometers"
    assert question.is_spoken
    assert "16.09 kilometers" in reply.text
    expected, really = (
        speech_in(pcm) for pcm in (await spoken_by_the_voice(reply.text), read(heard))
    )
    assert abs(really.length_ms - expected.length_ms) < 150, (really, expected)
    assert really.longest_gap_ms <= expected.longest_gap_ms + 50, (really, expected)
    times = reply.times
    assert times is not None
    assert (
        times.speech_end
        < times.commit
        <= times.transcript
        <= times.first_text
        <= times.first_audio
        <= times.first_sound
        < times.reply_end
    )


async def test_what_is_typed_is_answered_in_text(x_server, sound_server):
    async with desktop() as window:
        await window.type("what is seven times eight")
        await window.key("Return")
        reply = await window.message(Role.ASSISTANT, status=MessageStatus.COMPLETE)
        question = await window.message(Role.USER, status=MessageStatus.SENT)
    assert question.text == "what is seven times eight"
    assert "56" in reply.text
    assert not reply.is_spoken


async def test_without_a_sound_card_typing_still_works(x_server):
    async with desktop() as window:
        await window.press("space")
        await asyncio.sleep(0)
        await window.release("space")
        await window.key("ctrl+n")
        await window.type("what is two plus two")
        await window.key("Return")
        assert "4" in (await window.message(Role.ASSISTANT, status=MessageStatus.COMPLETE)).text
