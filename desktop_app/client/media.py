"""What links of a reply point to: fetched at once, without the key, and never more than a bound."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from desktop_app.client.answer_body import PACKING, answer_of, pieces_of
from desktop_app.client.errors import http_errors, refusal
from desktop_app.client.http_connection import CONNECT_TIMEOUT_S, Sleep
from desktop_app.client.retries import pause_before_retry
from desktop_app.client.video_file import VideoFile, video_file
from desktop_app.errors import NetworkError, ProtocolError
from desktop_app.loopback import is_loopback, is_own_address
from desktop_app.network_access import trust_context
from desktop_app.protocol.media_limits import MOST_VIDEO_BYTES
from desktop_app.protocol.media_types import (
    HEAD_BYTES,
    SVG,
    is_drawing,
    is_text,
    is_written,
    plain_type,
)

MAX_MEDIA_BYTES = 64 << 20
SOUND = "audio/*"
"""Told of a link to speech of an unknown kind."""
READ_TIMEOUT_S = 30.0
MAX_REDIRECTS = 5

_EXPIRED = (401, 403, 404, 410)


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    """A picture, a sound or a video.

    Attributes:
        data: Its bytes; empty where it is a video.
        mime_type: As its beginning or else the storage says; empty where neither does.
        video: Where the bytes of a video are, whose they are from now on.
    """

    data: bytes
    mime_type: str
    video: VideoFile | None = None

    @property
    def sha256(self) -> str:
        """The name of its content: the same picture under two links has one."""
        return self.video.sha256 if self.video else hashlib.sha256(self.data).hexdigest()

    @property
    def size_bytes(self) -> int:
        """How many there are."""
        return self.video.size_bytes if self.video else len(self.data)

    @property
    def path(self) -> str:
        """Of a video's file, or empty."""
        return str(self.video.path) if self.video else ""

    @property
    def content(self) -> bytes | Path:
        """The bytes, or where they are."""
        return self.video.path if self.video else self.data

    def kind(self, told: str) -> str:
        """What it is: as the storage says, where it says that; else as was told beside the link."""
        said = plain_type(self.mime_type)
        return said if said.startswith(("image/", "video/")) else plain_type(told)

    def drop(self) -> None:
        """Nobody wants it."""
        if self.video:
            self.video.path.unlink(missing_ok=True)


