"""The bytes that stream figures are measured on, and the least that reading them can cost."""

from __future__ import annotations

import base64
import json
import random

import pybase64

TEXTS = 20_000
SOUNDS = 4_000
SOUND_EVENT_BYTES = 8 << 10


def text_events(count: int = TEXTS) -> list[bytes]:
    """Deltas of a few letters, each as the wire has it."""
    words = ("The ", "quick ", "brown ", "fox ", "jumps", " over", " the ", "lazy ", "dog. ")
    return [_event("content_streaming", content=words[at % len(words)]) for at in range(count)]


def sound_events(count: int = SOUNDS) -> list[bytes]:
    """Pieces of speech whose events are 8 KiB long."""
    pcm = random.Random(1).randbytes((SOUND_EVENT_BYTES - 64) // 4 * 3)
    return [_event("tts_audio_chunk", data=base64.b64encode(pcm).decode())] * count


def floor_of_text(chunks: list[bytes]) -> int:
    """Find each event and decode its text where it lies: no JSON, no type."""
    found = 0
    for chunk in chunks:
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            at = chunk.find(b'"content": "', start, end) + 12
            if at > 12:
                found += len(chunk[at : end - 2].decode())
            start = end + 1
    return found


def floor_of_sound(chunks: list[bytes]) -> int:
    """Find each event and decode its base64 where it lies."""
    found = 0
    for chunk in chunks:
        view = memoryview(chunk)
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            at = chunk.find(b'"data": "', start, end) + 9
            if at > 9:
                pybase64.b64decode(view[at : end - 2], validate=True)
                found += 1
            start = end + 1
    return found


def joined(events: list[bytes], size: int = 64 << 10) -> list[bytes]:
    """The same bytes in pieces of another size."""
    wire = b"".join(events)
    return [wire[at : at + size] for at in range(0, len(wire), size)]


def _event(kind: str, **fields: str) -> bytes:
    return b"data: " + json.dumps({"type": kind, **fields}).encode() + b"\n\n"
