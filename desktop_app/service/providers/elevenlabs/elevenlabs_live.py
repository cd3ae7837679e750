"""Hears sessions with ElevenLabs' realtime recogniser, through its sessions' ends and renewals.

Source: the gateway contract, section 7. Only what cannot be mended is told to who listens: a
session that reaches its time limit, or that nobody spoke in, is renewed with the next sound.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import random
from collections.abc import Collection
from contextlib import suppress

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from desktop_app.client.errors import closed, socket_errors
from desktop_app.credentials import Secret
from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.service.providers.elevenlabs import live_messages as live
from desktop_app.service.providers.elevenlabs.elevenlabs_socket import held, open_socket
from desktop_app.service.providers.elevenlabs.live_messages import Chunk, Fault, Told
from desktop_app.service.providers.elevenlabs.unconfirmed import Unconfirmed
from desktop_app.service.providers.live_ports import LiveListener, LiveWish
from desktop_app.service.providers.ports import Transcript

_log = logging.getLogger(__name__)

MODEL = "scribe_v2_realtime"
WAITING_LIMIT_S = 5.0
"""Sound kept before the recogniser is ready."""

HELD_LIMIT_S = 60.0
"""Sound kept while it takes less than is said."""

_BEGIN_WITHIN_S = 10.0
_ANSWER_WITHIN_S = 8.0
_SHORT_S = 3.0  # a session that ends sooner may end so again
_SILENT_AFTER_S = 5.0  # it closes after about 15 s without sound
_ASLEEP_AFTER_S = 120.0  # nobody speaks: a session costs
_TWIN_WITHIN_S = 0.3
_WAITS_S = (0.2, 0.5, 1.0, 2.0)
_SLOW_DOWN_S = 0.5


class _Over(Exception):  # noqa: N818 - a session's end is no fault
    """The session of now is over; another may follow."""

    def __init__(self, error: AppError, *, is_benign: bool = False, tries: int = 1) -> None:
        super().__init__(str(error))
        self.error = error
        self.is_benign = is_benign
        self.tries = tries  # of those there are, as it took its time


class ElevenLabsLiveStt:
    """Opens sessions.

    Args:
        url: Of the API, without its version.
        key: Of an account.
    """

    provider = "elevenlabs"
    model = MODEL
    rates_hz: Collection[int] = live.RATES_HZ

    def __init__(self, url: str, key: Secret) -> None:
        self._url, self._key = url, key

    def open(self, wish: LiveWish) -> ElevenLabsLive:
        """Begin one."""
        return ElevenLabsLive(self._url, self._key, wish)

    async def aclose(self) -> None:
        """Nothing is held between sessions."""


class ElevenLabsLive:
    """One session of ours, over as many of theirs as it takes. Event loop only."""

    def __init__(self, url: str, key: Secret, wish: LiveWish) -> None:
        self._address = live.address(url, wish.model or MODEL, wish)
        self._key = key
        self._wish = wish
        self._kept = Unconfirmed(wish.rate_hz, is_manual=wish.is_manual)
        self._news = asyncio.Event()
        self._previous_text = ""
        self._was_started = False
        self._is_first = True  # nothing was sent to the session of now
        self._committed_at_s: float | None = None
        self._commits_now = False  # where silence ends utterances, the client did
        self._is_commit_open = False  # it was told so, and no words came yet
        self._is_final_due = False  # the session of now has begun to hear words, or was to end them
        self._has_heard = False
        self._timed_text = ""
        self._following: Told | None = None
        self._empty_commits = 0
        self._not_before_s = 0.0

    def append(self, pcm: bytes, previous_text: str = "") -> None:
        """More sound; see ``LiveRecognition``."""
        limit_s = HELD_LIMIT_S if self._was_started else WAITING_LIMIT_S
        if self._kept.unsent_bytes + len(pcm) > limit_s * self._wish.rate_hz * 2:
            raise InputError(
                "audio.overflow",
                f"More than {limit_s:g} s of sound wait for speech to text; some was lost.",
            )
        if previous_text and self._is_first and not self._kept.is_waiting:
            self._previous_text = previous_text
        self._kept.append(pcm)
        self._news.set()

    def commit(self) -> None:
        """The utterance is complete."""
        if self._kept.commit():
            self._commits_now = not self._wish.is_manual
        elif self._wish.is_manual:
            self._empty_commits += 1
        self._news.set()

    def discard(self) -> None:
        """What was heard since the last commit was not meant."""
        self._kept.discard()
        self._news.set()

    async def listen(self, listener: LiveListener) -> None:
        """Hear until cancelled; see ``LiveRecognition``."""
        failures, loop = 0, asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            try:
                await self._hear_session(listener)
            except _Over as over:
                _log.info("The recogniser's session ended: %s", over)
                failures = self._failures(failures, over, loop.time() - began_s)
                is_hopeless = failures > len(_WAITS_S)
                if is_hopeless:
                    await self._give_up(listener, over.error)
                await self._pause(failures)
                failures = 0 if is_hopeless else failures
            await self._something_to_hear(listener)

    def _failures(self, before: int, over: _Over, lasted_s: float) -> int:
        """In a row by now; one that heard words is only waited for, however soon it ended."""
        if lasted_s >= _SHORT_S and (over.is_benign or self._has_heard):
            return 0
        return min(before + 1, len(_WAITS_S)) if self._has_heard else before + over.tries

    async def _pause(self, failures: int) -> None:
        """Many sessions that end at the same moment do not come back at the same moment."""
        if failures:
            wait_s = _WAITS_S[min(failures, len(_WAITS_S)) - 1]
            await asyncio.sleep(wait_s * random.uniform(0.8, 1.2))

    async def _something_to_hear(self, listener: LiveListener) -> None:
        """Return when a session is needed: somebody speaks, or it is the first."""
        while not self._kept.is_waiting:
            await self._answer_empty_commits(listener)
            self._news.clear()
            await self._news.wait()

    async def _give_up(self, listener: LiveListener, error: AppError) -> None:
        self._kept.give_up()
        self._commits_now = self._is_commit_open = False
        await listener.on_trouble(error)

    async def _hear_session(self, listener: LiveListener) -> None:
        """One session of theirs.

        Raises:
            _Over: It ended.
            AccessError, InputError, NetworkError: There will be none.
        """
        self._has_heard = False
        async with held(await self._opened()) as socket:
            try:
                async with asyncio.timeout(_BEGIN_WITHIN_S):
                    await self._begin(socket, listener)
            except TimeoutError as error:
                text = "ElevenLabs did not begin to hear in time."
                raise _Over(NetworkError("network.timeout", text, retryable=True)) from error
            self._kept.again()
            self._commits_now |= self._is_commit_open and self._kept.is_waiting
            self._committed_at_s, self._is_final_due = None, False
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._send(socket, listener), name="send sound")
                    tasks.create_task(self._receive(socket, listener), name="hear words")
            except* _Over as overs:
                raise overs.exceptions[0] from None
            except* AppError as errors:
                raise errors.exceptions[0] from None
            finally:
                self._is_first, self._following = True, None

    async def _opened(self) -> ClientConnection:
        text = "What answers at ElevenLabs' address does not hear."
        unreadable = NetworkError("stt.unreadable", text)
        try:
            return await open_socket(
                self._address, self._key, within_s=_BEGIN_WITHIN_S, unreadable=unreadable
            )
        except NetworkError as error:
            if not error.retryable:
                raise
            raise _Over(error) from error

    async def _begin(self, socket: ClientConnection, listener: LiveListener) -> None:
        while (told := await self._next(socket)).message_type != "session_started":
            self._on_fault(told)
        if not self._was_started:
            self._was_started = True
            await listener.on_started(told.session_id, told.config or {})

    # ---- sound to it ------------------------------------------------------------------------

    async def _send(self, socket: ClientConnection, listener: LiveListener) -> None:
        loop = asyncio.get_running_loop()
        sounded_s = loop.time()
        while True:
            self._news.clear()
            await self._answer_empty_commits(listener)
            while (piece := self._kept.next()) is not None or self._commits_now:
                await self._slow_down()
                pcm, commits = piece or (b"", False)
                if self._commits_now and not self._kept.unsent_bytes:
                    commits, self._commits_now, self._is_commit_open = True, False, True
                self._is_final_due = self._is_final_due or commits
                await self._say(socket, pcm, commits=commits)
                sounded_s = loop.time()
            self._check_answer()
            try:
                async with asyncio.timeout(_SILENT_AFTER_S):
                    await self._news.wait()
            except TimeoutError:
                is_bedtime = loop.time() - sounded_s > _ASLEEP_AFTER_S
                if is_bedtime or not self._is_final_due:
                    self._kept.forget_sent()  # it was silence, which keeps nobody awake
                if is_bedtime and not self._kept.is_waiting:
                    raise _asleep() from None
                silence = bytes(self._wish.rate_hz // 50 * 2)
                await self._say(socket, silence, commits=False)

    async def _answer_empty_commits(self, listener: LiveListener) -> None:
        while self._empty_commits:
            self._empty_commits -= 1
            await listener.on_transcript(Transcript("", is_final=True))

    async def _slow_down(self) -> None:
        wait_s = self._not_before_s - asyncio.get_running_loop().time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def _check_answer(self) -> None:
        """Who commits waits for words: a session that says nothing is no use.

        Raises:
            _Over: It has had time enough.
        """
        now_s = asyncio.get_running_loop().time()
        if not self._kept.awaits_answer:
            self._committed_at_s = None
        elif self._committed_at_s is None:
            self._committed_at_s = now_s
        elif now_s - self._committed_at_s >= _ANSWER_WITHIN_S:
            text = "ElevenLabs did not say in time what it heard."
            raise _Over(NetworkError("network.timeout", text, retryable=True), tries=len(_WAITS_S))

    async def _say(self, socket: ClientConnection, pcm: bytes, *, commits: bool) -> None:
        previous_text = self._previous_text or None if self._is_first else None
        self._is_first, self._previous_text = False, ""
        chunk = Chunk(
            audio_base_64=base64.b64encode(pcm).decode(),
            commit=commits,
            sample_rate=self._wish.rate_hz,
            previous_text=previous_text,
        )
        try:
            with socket_errors():
                await socket.send(live.encode(chunk), text=True)
        except NetworkError as error:
            raise _over(error) from error

    # ---- words from it ----------------------------------------------------------------------

    async def _receive(self, socket: ClientConnection, listener: LiveListener) -> None:
        while True:
            told = await self._next(socket)
            match told.message_type:
                case "partial_transcript":
                    self._is_final_due = self._is_final_due or bool(told.text)
                    await listener.on_transcript(Transcript(told.text, is_final=False))
                case "committed_transcript" if told.text and told.text == self._timed_text:
                    self._timed_text = ""  # the plain twin of what was told already
                case "committed_transcript":
                    await self._on_final(await self._with_times(socket, told), listener)
                case "committed_transcript_with_timestamps":
                    self._timed_text = told.text
                    await self._on_final(told, listener)
                case "warning":
                    _log.info("The recogniser warns: %s", told.warning)
                case _:
                    await self._on_refusal(told, listener)

    async def _with_times(self, socket: ClientConnection, plain: Told) -> Told:
        """With times wanted, each final comes twice, in either order: the one that has them."""
        if not self._wish.wants_words or not plain.text:
            return plain
        with suppress(TimeoutError):
            async with asyncio.timeout(_TWIN_WITHIN_S):
                following = await self._next(socket)
            if following.words is not None and following.text == plain.text:
                return following
            self._following = following
        return plain

    async def _on_final(self, told: Told, listener: LiveListener) -> None:
        self._has_heard = self._has_heard or bool(told.text)
        self._committed_at_s, self._is_final_due, self._is_commit_open = None, False, False
        if self._kept.answered():
            final = Transcript(told.text, is_final=True, words=told.spoken_words)
            await listener.on_transcript(final)

    async def _on_refusal(self, told: Told, listener: LiveListener) -> None:
        """A piece was not taken: who waits for its words gets none."""
        if self._on_fault(told) is not Fault.REFUSED:
            return
        _log.info("The recogniser refused a piece: %s", told.message_type)
        if told.message_type == "rate_limited":
            self._not_before_s = asyncio.get_running_loop().time() + _SLOW_DOWN_S
        elif told.message_type in live.REFUSED_COMMITS and self._kept.awaits_answer:
            await self._on_final(Told("committed_transcript"), listener)

    def _on_fault(self, told: Told) -> Fault | None:
        """What an error means, where the session goes on.

        Raises:
            _Over: It ended, a new one may hear on.
            AccessError, InputError, NetworkError: A new one would end in the same way.
        """
        match live.fault(told):
            case Fault.FATAL:
                raise live.failure(told)
            case Fault.RENEW:
                is_benign = told.message_type in live.BENIGN
                raise _Over(live.failure(told), is_benign=is_benign)
            case meaning:
                return meaning

    async def _next(self, socket: ClientConnection) -> Told:
        """The next message that makes sense.

        Raises:
            _Over: The connection ended.
            AccessError: It was closed because of the key.
        """
        if self._following is not None:
            told, self._following = self._following, None
            return told
        while True:
            try:
                frame = await socket.recv(decode=False)
            except ConnectionClosed as error:
                is_benign = error.rcvd is not None and error.rcvd.code == 1000
                raise _over(closed(error), is_benign=is_benign) from error
            if (heard := live.decode(frame)) is not None:
                return heard
            _log.info("A frame of the recogniser that cannot be read was skipped.")


def _over(error: NetworkError, *, is_benign: bool = False) -> AppError | _Over:
    """A lost connection can be made again; a refused key cannot be made good."""
    return _Over(error, is_benign=is_benign) if error.retryable else error


def _asleep() -> _Over:
    return _Over(NetworkError("stt.asleep", "Nobody speaks.", retryable=True), is_benign=True)