class MediaFetcher:
    """Fetches links, which sign themselves: no header of ours may reach a storage service.

    Args:
        is_local: Whether the API that gives the links is on this computer. Another one has no
            business with what listens here.
        sleep: Waits between tries.
        max_bytes: Of one piece; of a video that goes for ``max_video_bytes``.
        videos: Folder for videos, which are never whole in memory: best on the disk where they are
            to be kept, as they are moved there then. The system's where it is left out.
    """

    def __init__(
        self,
        *,
        is_local: bool,
        sleep: Sleep = asyncio.sleep,
        max_bytes: int = MAX_MEDIA_BYTES,
        max_video_bytes: int = MOST_VIDEO_BYTES,
        videos: Path | None = None,
    ) -> None:
        self._is_local = is_local
        self._sleep = sleep
        self._max_bytes = max_bytes
        self._max_video_bytes = max_video_bytes
        self._videos = videos
        self._opening = asyncio.Lock()
        self._http: httpx.AsyncClient | None = None

    async def fetch(self, url: str, told: str = "") -> FetchedMedia:
        """What is behind the link; the link is in no error.

        Args:
            url: The link.
            told: The MIME type that was told beside it; counts where the storage says none. What
                is told to be sound is fetched as sound.

        Raises:
            NetworkError: ``media.expired``: the link is not good any more; or as of any request.
            ProtocolError: ``media.refused``: no link that may be followed; ``media.empty``: nothing
                is there, or a page where a picture or video should be; ``media.too_large``.
        """
        tries = 0
        while True:
            try:
                return await self._follow(url, told)
            except NetworkError as error:
                tries += 1
                pause_s = pause_before_retry(error, tries, is_idempotent=True)
                if pause_s is None:
                    raise
            await self._sleep(pause_s)

    async def aclose(self) -> None:
        """Close every connection. Idempotent."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def _follow(self, url: str, told: str) -> FetchedMedia:
        http = await self._client()
        for _ in range(MAX_REDIRECTS):
            self._check(url)
            with http_errors():
                asking = {} if self._is_local else {"trace": _Doorkeeper(url).trace}
                async with http.stream("GET", url, extensions=asking) as response:
                    if not response.is_redirect:
                        return await self._read(response, told)
                    url = _joined(url, response.headers["location"])
        raise ProtocolError("media.refused", "A link leads from one address to the next.")

    async def _read(self, response: httpx.Response, told: str) -> FetchedMedia:
        status = response.status_code
        if status in _EXPIRED:
            raise NetworkError("media.expired", f"The link is not good any more (HTTP {status}).")
        if status >= 400:
            raise refusal(await answer_of(response))
        kind = plain_type(response.headers.get("content-type", ""))
        is_video = FetchedMedia(b"", kind).kind(told).startswith("video/")
        if is_video and is_text(kind):
            raise _nothing_there()
        media = await self._body(response, kind, told, is_video=is_video)
        if not media.size_bytes:
            await asyncio.to_thread(media.drop)
            raise _nothing_there()
        return media

    async def _body(
        self, response: httpx.Response, kind: str, told: str, *, is_video: bool
    ) -> FetchedMedia:
        is_sound = told.startswith("audio/")
        is_film = is_video and not is_sound  # sound may come in a video's container
        body = _bounded(response, self._max_video_bytes if is_film else self._max_bytes)
        if not is_sound:
            body = _unwritten(body, kind or plain_type(told), is_film=is_film)
        async with aclosing(body) as pieces:
            if is_film:
                return FetchedMedia(b"", kind, await video_file(pieces, self._videos))
            data = b"".join([piece async for piece in pieces])
            is_svg = not is_sound and is_drawing(data[:HEAD_BYTES])
            return FetchedMedia(data, SVG if is_svg else kind)

    def _check(self, url: str) -> None:
        try:
            scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
        except ValueError:
            scheme, host = "", ""
        if scheme not in ("http", "https") or not host:
            raise ProtocolError("media.refused", "A link is no web address.")
        if is_loopback(url) and not self._is_local:
            raise _leads_home()

    async def _client(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._http is None:
                # Its certificates take 20 to 50 ms to load: not on the loop that plays sound.
                self._http = await asyncio.to_thread(_open_client, self._is_local)
            return self._http


async def _bounded(response: httpx.Response, most: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for piece in pieces_of(response):
        size += len(piece)
        if size > most:
            bound = f"{most >> 20} MB"
            raise ProtocolError("media.too_large", f"It is larger than {bound}.", bound=bound)
        yield piece


async def _unwritten(
    pieces: AsyncGenerator[bytes, None], kind: str, *, is_film: bool
) -> AsyncGenerator[bytes, None]:
    """The pieces of a picture or video; a page that comes in its place is refused."""
    async with aclosing(pieces):
        head = b""
        async for piece in pieces:
            head += piece
            if len(head) >= HEAD_BYTES:
                break
        if is_written(head, kind) or (is_film and is_drawing(head)):
            raise _nothing_there()
        yield head
        async for piece in pieces:
            yield piece


class _Doorkeeper:
    """Looks where a connection has led before anything is asked there.

    A name may stand for this computer, and an address has many spellings.
    """

    def __init__(self, url: str) -> None:
        self._host = httpx.URL(url).host
        self._is_direct = False

    async def trace(self, name: str, facts: dict[str, Any]) -> None:
        """Called by the transport at each of its steps.

        Raises:
            ProtocolError: ``media.refused``.
        """
        if name == "connection.connect_tcp.started":
            self._is_direct = facts["host"] == self._host  # not the way over a proxy
        elif name == "connection.connect_tcp.complete" and self._is_direct:
            stream = facts["return_value"]
            if is_own_address(stream.get_extra_info("server_addr")[0]):
                await stream.aclose()
                raise _leads_home()


def _nothing_there() -> ProtocolError:
    return ProtocolError("media.empty", "There is nothing of the kind behind the link.")


def _leads_home() -> ProtocolError:
    return ProtocolError("media.refused", "A link leads to this computer.")


def _joined(url: str, location: str) -> str:
    """Where a link leads; nowhere, if that is no address."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def _open_client(is_local: bool) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        headers={"User-Agent": "Parley", "Accept-Encoding": PACKING},
        timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        trust_env=not is_local,
        verify=trust_context(),
    )
