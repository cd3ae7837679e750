"""Completes a reply with what it only names: pictures and videos behind links, speech to decode."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

from msgspec.structs import replace

from desktop_app.client.media import SOUND, FetchedMedia
from desktop_app.errors import AppError, ProtocolError
from desktop_app.protocol.events import ImageReady, ReplyAudio, ReplySound, ServerEvent, ServerFault

logger = logging.getLogger(__name__)

PIECE_BYTES = 48_000
"""Decoded speech is handed on by the second."""

FETCH_LIMIT_S = 60.0
"""A picture that takes longer does not hold up the end of its turn."""

FETCH_VIDEO_LIMIT_S = 1_200.0
"""The largest at a modest pace; storage that sends nothing at all is given up much earlier."""

Decode = Callable[[bytes, str], bytes]
"""Encoded sound and its MIME type to s16le mono 24 kHz; raises AppError. Runs on a thread."""


class Fetch(Protocol):
    """Gets what a link points to; ``told`` is the MIME type that was told beside it."""

    def __call__(self, url: str, told: str = "") -> Awaitable[FetchedMedia]: ...


def not_in_time(named: ImageReady) -> list[ServerEvent]:
    """A picture without its bytes, and why."""
    return [named, ServerFault("A picture did not come in time.", "media.not_fetched")]


class ReplyMedia:
    """Of one turn.

    Args:
        fetch: Gets what a link points to.
        decode: None where the shell cannot decode: such speech is then a fault.
    """

    def __init__(self, fetch: Fetch, decode: Decode | None) -> None:
        self._fetch = fetch
        self._decode = decode
        self._seen: set[str] = set()

    async def picture(self, named: ImageReady) -> list[ServerEvent]:
        """The picture with its bytes; nothing for one that has come before under another name.

        One that cannot be fetched is told as it is, and why.
        """
        if not named.url:
            return [named]
        try:
            is_video = named.mime_type.startswith("video/")
            async with asyncio.timeout(FETCH_VIDEO_LIMIT_S if is_video else FETCH_LIMIT_S):
                found = await self._fetch(named.url, named.mime_type)
        except TimeoutError:
            return not_in_time(named)
        except AppError as error:
            logger.info("A picture could not be fetched: %s", error.code)
            return [named, ServerFault(str(error), "media.not_fetched")]
        if found.sha256 in self._seen:
            await asyncio.to_thread(found.drop)
            return []
        self._seen.add(found.sha256)
        whole = replace(
            named,
            data=found.data,
            path=found.path,
            sha256=found.video.sha256 if found.video else "",
            mime_type=found.kind(named.mime_type),
            size_bytes=found.size_bytes,
        )
        return [whole]

    async def speech(self, named: ReplySound) -> AsyncGenerator[ServerEvent, None]:
        """The speech as it is played; speech that cannot be is a fault, and the text stands."""
        try:
            pcm = await self._decoded(named)
        except AppError as error:
            yield ServerFault(str(error), code=error.code, details=dict(error.facts) or None)
            return
        for at in range(0, len(pcm), PIECE_BYTES):
            yield ReplyAudio(named.turn, pcm[at : at + PIECE_BYTES])

    async def _decoded(self, named: ReplySound) -> bytes:
        kind = named.mime_type or "an unknown format"
        if self._decode is None:
            raise ProtocolError(
                "stream.sound_format",
                f"The answer is spoken as {kind}, which cannot be played here.",
                format=kind,
            )
        content, kind = named.content, named.mime_type
        if not content:
            found = await self._fetch(named.url, named.mime_type or SOUND)
            content, kind = found.data, kind or found.mime_type
        return await asyncio.to_thread(self._decode, content, kind)
