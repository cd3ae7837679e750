"""When a voice was last heard, where a provider says only what it said."""

from __future__ import annotations

from itertools import cycle, islice

from desktop_app.protocol.gateway import InputSpeechStopped as Stopped
from desktop_app.protocol.gateway import SessionConfigure, TranscriptCommitted
from desktop_app.service.gateway.serving.metrics import GatewayMetrics
from desktop_app.service.gateway.serving.session_meter import SessionMeter
from desktop_app.service.gateway.session_plan import read_plan
from desktop_app.service.gateway.upstream_hearing import UpstreamHearing
from desktop_app.service.gateway.voice_clock import VoiceClock
from desktop_app.service.providers.ports import Transcript


class Time:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


def sound(level: int) -> bytes:
    """20 ms at 16 kHz that stays at one loudness."""
    samples = islice(cycle((level, level, -level)), 320)  # a period that a rough look does not miss
    return b"".join(each.to_bytes(2, "little", signed=True) for each in samples)


def test_what_stands_out_of_the_noise_is_a_voice():
    time = Time()
    clock = VoiceClock(time)
    for _ in range(100):
        clock.hear(sound(40))
    assert clock.last_voiced_s is None
    clock.hear(sound(4000))
    time.now_s += 1
    clock.hear(sound(40))
    assert clock.last_voiced_s == 100.0


class Listener:
    """Satisfies ``UpstreamListener``, as far as it is told here."""

    def __init__(self):
        self.told = []

    def on_voice_ended(self, at_s):
        self.told.append(("voice ended", at_s > 0))

    async def on_speech(self, is_speech):
        self.told.append(("speech", is_speech))

    async def on_partial(self, text):
        self.told.append(("partial", text))

    async def on_committed(self, transcript):
        self.told.append(("committed", transcript.text))


class Provider:
    """Hears nothing by itself."""

    def open(self, _wish):
        return self

    def append(self, pcm, previous_text):
        assert pcm
        assert not previous_text


async def test_the_end_of_an_utterance_that_a_provider_found_says_when_the_voice_ended():
    listener = Listener()
    hearing = UpstreamHearing(
        read_plan(SessionConfigure()), Provider(), listener, listener.on_speech
    )
    hearing.append(sound(4000))
    await hearing.on_transcript(Transcript("hello", is_final=False))
    hearing.append(sound(0))
    await hearing.on_transcript(Transcript("hello", is_final=True))
    ended = ["voice ended", "speech", "committed"]
    assert [kind for kind, _ in listener.told] == ["speech", "partial", *ended]


def test_the_transcript_is_measured_from_the_last_of_the_voice():
    time, metrics = Time(), GatewayMetrics(lambda: 1)
    meter = SessionMeter(metrics, time)
    meter.voice_ended(time.now_s - 1.5)
    meter.told(Stopped())
    time.now_s += 0.25
    meter.told(TranscriptCommitted(text="hello"))
    assert metrics.stages.rows["transcript"].total_s == 1.75
    meter.told(Stopped())  # nobody knows when that voice ended
    time.now_s += 0.5
    meter.told(TranscriptCommitted(text="again"))
    assert metrics.stages.rows["transcript"].total_s == 2.25
