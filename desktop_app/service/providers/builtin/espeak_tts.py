"""Text to speech that is built in: espeak-ng, resampled to 24 kHz, streamed."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import soxr  # type: ignore[import-untyped]

from desktop_app.errors import AppError, ChildError
from desktop_app.service.providers.builtin.espeak_library import EspeakLibrary

RATE_HZ = 24_000
_WORDS_PER_MINUTE = 175  # at speed 1.0
_SLOWEST, _FASTEST = 80, 450
_CHUNKS_AHEAD = 50  # 3 s: then the voice waits for whoever listens
_DEFAULT_VOICE = "en-us"


class _Stream:
    """Chunks on their way from the voice's thread to the event loop, a bounded number."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._chunks: deque[bytes] = deque()
        self._room = threading.Semaphore(_CHUNKS_AHEAD)
        self._arrived = asyncio.Event()
        self._failure: AppError | None = None
        self._is_complete = False
        self.is_stopped = False

    def put(self, chunk: bytes) -> None:
        """Voice's thread only. Waits while too many chunks are ahead."""
        self._room.acquire()
        if not self.is_stopped:
            self._chunks.append(chunk)
            self._wake()

    def complete(self, failure: AppError | None = None) -> None:
        """Voice's thread only. Nothing more comes."""
        self._failure = failure
        self._is_complete = True
        self._wake()

    async def chunks(self) -> AsyncIterator[bytes]:
        """What was put, in order. Event loop only."""
        while True:
            self._arrived.clear()
            is_complete = self._is_complete  # before the look: the last chunk comes first
            while self._chunks:
                chunk = self._chunks.popleft()
                self._room.release()
                yield chunk
            if is_complete:
                break
            await self._arrived.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Event loop only. Whatever is put from now on is thrown away, at once."""
        self.is_stopped = True
        self._chunks.clear()
        self._room.release()

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._arrived.set)


class EspeakTts:
    """Speaks over a hundred languages, like a robot. One worker thread for one library state."""

    provider = "builtin"
    model = "basic"

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="espeak")
        self._library: EspeakLibrary | None = None
        self._open: set[_Stream] = set()

    async def warm_up(self) -> None:
        """Load the library, a few milliseconds.

        Raises:
            ChildError: When it cannot be loaded.
        """
        await asyncio.wrap_future(self._worker.submit(self._load))

    async def voices(self) -> Mapping[str, str]:
        """What people call the voices, by the names that ``speak`` takes.

        Raises:
            ChildError: When the library cannot be loaded.
        """
        return await asyncio.wrap_future(self._worker.submit(lambda: self._load().voices()))

    async def speak(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncIterator[bytes]:
        """Speech as s16le mono 24 kHz chunks; closing the iterator stops the synthesis.

        Raises:
            ChildError: When the library cannot be loaded, or was closed.
        """
        stream = _Stream()
        self._open.add(stream)
        try:
            self._worker.submit(self._synthesize, stream, text, voice, speed)
            async for chunk in stream.chunks():
                yield chunk
        except RuntimeError as error:  # the worker takes nothing any more
            raise ChildError("tts.failed", "The built-in voice was closed.") from error
        finally:
            stream.stop()
            self._open.discard(stream)

    async def aclose(self) -> None:
        """Stop what is being spoken and unload the library."""
        for stream in self._open:
            stream.stop()
        try:
            unloaded = self._worker.submit(self._unload)
        except RuntimeError:
            return
        self._worker.shutdown(wait=False)
        await asyncio.wrap_future(unloaded)

    def _synthesize(self, stream: _Stream, text: str, voice: str, speed: float) -> None:
        if stream.is_stopped:
            return
        try:
            library = self._load()
            resampler = soxr.ResampleStream(library.rate_hz, RATE_HZ, 1, dtype="int16")

            def on_samples(pcm: bytes) -> bool:
                chunk = resampler.resample_chunk(np.frombuffer(pcm, "<i2"))
                if chunk.size and not stream.is_stopped:
                    stream.put(chunk.tobytes())
                return stream.is_stopped

            library.synthesize(text, voice or _DEFAULT_VOICE, _rate_of(speed), on_samples)
            rest = resampler.resample_chunk(np.zeros(0, np.int16), last=True)
            if rest.size and not stream.is_stopped:
                stream.put(rest.tobytes())
        except AppError as error:
            stream.complete(error)
        else:
            stream.complete()

    def _load(self) -> EspeakLibrary:
        self._library = self._library or EspeakLibrary()
        return self._library

    def _unload(self) -> None:
        if self._library is not None:
            self._library.close()
            self._library = None


def _rate_of(speed: float) -> int:
    if not speed > 0:  # also not a number
        return _WORDS_PER_MINUTE
    return int(min(max(speed * _WORDS_PER_MINUTE, _SLOWEST), _FASTEST))
