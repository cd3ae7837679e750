"""Examines the sound devices by using them: listens for a second, plays a short silence."""

from __future__ import annotations

import asyncio
import math

from desktop_app.audio.devices import ANY_DEVICE, DeviceWish, Direction, SoundDevice
from desktop_app.audio.frames import FRAME_BYTES, FRAME_MS, SPEECH_RATE_HZ
from desktop_app.audio.level import rms
from desktop_app.audio.loudspeaker import Loudspeaker
from desktop_app.audio.microphone import Microphone
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.commands.computer.examinations.finding import Finding, Verdict
from desktop_app.errors import DeviceError

_LISTEN_BYTES = FRAME_BYTES * 1_000 // FRAME_MS
_PLAY_MS = 200
_PLAY_LIMIT_S = 5.0
_FULL_SCALE = 32_768.0
_QUIET_DB = -65.0
_LOUD_DB = -30.0


async def devices(sound: SoundSystem) -> Finding:
    """Count what there is and name what the system prefers.

    Raises:
        DeviceError: ``device.no_portaudio``.
    """
    found = await sound.devices()
    inputs = [device for device in found if device.direction is Direction.INPUT]
    outputs = [device for device in found if device.direction is Direction.OUTPUT]
    text = f"Microphones: {_names(inputs)}. Loudspeakers: {_names(outputs)}."
    if inputs and outputs:
        return Finding("sound devices", Verdict.OK, text)
    advice = "Connect what is missing; on Linux, start PulseAudio or PipeWire."
    return Finding("sound devices", Verdict.PROBLEM, text, advice)


async def microphone(sound: SoundSystem, wish: DeviceWish = ANY_DEVICE) -> Finding:
    """Listen for a second and say how loud it was.

    Raises:
        DeviceError: There is none, or it cannot be used.
    """
    heard, late = bytearray(), ""
    microphone = Microphone(sound, wish)
    await microphone.open()
    name = microphone.device_name
    try:
        async for frame in microphone.frames():
            heard += frame.pcm
            if len(heard) >= _LISTEN_BYTES:
                late = await _lateness(sound)
                await microphone.close()  # ends the frames
    finally:
        await microphone.close()
    return _loudness(name, rms(bytes(heard)), late)


async def loudspeaker(sound: SoundSystem, wish: DeviceWish = ANY_DEVICE) -> Finding:
    """Play a short silence and see that it is taken at the right speed.

    Raises:
        DeviceError: There is none, or it cannot be used.
    """
    loudspeaker = Loudspeaker(sound, wish)
    await loudspeaker.open()
    try:
        loudspeaker.play(1, bytes(SPEECH_RATE_HZ * 2 * _PLAY_MS // 1_000))
        loudspeaker.finish(1)
        async with asyncio.timeout(_PLAY_LIMIT_S):
            await loudspeaker.drained()
        late = await _lateness(sound)
    except TimeoutError:
        raise DeviceError("device.refused", "The loudspeaker takes no sound.") from None
    finally:
        await loudspeaker.close()
    return Finding("loudspeaker", Verdict.OK, f"Takes sound{late}.")


async def _lateness(sound: SoundSystem) -> str:
    """How late the open device is, as the card or its server says now."""
    delays = [stream.delay_s for stream in await sound.in_use()]
    return f", {max(delays) * 1000:.0f} ms late" if delays else ""


def _loudness(name: str, energy: float, late: str = "") -> Finding:
    if energy <= 0:
        return Finding(
            "microphone",
            Verdict.WARNING,
            f"{name} gives complete silence.",
            "Switch it on, and unmute it in the system's sound settings.",
        )
    level_db = 20 * math.log10(energy / _FULL_SCALE)
    text = f"{name}, level {level_db:.0f} dB over one second{late}."
    if level_db < _QUIET_DB:
        return Finding(
            "microphone", Verdict.OK, f"{text} Very quiet.", "Say something while this runs."
        )
    if level_db > _LOUD_DB:
        return Finding("microphone", Verdict.OK, f"{text} Speech, or a loud room.")
    return Finding("microphone", Verdict.OK, text)


def _names(devices: list[SoundDevice]) -> str:
    if not devices:
        return "none"
    return ", ".join(
        f"{device.name} (default)" if device.is_default else device.name for device in devices
    )
