"""What the engine needs of hardware, network and disk, as structural interfaces.

Concrete classes live in ``audio``, ``client`` and ``journal`` and are handed in by
``processes/engine.py``; fakes live in ``tests/fakes`` and pass the same contract suites.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from desktop_app.audio.devices import DeviceWish, SoundDevice
from desktop_app.audio.frames import AudioFrame
from desktop_app.journal.records import (
    MessageRecord,
    PictureRecord,
    ThreadRecord,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.reply_details import Learning, MissingPictures
from desktop_app.protocol.commands import Answerer, ClientCommand, ConfigureSession
from desktop_app.protocol.events import ServerEvent
from desktop_app.protocol.service_calls import Answer, Question


class Microphone(Protocol):
    """Sound in: frames of 20 ms, mono 16 kHz, whatever the device runs at."""

    @property
    def device_name(self) -> str:
        """What people call the open device, which may change; empty while closed."""

    @property
    def is_muted(self) -> bool:
        """Whether it gives nothing but zeros for so long that a switch must be off."""

    async def others(self) -> Sequence[SoundDevice]:
        """Microphones that could be used instead, the likeliest first; opens none of them."""

    def use(self, wish: DeviceWish) -> None:
        """Take another device from now on; an open one is exchanged, and the frames go on."""

    async def open(self) -> None:
        """Start capturing. Idempotent.

        Raises:
            DeviceError: ``device.no_input``, ``device.refused``, ``device.no_portaudio``.
        """

    async def close(self) -> None:
        """Release the device. Idempotent."""

    async def listen(self, take: Callable[[AudioFrame], None]) -> None:
        """Give every captured frame to ``take``, in order, as soon as it came, until ``close``.

        Raises:
            DeviceError: As ``frames`` does.
        """

    def frames(self) -> AsyncIterator[AudioFrame]:
        """Captured frames in order, until ``close``, for who waits between them.

        Raises:
            DeviceError: ``device.lost`` or ``device.silent`` (no samples for 1 s), and no other
                device to take its place.
        """


class Loudspeaker(Protocol):
    """Sound out: mono s16le 24 kHz, with the position that was really heard."""

    @property
    def device_name(self) -> str:
        """What people call the device that sounds now; empty while closed or being exchanged."""

    async def open(self) -> None:
        """Get the device ready. Idempotent.

        Raises:
            DeviceError: ``device.no_output``, ``device.refused``, ``device.no_portaudio``.
        """

    async def close(self) -> None:
        """Release the device at once, whatever is left. Idempotent."""

    def play(self, turn: int, pcm: bytes) -> None:
        """Append speech of a turn; a new turn number starts the heard position at 0.

        The loudspeaker holds at least 30 s; ask ``room`` before giving more.
        """

    @property
    def has_room(self) -> bool:
        """Whether ``room`` would return at once."""

    async def room(self) -> None:
        """Return when at least 1 s of sound fits. A fast server is slowed by this wait."""

    def finish(self, turn: int) -> None:
        """No more sound will come for this turn: play the rest without waiting for a cushion."""

    def pause(self) -> None:
        """Silence within one period, but keep what is left. Never blocks. Idempotent."""

    def resume(self) -> None:
        """Go on with the word that ``pause`` cut, at most 200 ms before it. Idempotent."""

    def stop(self) -> None:
        """Silence within one period; drop everything given so far, paused or not. Never blocks."""

    async def drained(self) -> None:
        """Return when everything given has been heard; at once when nothing is left."""

    @property
    def heard_ms(self) -> int:
        """How much of the current turn's speech has left the loudspeaker."""

    @property
    def first_sound_s(self) -> float | None:
        """Monotonic second when the turn's first sample was handed to the card."""

    @property
    def level(self) -> float:
        """0.0 to 1.0, what is being played now."""


class Transport(Protocol):
    """One open conversation with a server, in any dialect."""

    @property
    def takes_files(self) -> bool:
        """Whether what is said can have files with it (``CommitAudio.files``)."""

    async def send(self, command: ClientCommand) -> None:
        """Say one thing.

        Raises:
            NetworkError: The connection is gone.
        """

    def send_now(self, command: ClientCommand) -> bool:
        """Say one thing at once, if nothing has to be waited for.

        Returns:
            Whether it was said; if not, it is for ``send``, which also tells what is wrong.
        """

    def hand_speech_to(
        self, take: Callable[[ServerEvent], None], has_room: Callable[[], bool]
    ) -> None:
        """Let ``take`` have the speech of replies at once, while ``events`` is waited for.

        What comes without room, and all else, is told by ``events``; so may be everything.
        """

    def events(self) -> AsyncIterator[ServerEvent]:
        """What the server says, from SessionReady on; ends when the server closes normally.

        Raises:
            NetworkError: The connection was lost (retryable) or refused.
            ProtocolError: The peer speaks something else.
        """

    async def sign_of_life(self) -> None:
        """Return when the peer has shown that it is there.

        Raises:
            NetworkError: The connection is gone.
        """

    async def aclose(self) -> None:
        """Close. Idempotent."""


class OpenTransport(Protocol):
    """Opens a transport and configures the session."""

    def __call__(self, configuration: ConfigureSession) -> Awaitable[Transport]:
        """Connect.

        Raises:
            NetworkError, AccessError, ProtocolError
        """


class UploadFile(Protocol):
    """Puts a file into the documents of a thread."""

    def __call__(
        self, thread_id: str, path: str, progress: Callable[[int, int], None]
    ) -> Awaitable[None]:
        """Return once the service has read it, or takes long to.

        Args:
            thread_id: Ours.
            path: Of the file.
            progress: Told how many bytes of how many have left.

        Raises:
            NetworkError, AccessError, InputError: It is not there, and why.
        """


