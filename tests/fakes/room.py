"""A room in numbers: how a reply comes back to the microphone, and people who talk in it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.audio.echo import EchoCanceller
from desktop_app.audio.far_end import FAR_FRAME_BYTES
from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_BYTES, FRAME_MS, SPEECH_RATE_HZ
from desktop_app.audio.resampler import Resampler
from desktop_app.audio.wav import read_wav
from desktop_app.service.providers.builtin.espeak_tts import EspeakTts

Sound = NDArray[np.float64]  # mono 16 kHz, shape (n,), in units of an int16 sample

_ROOT = Path(__file__).parents[2]
_REVERBERATION_S = 0.25
_HISS_DB = -60.0
_STORY = """
The kettle on the stove began to sing before anyone had thought of breakfast. Seven geese crossed
the frozen field and left a crooked line of prints behind them. My grandmother kept her letters in
a tin box, sorted by the colour of the ink. A train without a single passenger waited at the
platform for most of the night. When the rain stopped, the children carried the boats down to the
river and argued about names. Nobody could say why the old clock in the hall ran faster in summer
than in winter. She measured the garden twice and found that it was longer than the house was wide.
"""


@cache
def reply_speech(seconds: int) -> bytes:
    """A long reply of the built-in voice: s16le mono 24 kHz.

    It is spoken in a process of its own: the library's voice flutters by chance, and what it said
    before in a process would change the room.
    """
    spoken = subprocess.run(
        [sys.executable, "-m", __name__, _STORY * (1 + seconds // 30)],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    return spoken.stdout[: seconds * SPEECH_RATE_HZ * 2]


async def _speak(text: str) -> bytes:
    tts, pcm = EspeakTts(), b""
    async for chunk in tts.speak(text):
        pcm += chunk
    await tts.aclose()
    return pcm


@cache
def people() -> tuple[bytes, ...]:
    """Questions that were asked aloud: s16le mono 16 kHz."""
    folders = (_ROOT / "tests" / "sounds", _ROOT / "resources" / "demo")
    return tuple(read_wav(path) for folder in folders for path in sorted(folder.glob("*.wav")))


def sound_of(pcm: bytes) -> Sound:
    """s16le as numbers."""
    return np.frombuffer(pcm, np.int16).astype(np.float64)


def pcm_of(sound: Sound) -> bytes:
    """Numbers as s16le."""
    return bytes(np.clip(np.rint(sound), -32768, 32767).astype(np.int16).tobytes())


def loudness(sound: Sound) -> float:
    """The rms of the frames in which something is said."""
    frames = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    energies = np.sqrt((frames**2).mean(axis=1))
    return float(np.sqrt((energies[energies > energies.max() / 10] ** 2).mean()))


def voice_loudness() -> float:
    """How loud people speak in this room."""
    return float(np.mean([loudness(sound_of(pcm)) for pcm in people()]))


def hiss(length: int, db: float = _HISS_DB, *, seed: int = 1) -> Sound:
    """White noise of this level below full scale."""
    return np.random.default_rng(seed).standard_normal(length) * 32768 * 10 ** (db / 20)


def room_noise(length: int, snr_db: float, *, seed: int = 2) -> Sound:
    """Pink noise, so far below a voice."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(length))
    spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
    noise = np.fft.irfft(spectrum, length)
    return np.asarray(noise / noise.std() * voice_loudness() * 10 ** (-snr_db / 20))


def echo(reply: bytes, *, delay_ms: int, db: float = -12.0) -> Sound:
    """How a reply arrives at the microphone: late, through a room, so far below a voice."""
    resampler = Resampler(SPEECH_RATE_HZ, CAPTURE_RATE_HZ)
    direct = sound_of(resampler.feed(reply) + resampler.flush())
    taps = int(_REVERBERATION_S * CAPTURE_RATE_HZ)
    decay = 10 ** (-3 * np.arange(taps) / taps)
    response = np.random.default_rng(3).standard_normal(taps) * decay
    response[0] = 3.0
    reflected = np.convolve(direct, response)[: len(direct)]
    late = np.concatenate([np.zeros(delay_ms * CAPTURE_RATE_HZ // 1000), reflected])[: len(direct)]
    return np.asarray(late * voice_loudness() * 10 ** (db / 20) / loudness(late))


def talk(length: int, *, every_s: int = 6, first_s: int = 3) -> tuple[Sound, list[tuple[int, int]]]:
    """People who speak now and then.

    Returns:
        The sound, and for each utterance the milliseconds at which it begins and ends.
    """
    sound, spans = np.zeros(length), []
    starts = range(first_s * CAPTURE_RATE_HZ, length - 5 * CAPTURE_RATE_HZ, every_s * 16_000)
    for number, start in enumerate(starts):
        voice = sound_of(people()[number % len(people())])
        sound[start : start + len(voice)] += voice
        loud = np.flatnonzero(np.abs(voice) > 300)
        spans.append(((start + int(loud[0])) // 16, (start + int(loud[-1])) // 16))
    return sound, spans


def through(canceller: EchoCanceller, near: Sound, reply: bytes) -> bytes:
    """What the canceller leaves of the microphone's sound; ``reply`` may be shorter."""
    pcm, cleaned = pcm_of(near), bytearray()
    for number in range(len(pcm) // FRAME_BYTES):
        far = reply[number * FAR_FRAME_BYTES : (number + 1) * FAR_FRAME_BYTES]
        frame = pcm[number * FRAME_BYTES : (number + 1) * FRAME_BYTES]
        cleaned += canceller.clean(frame, far.ljust(FAR_FRAME_BYTES, b"\0"))
    return bytes(cleaned)


def milliseconds(frame: int) -> int:
    """When a frame, counted from 0, has been captured whole."""
    return (frame + 1) * FRAME_MS


if __name__ == "__main__":
    sys.stdout.buffer.write(asyncio.run(_speak(sys.argv[1])))
