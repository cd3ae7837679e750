"""Stands where speech cannot be had, and says so to who asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import NoReturn

from desktop_app.errors import ChildError
from desktop_app.service.providers.ports import Recognition


class NoHearing:
    """A ``SpeechToText`` that cannot be loaded."""

    provider = "builtin"
    model = "none"

    def open(self, *, language: str = "en") -> Recognition:
        """Raises:
        ChildError: Always.
        """
        self._fail()

    async def warm_up(self) -> None:
        """Raises:
        ChildError: Always.
        """
        self._fail()

    async def aclose(self) -> None:
        """Nothing is held."""

    def _fail(self) -> NoReturn:
        raise ChildError("stt.failed", "The built-in speech recogniser could not be loaded.")


class NoVoice:
    """A ``TextToSpeech`` that cannot be loaded."""

    provider = "builtin"
    model = "none"

    async def speak(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncIterator[bytes]:
        """Raises:
        ChildError: Always.
        """
        self._fail()
        yield b""

    async def voices(self) -> Mapping[str, str]:
        """Raises:
        ChildError: Always.
        """
        self._fail()

    async def warm_up(self) -> None:
        """Raises:
        ChildError: Always.
        """
        self._fail()

    async def aclose(self) -> None:
        """Nothing is held."""

    def _fail(self) -> NoReturn:
        raise ChildError("tts.failed", "The built-in voice could not be loaded.")
