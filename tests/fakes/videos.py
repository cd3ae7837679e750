"""A maker of videos that makes what it is told to, and AVI files taken apart."""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.video_ports import VideoRequest
from tests.fakes.pausing import Pausing

MOVIE = b"\0\0\0\x18ftypmp42 a moving fox"


@dataclass
class ScriptedVideoMaker(Pausing):
    """Writes ``movie``; ``pause`` holds it half-way until ``resume``.

    Attributes:
        requests: What it was asked.
        targets: Where it wrote.
    """

    provider: str = "scripted"
    model: str = "lens"
    movie: bytes = MOVIE
    failure: Exception | None = None
    requests: list[VideoRequest] = field(default_factory=list)
    targets: list[Path] = field(default_factory=list)

    def check(self, config: Mapping[str, Any]) -> None:
        if not str(config.get("duration", 1)).isdecimal():
            raise InputError("video.config", "duration must be a number.")

    async def make(self, request: VideoRequest, target: Path) -> str:
        self.requests.append(request)
        self.targets.append(target)
        half = len(self.movie) // 2
        await asyncio.to_thread(target.write_bytes, self.movie[:half])
        self.was_asked.set()
        await self.may_go_on.wait()
        if self.failure is not None:
            raise self.failure
        await asyncio.to_thread(target.write_bytes, self.movie)
        return "video/mp4"

    async def models(self) -> Sequence[ModelInfo]:
        return [
            ModelInfo(
                name=name,
                provider=self.provider,
                model_type="video",
                video_capabilities={"supported_durations": [4, 8], "seed": True},
            )
            for name in (self.model, "wide-lens")
        ]


@dataclass(frozen=True)
class Avi:
    """An AVI file, every length of which was checked.

    Attributes:
        main: The numbers of its main head.
        streams: Type and codec, scale, rate and length of each.
        frames: Its pictures, decoded.
        sound: Its samples.
    """

    main: tuple[int, ...]
    streams: list[tuple[bytes, int, int, int]]
    frames: list[Image.Image]
    sound: bytes


def avi_of(data: bytes) -> Avi:
    """A file read the long way, by the format's definition.

    Raises:
        AssertionError: It is not well formed.
    """
    assert data[:4] == b"RIFF"
    assert data[8:12] == b"AVI "
    assert struct.unpack_from("<I", data, 4)[0] == len(data) - 8
    hdrl, movi, index = _chunks(data, 12)
    assert (hdrl[1][:4], movi[0], movi[1][:4], index[0]) == (b"hdrl", b"LIST", b"movi", b"idx1")
    heads = _chunks(hdrl[1], 4)
    main = struct.unpack("<14I", heads[0][1])
    streams = []
    for _, stream, _ in heads[1:]:
        strh = _chunks(stream, 4)[0][1]
        streams.append((strh[:8], *struct.unpack_from("<II4xI", strh, 20)))
    pieces = _chunks(movi[1], 4)
    rows = [struct.unpack_from("<4sIII", index[1], at) for at in range(0, len(index[1]), 16)]
    assert [(kind, at - 8, len(piece)) for kind, piece, at in pieces] == [
        (kind, offset, length) for kind, _, offset, length in rows
    ]
    shown = [piece for kind, piece, _ in pieces if kind == b"00dc"]
    frames: list[Image.Image] = [Image.open(io.BytesIO(piece), formats=["JPEG"]) for piece in shown]
    for frame in frames:
        frame.load()
    sound = b"".join(piece for kind, piece, _ in pieces if kind == b"01wb")
    return Avi(main, streams, frames, sound)


def _chunks(data: bytes, at: int) -> list[tuple[bytes, bytes, int]]:
    """Kind, content and where the content begins."""
    found = []
    while at < len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        content = data[at + 8 : at + 8 + length]
        assert len(content) == length
        found.append((kind, content, at + 8))
        at += 8 + length + length % 2
    return found
