"""The echo canceller in a synthetic room, judged by the product's own detectors."""

from __future__ import annotations

import pytest

from desktop_app.audio.detectors import speech_detector
from desktop_app.audio.echo import WebRtcEchoCanceller
from desktop_app.audio.far_end import FAR_FRAME_BYTES
from desktop_app.audio.frames import FRAME_BYTES, AudioFrame
from desktop_app.audio.turn_detector import SpeechEnded, SpeechStarted, TurnDetector
from tests.fakes.room import (
    echo,
    hiss,
    milliseconds,
    pcm_of,
    reply_speech,
    room_noise,
    talk,
    through,
)

REPLY_S = 60
NEVER_MS = 10**9


def frames_of(pcm: bytes) -> list[bytes]:
    return [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)]


def speech_frames(pcm: bytes) -> int:
    detector = speech_detector()
    return sum(detector.is_speech(frame) for frame in frames_of(pcm))


def turns(pcm: bytes) -> tuple[list[int], list[int]]:
    """Milliseconds at which utterances were noticed, and at which their last voiced sample was."""
    detector, turn_detector = speech_detector(), TurnDetector()
    begun, ended = [], []
    for number, frame in enumerate(frames_of(pcm)):
        is_speech = detector.is_speech(frame)
        at_ms = milliseconds(number)
        for signal in turn_detector.feed(AudioFrame(frame, at_ms / 1000), is_speech=is_speech):
            match signal:
                case SpeechStarted():
                    begun.append(at_ms)
                case SpeechEnded():
                    ended.append(round(signal.speech_end_s * 1000))
    return begun, ended


@pytest.mark.parametrize("delay_ms", [20, 120, 250])
def test_an_echo_alone_is_never_speech(delay_ms):
    reply = reply_speech(REPLY_S)
    near = echo(reply, delay_ms=delay_ms)
    near += hiss(len(near))
    assert speech_frames(pcm_of(near)) > 2_000, "it is speech until it is removed"
    assert speech_frames(through(WebRtcEchoCanceller(), near, reply)) == 0


@pytest.mark.parametrize("db", [-12, -6, 0])
def test_bar_2_a_person_who_talks_over_the_reply_is_heard_at_once(db):
    reply = reply_speech(REPLY_S)
    near = echo(reply, delay_ms=120, db=db)
    said, spans = talk(len(near))
    begun, _ = turns(through(WebRtcEchoCanceller(), near + said + hiss(len(near)), reply))
    assert len(spans) == 9
    late_ms = [
        min((at for at in begun if start <= at < end), default=NEVER_MS) - start
        for start, end in spans
    ]
    assert max(late_ms) <= 300
    strays = [at for at in begun if not any(start <= at <= end for start, end in spans)]
    assert strays == []


@pytest.mark.parametrize("snr_db", [20, 10, 5])
def test_in_noise_a_person_still_begins_and_ends_turns(snr_db):
    length = 60 * 16_000
    said, spans = talk(length)
    begun, ended = turns(through(WebRtcEchoCanceller(), said + room_noise(length, snr_db), b""))
    assert len(begun) == len(ended) == len(spans) == 9
    assert all(0 <= at - start <= 300 for at, (start, _) in zip(begun, spans, strict=True))
    assert all(abs(at - end) <= 300 for at, (_, end) in zip(ended, spans, strict=True))


def test_a_frame_stays_a_frame_and_silence_stays_silent():
    canceller = WebRtcEchoCanceller()
    cleaned = [canceller.clean(bytes(FRAME_BYTES), bytes(FAR_FRAME_BYTES)) for _ in range(100)]
    assert cleaned == [bytes(FRAME_BYTES)] * 100
