"""The interface of who speaks a whole reply while it is still being written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

TakeSound = Callable[[int, bytes], Awaitable[None]]
"""Told more sound, in order, and which sentence it is of, counted from 0."""


class Sentences(Protocol):
    """The reply's sentences as they are written; such a queue is one."""

    async def get(self) -> str | None:
        """The next; None after the last one. A wait that is cancelled loses none."""


class ReplySpeech(Protocol):
    """Speaks one reply after another."""

    @property
    def provider(self) -> str: ...
    @property
    def model(self) -> str: ...

    async def speak_reply(
        self, sentences: Sentences, take: TakeSound, *, voice: str, speed: float
    ) -> None:
        """Speak until the sentences end. Cancelling it stops the synthesis at once.

        Args:
            sentences: Taken as they are needed, some of them ahead of time.
            take: Awaited for each piece, so that who hears slowly is not overrun. Samples
                (s16le mono 24 kHz) come whole; encoded sound comes in pieces of any size.
            voice: The provider's, or empty for its default.
            speed: 1.0 is the voice's own.

        Raises:
            AccessError, InputError, NetworkError, ProtocolError: What was taken before stands.
        """


class OpensReplySpeech(Protocol):
    """Makes one for a model (or the default), an encoding and ``voice_settings``."""

    def __call__(
        self, model: str, *, output_format: str, settings: Mapping[str, Any]
    ) -> ReplySpeech: ...
