"""Frames are cleaned while something sounds, and the verdict is told when it changes."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from desktop_app.audio.detectors import speech_detector
from desktop_app.audio.echo import WebRtcEchoCanceller
from desktop_app.audio.far_end import FAR_FRAME_BYTES, FarEnd
from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_BYTES, SPEECH_RATE_HZ, AudioFrame
from desktop_app.audio.level import rms
from desktop_app.engine.echo_control import EchoControl, EchoParts
from desktop_app.engine.inputs import EchoMeasured
from tests.fakes.room import echo, hiss, pcm_of, reply_speech

LOUD = b"\x00\x10" * 320
QUIET = b"\x10\x00" * 320
FAR = b"\x00\x10" * 480


class Canceller:
    """Leaves what the test says."""

    def __init__(self):
        self.left = QUIET
        self.cleaned = 0

    def clean(self, near, far):
        self.cleaned += 1
        return self.left


class Detector:
    def is_speech(self, pcm):
        return pcm == LOUD

    def reset(self):
        pass


class Desk:
    def __init__(self):
        self.told = []
        self.far_end = FarEnd()
        self.canceller = Canceller()
        parts = EchoParts(self.far_end, lambda: self.canceller, Detector)
        self.control = EchoControl(parts, self.told.append)
        self.at_s = 10.0

    def frame(self, *, sounds, near=LOUD, is_speech=None):
        self.at_s += 0.02
        self.far_end.put(memoryview(FAR if sounds else bytes(len(FAR))), self.at_s + 0.1)
        cleaned = self.control.clean(AudioFrame(near, self.at_s))
        self.control.heard(is_speech=is_speech)
        return cleaned.pcm

    def seconds(self, seconds, **given):
        for _ in range(round(seconds * 50)):
            pcm = self.frame(**given)
        return pcm


@pytest.fixture
async def desk():
    desk = Desk()
    await desk.control.open()
    return desk


async def test_a_voice_stays_as_it_is_while_nothing_sounds(desk):
    assert desk.seconds(1, sounds=False, near=QUIET) == QUIET
    assert desk.seconds(1, sounds=True) == LOUD, "no echo is known yet"
    assert desk.seconds(2, sounds=True) == QUIET
    assert desk.seconds(0.4, sounds=False) == QUIET, "the room still rings"
    assert desk.seconds(1, sounds=False) == LOUD


async def test_the_canceller_rests_while_nothing_sounds_or_rings(desk):
    desk.seconds(5, sounds=False)
    assert desk.canceller.cleaned == 0
    desk.frame(sounds=True)
    desk.seconds(5, sounds=False)
    assert desk.canceller.cleaned == 10 + 1 + 30, "what was heard last, the sound, and its ring"


async def test_after_a_rest_the_next_reply_is_removed_from_its_first_word_on():
    speech = await asyncio.to_thread(reply_speech, 12)
    pause = bytes(8 * SPEECH_RATE_HZ * 2)
    reply = speech[: len(speech) // 2] + pause + speech[len(speech) // 2 :]
    near = echo(reply, delay_ms=120, db=-6)
    noise = hiss(len(near)) + hiss(len(near), -45) * (np.arange(len(near)) > 8 * CAPTURE_RATE_HZ)
    heard = pcm_of(near + noise)
    desk, detector = Desk(), speech_detector()
    desk.canceller = WebRtcEchoCanceller()
    await desk.control.open()
    spoken = []
    for at in range(len(heard) // FRAME_BYTES):
        far = reply[at * FAR_FRAME_BYTES : (at + 1) * FAR_FRAME_BYTES]
        desk.far_end.put(memoryview(far), at * 0.02)
        frame = AudioFrame(heard[at * FRAME_BYTES : (at + 1) * FRAME_BYTES], at * 0.02)
        spoken.append(detector.is_speech(desk.control.clean(frame).pcm))
        desk.control.heard(is_speech=spoken[-1])
    assert desk.told == [EchoMeasured(can_talk_over=True, reason="")]
    assert any(spoken[:100]), "it is speech until it is known how to remove it"
    assert not any(spoken[100:])


async def test_a_voice_that_it_held_when_it_began_to_rest_is_not_heard_in_the_next_reply():
    speech = await asyncio.to_thread(reply_speech, 4)
    first, last = speech[: 2 * SPEECH_RATE_HZ * 2], speech[2 * SPEECH_RATE_HZ * 2 :]
    reply = first + bytes(3 * SPEECH_RATE_HZ * 2) + last
    heard = echo(reply, delay_ms=120, db=-12) + hiss(len(reply) // 3)
    voice = slice(round(2.3 * CAPTURE_RATE_HZ), round(3.5 * CAPTURE_RATE_HZ))  # into its ring
    heard[voice] += 6000 * np.sin(np.arange(voice.stop - voice.start) * 0.1)
    desk = Desk()
    desk.canceller = WebRtcEchoCanceller()
    await desk.control.open()
    for at in range(5 * 50 + 25):
        far = reply[at * FAR_FRAME_BYTES : (at + 1) * FAR_FRAME_BYTES]
        desk.far_end.put(memoryview(far), at * 0.02)
        pcm = pcm_of(heard[at * FRAME_BYTES // 2 : (at + 1) * FRAME_BYTES // 2])
        cleaned = desk.control.clean(AudioFrame(pcm, at * 0.02))
        desk.control.heard(is_speech=None)
        if at >= 5 * 50:
            assert rms(cleaned.pcm) < 300, f"{(at - 250) * 20} ms after it began to sound"


async def test_after_a_stall_one_cannot_talk_over_the_reply_until_it_is_removed_again(desk):
    desk.seconds(2.5, sounds=True)
    desk.at_s += 0.2
    assert desk.frame(sounds=True) == QUIET, "it is still kept out as well as can be"
    assert desk.told[1:] == [EchoMeasured(can_talk_over=False, reason="echo_unknown")]
    desk.seconds(0.9, sounds=True)
    assert len(desk.told) == 2
    desk.seconds(0.2, sounds=True)
    assert desk.told[2:] == [EchoMeasured(can_talk_over=True, reason="")]
    desk.at_s += 0.05
    desk.seconds(0.2, sounds=True)
    assert len(desk.told) == 3, "a frame that is late is no stall"


async def test_a_stall_does_not_bring_the_reply_into_headphones(desk):
    desk.seconds(1, sounds=False, near=QUIET)
    desk.seconds(3, sounds=True, near=QUIET)
    desk.at_s += 0.5
    desk.seconds(0.5, sounds=True, near=QUIET)
    assert desk.told == [EchoMeasured(can_talk_over=True, reason="")]


async def test_a_distance_that_is_lost_is_a_stall_too(desk):
    desk.seconds(2.5, sounds=True)
    desk.far_end.lost += 1
    desk.frame(sounds=True)
    assert desk.told[-1] == EchoMeasured(can_talk_over=False, reason="echo_unknown")


async def test_it_is_told_that_one_can_talk_over_the_reply_and_that_one_cannot_any_more(desk):
    desk.seconds(2.5, sounds=True)
    assert desk.told == [EchoMeasured(can_talk_over=True, reason="")]
    desk.canceller.left = LOUD
    desk.seconds(2, sounds=True)
    assert desk.told[1:] == [EchoMeasured(can_talk_over=False, reason="echo_left")]


async def test_with_headphones_a_voice_stays_as_it_is(desk):
    assert desk.control.may_come_back, "nothing is known yet"
    desk.seconds(1, sounds=False, near=QUIET)
    desk.seconds(3, sounds=True, near=QUIET)
    assert desk.told == [EchoMeasured(can_talk_over=True, reason="")]
    assert desk.frame(sounds=True, near=LOUD) == LOUD
    assert not desk.control.may_come_back


async def test_who_listens_says_what_is_speech(desk):
    desk.seconds(3, sounds=True)
    desk.seconds(2, sounds=True, is_speech=True)
    assert desk.told[-1] == EchoMeasured(can_talk_over=False, reason="echo_left")


async def test_an_echo_taken_for_a_person_is_believed_no_longer(desk):
    desk.seconds(2.5, sounds=True)
    desk.control.blame()
    assert desk.told[-1] == EchoMeasured(can_talk_over=False, reason="echo_left")


async def test_another_microphone_is_measured_anew(desk):
    desk.seconds(2.5, sounds=True)
    desk.control.close()
    assert not desk.far_end.is_wanted
    await desk.control.open()
    assert desk.told[-1] == EchoMeasured(can_talk_over=False, reason="echo_unknown")


async def test_where_there_is_no_canceller_it_is_said_and_frames_pass():
    told = []

    def missing():
        raise ImportError("no wheel")

    control = EchoControl(EchoParts(FarEnd(), missing, Detector), told.append)
    await control.open()
    await control.open()
    assert told == [EchoMeasured(can_talk_over=False, reason="no_echo_control")]
    frame = AudioFrame(bytes(FRAME_BYTES), 1.0)
    assert control.clean(frame) is frame
    control.heard(is_speech=None)


async def test_without_parts_nothing_is_done():
    control = EchoControl(None, pytest.fail)
    await control.open()
    frame = AudioFrame(LOUD, 1.0)
    assert control.clean(frame) is frame
    control.heard(is_speech=True)
    control.blame()
    control.close()
