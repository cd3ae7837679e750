"""Speech to text that is built in: pocketsphinx and the English model inside its wheel."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np

from desktop_app.errors import ChildError
from desktop_app.service.providers.ports import Transcript

_FRAME_BYTES = 640  # 20 ms: the interpreter lock is held for one frame at a time
_JOB_BYTES = 3200  # 100 ms: how often a partial is asked for, and the utterances take turns
_WAITING_LIMIT_BYTES = 10 * 32_000  # `room` waits while so much is still undecoded
_LEVELLING_BYTES = 38_400  # 1.2 s: what the channel is judged by; until then words are a preview
# Enough for the 34 sentences measured: their word error rate is that of the library's 30,000, with
# half of the work and a third less of the last pass, which holds the interpreter lock.
_ACTIVE_STATES = 5_000
# The passes at the end of a segment hold the interpreter lock for 1/20 of its length, so a long
# utterance is decoded in segments, cut where it is quiet if that comes in time.
_SEGMENT_BYTES = 15 * 32_000
_QUIET = 500  # of 32768, the loudest sample
_DECODERS = 3  # each holds about 95 MB; further utterances wait for a free one


class Decoders:
    """The decoders of a recogniser, made when needed. Worker thread only, except ``close``.

    Attributes:
        latest_mean: The channel of the latest utterance, for the first words of the next.
    """

    def __init__(self) -> None:
        self.latest_mean = ""
        self._made = 0
        self._idle: list[Any] = []
        self._queue: deque[Utterance] = deque()
        self._is_closed = False

    def load(self) -> None:
        """Have one decoder ready."""
        if not self._made:
            self.give_back(self._make())

    def lease(self, utterance: Utterance) -> Any | None:
        """A free decoder, or None: then ``utterance`` is resumed when one is."""
        if not self._idle and self._made < _DECODERS:
            self._idle.append(self._make())
        if self._idle:
            return self._idle.pop()
        if utterance not in self._queue:
            self._queue.append(utterance)
        return None

    def give_back(self, decoder: Any) -> None:
        """Free a decoder and let the utterance that waited longest have it."""
        if self._is_closed:
            return
        self._idle.append(decoder)
        if self._queue:
            self._queue.popleft().resume()

    def forget(self, utterance: Utterance) -> None:
        """The utterance no longer waits."""
        if utterance in self._queue:
            self._queue.remove(utterance)

    def close(self) -> None:
        """Give up the memory of those that nobody uses, and of the others when they come back."""
        self._is_closed = True
        self._idle.clear()

    def _make(self) -> Any:
        # loaded on first use: it is large
        from pocketsphinx import Decoder  # type: ignore[attr-defined]

        decoder = Decoder(samprate=16000, loglevel="FATAL", maxhmmpf=_ACTIVE_STATES)
        self._made += 1
        return decoder


def channel_mean(pcm: bytes) -> str:
    """The cepstral mean of some sound: what decoding must subtract. About 20 ms.

    Without it the first words of an utterance suffer; measured on three voices, the word error
    rate is 0.18 with it and 0.20 with a fixed mean, and no utterance depends on the one before.
    """
    from pocketsphinx import Decoder  # type: ignore[attr-defined]

    # No language model and one word: only the signal processing is wanted.
    decoder = Decoder(samprate=16000, loglevel="FATAL", lm=None, dict=None)
    decoder.add_word("hello", "HH AH L OW", True)
    decoder.add_keyphrase("any", "hello")
    decoder.activate_search("any")
    decoder.start_utt()
    decoder.process_raw(pcm, no_search=True)
    mean: str = decoder.get_cmn(True)
    decoder.end_utt()
    return mean


class Utterance:
    """One utterance on the worker thread. All methods: worker thread only."""

    def __init__(self, decoders: Decoders, recognition: PocketsphinxRecognition) -> None:
        self._decoders = decoders
        self._recognition = recognition
        self._decoder: Any = None
        self._is_started = False
        self._is_previewing = False
        self._previewed_bytes = 0
        self._guess = ""
        self._is_complete = False
        self._is_over = False
        self._backlog = bytearray()
        self._partial = ""
        self._before = ""  # the words of the segments that are done
        self._segment_bytes = 0

    def hear(self, pcm: bytes) -> None:
        """Decode as much as can be decoded now."""
        if not self._is_over:
            self._backlog += pcm
            self.resume()

    def complete(self) -> None:
        """No more sound comes."""
        self._is_complete = True
        self.resume()

    def drop(self) -> None:
        """Stop without a final."""
        self._is_over = True
        self._backlog.clear()
        self._decoders.forget(self)
        self._release()

    def resume(self) -> None:
        """Go on from where sound, its end, or a free decoder was missing."""
        if self._is_over or not self._may_begin():
            return
        self._decode_backlog()
        if self._is_complete:
            self._end()

    def _may_begin(self) -> bool:
        if self._is_started:
            return True
        if self._decoder is None:
            self._decoder = self._decoders.lease(self)
        if len(self._backlog) < (_FRAME_BYTES if self._is_complete else _LEVELLING_BYTES):
            if self._is_complete:
                self._end()
            else:
                self._preview()
            return False
        if self._decoder is None:
            return False
        self._end_preview()
        mean = channel_mean(bytes(self._backlog[:_LEVELLING_BYTES]))
        self._decoders.latest_mean = mean
        self._decoder.set_cmn(mean)
        self._decoder.start_utt()
        self._is_started = True
        return True

    def _preview(self) -> None:
        """Show the first words while the channel is still being judged; no final is made of it."""
        if self._decoder is None or self._recognition.is_closed:
            return
        if not self._is_previewing:
            self._is_previewing = True
            self._decoder.set_cmn(self._decoders.latest_mean or self._decoder.get_cmn(False))
            self._decoder.start_utt()
        whole = len(self._backlog) - len(self._backlog) % _FRAME_BYTES
        if whole - self._previewed_bytes < _JOB_BYTES:
            return
        for at in range(self._previewed_bytes, whole, _FRAME_BYTES):
            self._decoder.process_raw(bytes(self._backlog[at : at + _FRAME_BYTES]))
        self._previewed_bytes = whole
        before, self._guess = self._guess, self._words()
        self._tell_partial(_agreed(before, self._guess))  # what comes and goes is not shown

    def _end_preview(self) -> None:
        if self._is_previewing:
            self._is_previewing = False
            self._decoder.end_utt()

    def _tell_partial(self, words: str) -> None:
        if words and words != self._partial:
            self._partial = words
            self._recognition.told(Transcript(words, is_final=False))

    def _decode_backlog(self) -> None:
        pcm = bytes(self._backlog)
        self._backlog.clear()
        for at in range(0, len(pcm), _FRAME_BYTES):
            if self._recognition.is_closed:
                break
            self._decoder.process_raw(pcm[at : at + _FRAME_BYTES])
        self._recognition.decoded(len(pcm))
        self._segment_bytes += len(pcm)
        if self._is_segment_full(pcm):
            self._next_segment()
        self._tell_partial(self._words())

    def _end(self) -> None:
        self._is_over = True
        words = ""
        if self._is_started:
            self._decoder.end_utt()
            words = self._words()
            self._is_started = False
        self._recognition.told(Transcript(words, is_final=True))
        self._release()

    def _is_segment_full(self, latest: bytes) -> bool:
        if self._segment_bytes < _SEGMENT_BYTES:
            return False
        if self._segment_bytes >= 2 * _SEGMENT_BYTES:
            return True
        return bool(np.abs(np.frombuffer(latest[-_JOB_BYTES:], "<i2").astype(int)).max() < _QUIET)

    def _next_segment(self) -> None:
        self._decoder.end_utt()
        self._before = self._words()
        self._segment_bytes = 0
        self._decoder.start_utt()

    def _words(self) -> str:
        found = self._decoder.hyp()
        return f"{self._before} {found.hypstr if found else ''}".strip()

    def _release(self) -> None:
        if self._is_started or self._is_previewing:
            self._is_started = self._is_previewing = False
            with contextlib.suppress(RuntimeError):  # it was told when decoding failed
                self._decoder.end_utt()
        if self._decoder is not None:
            decoder, self._decoder = self._decoder, None
            self._decoders.give_back(decoder)


def _agreed(one: str, other: str) -> str:
    """The words with which both begin."""
    pairs = zip(one.split(), other.split(), strict=False)
    return " ".join(first for first, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


class PocketsphinxRecognition:
    """One utterance being recognised, seen from the event loop."""

    def __init__(self, worker: ThreadPoolExecutor, decoders: Decoders) -> None:
        self._worker = worker
        self._loop = asyncio.get_running_loop()
        self._utterance = Utterance(decoders, self)
        self._told: asyncio.Queue[Transcript | Failure | None] = asyncio.Queue()
        self._room = asyncio.Event()
        self._waiting_bytes = 0
        self._odd = b""
        self._is_finished = False
        self.is_closed = False

    @property
    def has_room(self) -> bool:
        """Whether less than ten seconds are still to be decoded, or nothing will be."""
        return self._waiting_bytes < _WAITING_LIMIT_BYTES or self.is_closed

    def feed(self, pcm: bytes) -> None:
        """Hear more."""
        if self.is_closed or self._is_finished:
            return
        pcm = self._odd + pcm
        even = len(pcm) & ~1
        self._odd = pcm[even:]
        for at in range(0, even, _JOB_BYTES):
            piece = pcm[at : min(at + _JOB_BYTES, even)]
            self._waiting_bytes += len(piece)
            self._submit(self._utterance.hear, piece)

    async def room(self) -> None:
        """Return when there is."""
        while not self.has_room:
            self._room.clear()
            await self._room.wait()

    async def finish(self) -> None:
        """The utterance is complete."""
        if not self.is_closed and not self._is_finished:
            self._is_finished = True
            self._submit(self._utterance.complete)

    async def transcripts(self) -> AsyncIterator[Transcript]:
        """Partials, then the final one.

        Raises:
            ChildError: When the recogniser failed.
        """
        while (told := await self._told.get()) is not None:
            if isinstance(told, Failure):
                raise ChildError(
                    "stt.failed", "The built-in speech recogniser failed."
                ) from told.cause
            yield told
            if told.is_final:
                return

    async def aclose(self) -> None:
        """Stop; the decoder is free again soon after."""
        if self.is_closed:
            return
        self.is_closed = True
        self._room.set()
        self._told.put_nowait(None)
        self._submit(self._utterance.drop)

    def decoded(self, count: int) -> None:
        """Worker thread only: so many bytes are no longer waiting."""
        self._call_loop(self._on_decoded, count)

    def told(self, transcript: Transcript) -> None:
        """Worker thread only: there is something to tell."""
        self._call_loop(self._told.put_nowait, transcript)

    def _on_decoded(self, count: int) -> None:
        self._waiting_bytes -= count
        self._room.set()

    def _submit(self, job: Any, *arguments: Any) -> None:
        try:
            self._worker.submit(self._run, job, *arguments)
        except RuntimeError:  # the recogniser was closed meanwhile
            self._told.put_nowait(None)

    def _run(self, job: Any, *arguments: Any) -> None:
        try:
            job(*arguments)
        except (RuntimeError, OSError, ImportError, MemoryError, ValueError) as error:
            self._call_loop(self._told.put_nowait, Failure(error))

    def _call_loop(self, call: Any, *arguments: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure on its way from the worker thread to the reader of the transcripts."""

    cause: Exception


class PocketsphinxStt:
    """Hears English in a quiet room, without network. One worker thread, a few decoders."""

    provider = "builtin"
    model = "basic"

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="pocketsphinx")
        self._decoders = Decoders()

    def open(self, *, language: str = "en") -> PocketsphinxRecognition:
        """Begin an utterance. Whatever ``language`` is asked for, English is heard."""
        with contextlib.suppress(RuntimeError):  # closed: the utterance itself will tell
            self._worker.submit(self._decoders.load)  # while the first second is spoken
        return PocketsphinxRecognition(self._worker, self._decoders)

    async def warm_up(self) -> None:
        """Load the model, 0.3 to 1 s on the worker thread.

        Raises:
            ChildError: When the model cannot be loaded.
        """
        try:
            await asyncio.wrap_future(self._worker.submit(self._decoders.load))
        except (RuntimeError, OSError, ImportError, MemoryError) as error:
            raise ChildError(
                "stt.failed", "The built-in speech recogniser could not be loaded."
            ) from error

    async def aclose(self) -> None:
        """Stop after the job that is running, and give the models' memory back."""
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._decoders.close()
