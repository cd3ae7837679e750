"""The espeak-ng library of the espeakng-loader wheel, by ctypes. One thread per process."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import espeakng_loader

from desktop_app.errors import ChildError

_AUDIO_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000  # otherwise a missing file ends the whole process
_BUFFER_MS = 60
_LONGEST_PATH_BYTES = 140  # espeak-ng keeps the path in 160 bytes, and adds to it
_CHARS_UTF8 = 1
_POSITION_CHARACTER = 1
_RATE = 1

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class EspeakLibrary:
    """The one voice of the process. Every method on the same thread.

    Attributes:
        rate_hz: Of the samples that it makes.

    Raises:
        ChildError: When the library or its data cannot be loaded.
    """

    def __init__(self) -> None:
        self._own_folder: Path | None = None
        try:
            self._library = ctypes.CDLL(espeakng_loader.get_library_path())  # type: ignore[no-untyped-call]
            data = self._short_path(_data_folder())
        except (OSError, RuntimeError) as error:
            raise _failed() from error
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        self.rate_hz: int = self._library.espeak_Initialize(
            _AUDIO_SYNCHRONOUS, _BUFFER_MS, os.fsencode(data), _DO_NOT_EXIT
        )
        if self.rate_hz <= 0:
            self.close()
            raise _failed()
        self._on_samples: Callable[[bytes], bool] = lambda _: False
        self._callback = _Callback(self._on_sound)  # kept: ctypes does not
        self._library.espeak_SetSynthCallback(self._callback)

    def voices(self) -> Mapping[str, str]:
        """What people call the voices that ``synthesize`` takes: languages like ``en-gb``."""
        listed = self._library.espeak_ListVoices(None)
        names: dict[str, str] = {}
        for voice in listed:
            if not voice:
                break
            language = voice.contents.languages[1:]  # the first byte is a priority
            name = voice.contents.name.decode("utf-8", "replace")
            names.setdefault(language.decode("utf-8", "replace"), name.replace("_", " "))
        return names

    def synthesize(
        self, text: str, voice: str, words_per_minute: int, on_samples: Callable[[bytes], bool]
    ) -> None:
        """Speak ``text``.

        Args:
            text: One sentence.
            voice: One of ``voices``; an unknown one is replaced by American English.
            words_per_minute: 80 to 450.
            on_samples: Told s16le mono pieces of 60 ms; it returns whether to stop.
        """
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            self._library.espeak_SetVoiceByName(b"en-us")
        self._library.espeak_SetParameter(_RATE, words_per_minute, 0)
        self._on_samples = on_samples
        data = text.replace("\0", " ").encode("utf-8", "replace") + b"\0"
        self._library.espeak_Synth(
            data, len(data), 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None
        )

    def close(self) -> None:
        """Free the library's state and the copied data."""
        self._library.espeak_Terminate()
        if self._own_folder is not None:
            shutil.rmtree(self._own_folder, ignore_errors=True)
            self._own_folder = None

    def _on_sound(self, samples: Any, count: int, _events: Any) -> int:
        if not samples or count <= 0:
            return 0
        return int(self._on_samples(ctypes.string_at(samples, count * 2)))

    def _short_path(self, data: Path) -> Path:
        """``data`` itself, or a link to it (a copy, where links are not allowed) that is short."""
        if len(os.fsencode(data)) <= _LONGEST_PATH_BYTES:
            return data
        self._own_folder = Path(tempfile.mkdtemp(prefix="voice-"))
        near = self._own_folder / "espeak-ng-data"
        try:
            near.symlink_to(data, target_is_directory=True)
        except OSError:
            shutil.copytree(data, near)
        return near


def _data_folder() -> Path:
    folder = Path(espeakng_loader.get_data_path())  # type: ignore[no-untyped-call]
    if not (folder / "phontab").is_file():  # the library would look elsewhere on the machine
        raise FileNotFoundError(folder)
    return folder


def _failed() -> ChildError:
    return ChildError("tts.failed", "The built-in voice could not be loaded.")