class Journal(Protocol):
    """What must outlive the process. Every coroutine returns when the row is durable."""

    async def touch_thread(
        self, thread_id: str, at: float, title: str, *, model: str = "", profile: str = ""
    ) -> ThreadRecord | None:
        """Create the thread, or note that something happened in it at that Unix second.

        ``title`` is for a thread that has none yet, ``model`` and ``profile`` for one that is
        created. Returns None for a removed thread.
        """

    async def choose_answerer(
        self, thread_id: str, at: float, who: Answerer, profile: str = ""
    ) -> ThreadRecord | None:
        """Say who answers at this service; a new thread is created, a removed one is None."""

    async def rename_thread(self, thread_id: str, title: str) -> ThreadRecord | None:
        """Exchange the title; None for a thread that is unknown or removed."""

    async def mark_thread(
        self, thread_id: str, *, is_pinned: bool | None = None, is_unread: bool | None = None
    ) -> ThreadRecord | None:
        """Exchange the marks that are given; None when that changes nothing."""

    async def remove_thread(self, thread_id: str) -> None:
        """Hide the thread; ``restore_thread`` undoes it until the next start."""

    async def restore_thread(self, thread_id: str) -> ThreadRecord | None: ...

    async def thread(self, thread_id: str) -> ThreadRecord | None: ...

    async def save_message(self, message: MessageRecord) -> None: ...

    async def message(self, message_id: str) -> MessageRecord | None: ...

    async def note_learning(self, message_id: str, learning: Learning) -> MessageRecord | None:
        """Keep what was learned from the turn of a reply; None when the reply is gone."""

    async def note_missing(
        self, message_id: str, missing: MissingPictures | None
    ) -> MessageRecord | None:
        """Keep which pictures of a reply are not here; None when the reply is gone."""

    async def save_again(self, message: MessageRecord) -> MessageRecord:
        """Save a reply that was over; what was fetched and learned for it since stays."""

    async def learning_messages(self) -> Sequence[MessageRecord]:
        """Of the newest replies, those from which something is still being learned."""

    async def cut_replies(self) -> Sequence[MessageRecord]:
        """Of the newest replies, those whose rest may be at the service, oldest first."""

    async def messages(self, thread_id: str, *, limit: int = 200) -> Sequence[MessageRecord]:
        """The newest ``limit`` messages, oldest first."""

    async def pending(self) -> Sequence[MessageRecord]:
        """User messages that are QUEUED, oldest first."""

    async def keep_picture(
        self, picture: PictureRecord, content: bytes | Path, sha256: str = ""
    ) -> PictureRecord:
        """Keep it; returns it with ``path`` and ``size_bytes`` as they are now.

        Args:
            picture: Its row.
            content: Its bytes, or a file with them, which is taken away.
            sha256: Of the content, where it is known.
        """

    async def picture_names(self, message_id: str) -> frozenset[str]:
        """The peer's ids of the pictures of a message, removed ones too."""

    async def lacking_pictures(self) -> Sequence[MessageRecord]:
        """Of the newest replies, those with pictures that are still looked for."""

    async def remove_picture(self, picture_id: str) -> None:
        """Hide the picture; ``restore_picture`` undoes it until the next start."""

    async def restore_picture(self, picture_id: str) -> PictureRecord | None: ...

    async def begin_utterance(self, utterance: UtteranceRecord) -> None: ...

    def append_utterance(self, utterance_id: str, pcm: bytes) -> None:
        """Add sound, in order, without waiting."""

    def write_utterance(self, utterance_id: str, pcm: bytes) -> None:
        """Add sound, in order: a process that is killed after this returns has kept it."""

    async def end_utterance(self, utterance_id: str, state: UtteranceState) -> UtteranceRecord:
        """Close the recording: everything appended is on disk when this returns."""

    async def set_utterance_state(self, utterance_id: str, state: UtteranceState) -> None: ...

    async def utterance_pcm(self, utterance_id: str) -> bytes:
        """The recorded bytes.

        Raises:
            StorageError: They are gone.
        """

    async def utterance(self, utterance_id: str) -> UtteranceRecord | None: ...

    async def discard_utterance(self, utterance_id: str) -> str:
        """Delete a recording; returns the id of the message that went with it, or empty.

        Raises:
            StorageError: It is gone already, being spoken or being sent.
        """

    async def remove_expired(self, keep: str, now_s: float) -> Sequence[str]:
        """Delete the recordings that are to be kept no longer; returns their ids."""

    async def setting(self, key: str) -> str | None:
        """A small remembered fact, e.g. the assistant of a profile."""

    async def set_setting(self, key: str, value: str) -> None: ...

    async def forget_settings(self, beginning: str) -> None: ...


class Advance(Protocol):
    """Told how far a long question has come; must not block."""

    def __call__(self, done: int, total: int, part: Answer | None = None) -> None: ...


class ServiceCalls(Protocol):
    """Answers what the window asks of the service."""

    async def answer(self, question: Question, advance: Advance) -> Answer:
        """Ask the service; cancelling stops it.

        Raises:
            AppError: Why there is no answer.
        """


Clock = Callable[[], float]
"""Monotonic seconds."""


class Timer(Protocol):
    """A call that will happen."""

    def cancel(self) -> None:
        """Make it not happen. Idempotent."""


class Time(Protocol):
    """Clocks and waiting, so that tests need no time."""

    def now(self) -> float:
        """Monotonic seconds."""

    def wall(self) -> float:
        """Unix seconds, for display only."""

    def after(self, delay_s: float, call: Callable[[], None]) -> Timer:
        """Call once, on the loop, after so many seconds."""

    async def sleep(self, delay_s: float) -> None:
        """Return after so many seconds."""
