"""One reply over one of ElevenLabs' voice sockets: words out, sound in, and how far it came."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from desktop_app.client.errors import closed
from desktop_app.errors import AppError, NetworkError
from desktop_app.service.providers.elevenlabs import voice_messages
from desktop_app.service.providers.elevenlabs.voice_messages import VoiceTold
from desktop_app.service.providers.reply_ports import Sentences, TakeSound
from desktop_app.service.providers.spoken_sentences import stopped
from desktop_app.service.providers.whole_samples import WholeSamples

_log = logging.getLogger(__name__)

_SILENT_AFTER_S = 15.0


class SocketReply:
    """Counts which sentences have sounded, by the characters that come with the sound.

    Attributes:
        spoken: How many sentences are known to have sounded to their end.
        is_cut: Whether one sounded in part, or nobody can know which did.
    """

    def __init__(self, sentences: Sentences, take: TakeSound, *, are_samples: bool) -> None:
        self.spoken = 0
        self.is_cut = False
        self._sentences = sentences
        self._take = take
        self._samples = WholeSamples() if are_samples else None
        self._taken: list[str] = []
        self._has_all = False
        self._ends: list[int] = []  # letters, spaces not counted, up to the end of each sentence
        self._letters = 0
        self._is_unaligned = False
        self._waits_since_s: float | None = None

    async def has_words(self) -> bool:
        """Wait for the first sentence. False where there is none."""
        return await self._next() is not None

    def rest(self) -> Sentences:
        """What has not sounded, and what is still to be written."""
        return _Rest(self._taken[self.spoken :], self._sentences, has_all=self._has_all)

    async def run(self, socket: ClientConnection, settings: Mapping[str, Any]) -> None:
        """Speak until the sentences end.

        Raises:
            AccessError, InputError, NetworkError
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(self._send(socket, settings), name="send words")
                await self._receive(socket)
                sending.cancel()
        except* AppError as errors:
            raise errors.exceptions[0] from None

    async def _next(self) -> str | None:
        sentence = await self._sentences.get()
        if sentence is None:
            self._has_all = True
        else:
            self._taken.append(sentence)
            self._ends.append((self._ends or [0])[-1] + _letters(sentence))
        return sentence

    # ---- words to it ------------------------------------------------------------------------

    async def _send(self, socket: ClientConnection, settings: Mapping[str, Any]) -> None:
        with suppress(ConnectionClosed):  # who receives says why
            await socket.send(voice_messages.first_words(settings))
            sentence: str | None = self._taken[0]
            while sentence is not None:
                await self._say(socket, voice_messages.words(sentence))
                sentence = await self._next()
            await self._say(socket, voice_messages.last_words())

    async def _say(self, socket: ClientConnection, message: str) -> None:
        await socket.send(message)
        self._waits()

    # ---- sound from it ----------------------------------------------------------------------

    async def _receive(self, socket: ClientConnection) -> None:
        while True:
            told = await self._next_told(socket)
            if (failure := voice_messages.failure(told)) is not None:
                raise failure
            await self._on_sound(told)
            if told.is_final:
                break
        has_left_out = not self.is_cut and self.spoken < len(self._taken)
        if has_left_out or not self._has_all:
            text = "ElevenLabs ended before the answer did."
            raise NetworkError("network.broken", text, retryable=True)

    async def _next_told(self, socket: ClientConnection) -> VoiceTold:
        while True:
            try:
                async with asyncio.timeout(_SILENT_AFTER_S):
                    frame = await socket.recv(decode=False)
            except TimeoutError:
                self._check_patience()
                continue
            except ConnectionClosed as error:
                raise closed(error) from error
            if (told := voice_messages.decode(frame)) is not None:
                return told
            _log.info("A frame of the voice that cannot be read was skipped.")

    def _waits(self, *, for_more: bool = True) -> None:
        self._waits_since_s = asyncio.get_running_loop().time() if for_more else None

    def _check_patience(self) -> None:
        """Words that were sent must sound soon; that more are written may take any time."""
        now_s = asyncio.get_running_loop().time()
        if self._waits_since_s is not None and now_s - self._waits_since_s >= _SILENT_AFTER_S:
            raise stopped("elevenlabs")

    async def _on_sound(self, told: VoiceTold) -> None:
        try:
            sound = told.sound()
        except ValueError:
            _log.info("A piece of speech that is no base64 was skipped.")
            return
        if not sound:
            return
        number = self._count(told)
        self._waits(for_more=not self._is_unaligned and self.spoken < len(self._taken))
        if self._samples is not None:
            sound = self._samples.feed(sound)
        if sound:
            await self._take(number, sound)

    def _count(self, told: VoiceTold) -> int:
        """Which sentence sounds."""
        last = len(self._ends) - 1
        if told.alignment is None:
            self._is_unaligned = True
        if told.alignment is None or self._is_unaligned:
            self.is_cut = True
            return last
        number = next((at for at, end in enumerate(self._ends) if end > self._letters), last)
        self._letters += _letters("".join(told.alignment.chars))
        self.spoken = sum(end <= self._letters for end in self._ends)
        self.is_cut = self._letters not in (0, *self._ends)
        return number


class _Rest:
    """``Sentences`` that were taken already, then those that follow."""

    def __init__(self, taken: list[str], following: Sentences, *, has_all: bool) -> None:
        self._taken = deque(taken)
        self._following = following
        self._has_all = has_all

    async def get(self) -> str | None:
        """The next."""
        if self._taken:
            return self._taken.popleft()
        return None if self._has_all else await self._following.get()


def _letters(text: str) -> int:
    return len("".join(text.split()))
